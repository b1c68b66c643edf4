"""Which provider next: statistics, breakers, overrides; and none of them can stop a generation."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError

from benchmarks.metering import metering
from tidegate.adapters.secrets import SecretEditor
from tidegate.domain.catalog import load_catalog
from tidegate.domain.errors import InvalidInput, ModelNotFound, ServiceUnavailable
from tidegate.domain.health import Breaker
from tidegate.domain.overrides import Out, Overrides
from tidegate.domain.routing import Ranking, Record, explore
from tidegate.runtime import Runtime
from tidegate.usecases.credentials import remove_credentials, set_credentials
from tidegate.usecases.override_routing import (
    disable_provider,
    enable_provider,
    freeze_order,
    note_keys,
    pin_order,
    thaw_order,
    unpin_order,
)
from tidegate.usecases.show_routing import show_routing
from tidegate.usecases.steering import (
    ATTEMPT_AGE_MS,
    FAILS,
    NOBODY,
    OVERRIDES_AGE_MS,
    SWITCHED_OFF,
    Steering,
)

NOW_MS = 1_763_000_000_000
MODEL = "bfl/flux-schnell"
BOTH = ("replicate", "fal")
KNOWN = frozenset(BOTH)
DOWN = EndpointConnectionError(endpoint_url="https://dynamodb.example.com")
FAL_IS_BEST = Ranking(
    NOW_MS,
    {
        "replicate": Record(used=50, wasted=50, p95_ms=9_000, cost_micros=3_000),
        "fal": Record(used=99, wasted=1, p95_ms=2_000, cost_micros=3_000),
    },
)
UNLUCKY = next(seed for seed in map(str, range(1_000)) if explore(BOTH, seed) != BOTH)
PLAIN = next(seed for seed in map(str, range(1_000)) if explore(BOTH, seed) == BOTH)


class Clock:
    """Stands still until it is set."""

    now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def steer(runtime: Runtime, clock: Clock) -> Callable[[], Steering]:
    """A fresh Lambda environment."""
    return lambda: Steering(runtime.models, runtime.overrides, clock)


def _open(runtime: Runtime, provider: str = "replicate", at_ms: int = NOW_MS) -> None:
    assert runtime.models.save_breaker(MODEL, provider, Breaker(opened_at_ms=at_ms, version=1), at_ms)


def _order(steering: Steering, providers: tuple[str, ...] = BOTH, *, ranked: bool = True) -> tuple[str, ...]:
    return steering.order(MODEL, providers, ranked=ranked, seed=PLAIN)


def test_fastest_is_the_ranking_with_some_exploration(
    runtime: Runtime, steer: Callable[[], Steering]
) -> None:
    assert _order(steer()) == BOTH
    assert steer().order(MODEL, BOTH, ranked=True, seed=UNLUCKY) == BOTH
    runtime.models.save_ranking(MODEL, FAL_IS_BEST)
    assert _order(steer()) == ("fal", "replicate")
    assert steer().order(MODEL, BOTH, ranked=True, seed=UNLUCKY) == ("replicate", "fal")
    assert steer().order(MODEL, BOTH, ranked=True, seed=None) == ("fal", "replicate")


def test_a_callers_order_stands_but_an_open_breaker_goes_last(
    runtime: Runtime, steer: Callable[[], Steering]
) -> None:
    runtime.models.save_ranking(MODEL, FAL_IS_BEST)
    assert _order(steer(), ranked=False) == BOTH
    _open(runtime)
    assert _order(steer(), ranked=False) == ("fal", "replicate")
    assert _order(steer(), ("replicate",), ranked=False) == ("replicate",)


def test_a_half_open_provider_keeps_its_place_until_a_probe_is_under_way(
    runtime: Runtime, steer: Callable[[], Steering], clock: Clock
) -> None:
    _open(runtime)
    clock.now_ms += 60_000
    assert _order(steer()) == BOTH
    assert steer().refusal(MODEL, "replicate", is_last=False) is None
    assert _order(steer()) == ("fal", "replicate")


def test_one_job_probes_and_the_others_pass_over(
    runtime: Runtime, steer: Callable[[], Steering], clock: Clock
) -> None:
    assert steer().refusal(MODEL, "replicate", is_last=False) is None
    _open(runtime)
    workers = [steer() for _ in range(4)]
    assert [w.refusal(MODEL, "replicate", is_last=False) for w in workers] == [FAILS] * 4
    assert workers[0].refusal(MODEL, "replicate", is_last=True) is None
    assert workers[0].refusal(MODEL, "fal", is_last=False) is None
    clock.now_ms += 60_000
    told = [w.refusal(MODEL, "replicate", is_last=False) for w in workers for _ in range(2)]
    assert told.count(None) == 1


def test_two_that_saw_the_same_state_do_not_both_probe(
    runtime: Runtime, steer: Callable[[], Steering], clock: Clock
) -> None:
    _open(runtime)
    clock.now_ms += 60_000
    first, second = steer(), steer()
    for steering in (first, second):
        steering.order(MODEL, BOTH, ranked=True, seed=None)
    assert [s.refusal(MODEL, "replicate", is_last=False) for s in (first, second)] == [None, FAILS]


def test_what_is_known_is_read_once_in_a_while(
    runtime: Runtime, steer: Callable[[], Steering], clock: Clock
) -> None:
    steering = steer()
    with metering() as first:
        _order(steering)
    with metering() as second:
        for _ in range(9):
            _order(steering)
            steering.refusal(MODEL, "fal", is_last=False)
    assert first.calls == {"dynamodb:GetItem": 2}
    assert second.total_calls == 0
    clock.now_ms += ATTEMPT_AGE_MS
    with metering() as third:
        _order(steering)
        steering.refusal(MODEL, "fal", is_last=False)
    assert third.total_calls == 1
    clock.now_ms = NOW_MS + OVERRIDES_AGE_MS
    with metering() as fourth:
        _order(steering, ("fal",))
    assert fourth.total_calls == 1  # the overrides; one provider needs no statistics


def test_a_store_that_is_down_lets_everything_go_its_static_way_and_is_not_asked_at_once_again(
    runtime: Runtime, steer: Callable[[], Steering], caplog: pytest.LogCaptureFixture
) -> None:
    _open(runtime)
    steering = steer()
    with (
        patch.object(runtime.models, "state", side_effect=DOWN) as state,
        patch.object(runtime.overrides, "get", side_effect=DOWN),
    ):
        for _ in range(3):
            assert _order(steering) == BOTH
            assert steering.refusal(MODEL, "replicate", is_last=False) is None
    assert state.call_count == 1
    assert "routing goes on without" in caplog.text


def test_a_probe_that_cannot_be_claimed_is_sent(
    runtime: Runtime, steer: Callable[[], Steering], clock: Clock
) -> None:
    _open(runtime)
    clock.now_ms += 60_000
    with patch.object(runtime.models, "save_breaker", side_effect=DOWN):
        assert steer().refusal(MODEL, "replicate", is_last=False) is None


def test_a_provider_that_is_switched_off_gets_nothing(
    runtime: Runtime, steer: Callable[[], Steering]
) -> None:
    disable_provider(runtime.overrides, "replicate", KNOWN)
    assert _order(steer()) == ("fal",)
    assert _order(steer(), ranked=False) == ("fal",)
    assert steer().refusal(MODEL, "replicate", is_last=True) == SWITCHED_OFF
    with pytest.raises(ServiceUnavailable):
        _order(steer(), ("replicate",), ranked=False)
    enable_provider(runtime.overrides, "replicate", KNOWN)
    assert _order(steer()) == BOTH
    assert steer().refusal(MODEL, "replicate", is_last=True) is None
    with pytest.raises(InvalidInput, match="no provider"):
        disable_provider(runtime.overrides, "nobody", KNOWN)


def _secret(runtime: Runtime) -> SecretEditor:
    return SecretEditor(runtime.client("secretsmanager"), runtime.setting("SECRET_ID"))


def test_a_provider_without_a_key_is_in_no_order(runtime: Runtime, steer: Callable[[], Steering]) -> None:
    secret = _secret(runtime)
    set_credentials(secret, "fal", {"api_key": "k"})
    assert _order(steer()) == BOTH  # nobody told routing
    assert note_keys(runtime.overrides, secret)
    assert not note_keys(runtime.overrides, secret)
    assert _order(steer()) == ("fal",)
    assert _order(steer(), ranked=False) == ("fal",)
    assert steer().refusal(MODEL, "replicate", is_last=False) is None  # the attempt asks the secret itself
    disable_provider(runtime.overrides, "replicate", KNOWN)
    enable_provider(runtime.overrides, "replicate", KNOWN)
    assert _order(steer()) == ("fal",)
    remove_credentials(secret, "fal")
    note_keys(runtime.overrides, secret)
    with pytest.raises(ServiceUnavailable, match=NOBODY):
        _order(steer())


def test_keys_that_change_while_they_are_noted_are_noted_as_they_are(runtime: Runtime) -> None:
    secret, replace = _secret(runtime), type(runtime.overrides).replace
    set_credentials(secret, "fal", {"api_key": "k"})
    met: list[bool] = []

    def overtaken(table: object, overrides: Overrides) -> bool:
        if not met:
            met.append(True)
            set_credentials(secret, "replicate", {"api_key": "k"})
            note_keys(runtime.overrides, secret)
        return replace(runtime.overrides, overrides)

    with patch.object(type(runtime.overrides), "replace", overtaken):
        note_keys(runtime.overrides, secret)
    assert runtime.overrides.get().keyed == KNOWN


def test_bedrock_needs_no_key_but_must_be_enabled(runtime: Runtime) -> None:
    note_keys(runtime.overrides, _secret(runtime))

    def order(*, bedrock: bool) -> tuple[str, ...]:
        steering = Steering(runtime.models, runtime.overrides, Clock(), bedrock=bedrock)
        return steering.order("amazon/nova-reel", ("bedrock",), ranked=True, seed=None)

    assert order(bedrock=True) == ("bedrock",)
    with pytest.raises(ServiceUnavailable):
        order(bedrock=False)


def test_a_pinned_order_stands_in_for_the_ranking_only(
    runtime: Runtime, steer: Callable[[], Steering]
) -> None:
    catalog = load_catalog()
    runtime.models.save_ranking(MODEL, FAL_IS_BEST)
    pin_order(runtime.overrides, catalog, MODEL, ["replicate"])
    assert _order(steer()) == BOTH
    assert steer().order(MODEL, BOTH, ranked=True, seed=UNLUCKY) == BOTH
    assert _order(steer(), ("fal", "replicate"), ranked=False) == ("fal", "replicate")
    unpin_order(runtime.overrides, catalog, MODEL)
    assert _order(steer()) == ("fal", "replicate")
    for order in ([], ["fal", "fal"], ["nobody"]):
        with pytest.raises(InvalidInput):
            pin_order(runtime.overrides, catalog, MODEL, order)
    with pytest.raises(ModelNotFound):
        unpin_order(runtime.overrides, catalog, "no/such")


def test_a_frozen_models_orders_are_taken_as_they_are(
    runtime: Runtime, steer: Callable[[], Steering]
) -> None:
    catalog = load_catalog()
    runtime.models.save_ranking(MODEL, FAL_IS_BEST)
    _open(runtime)
    freeze_order(runtime.overrides, catalog, MODEL)
    assert _order(steer()) == BOTH
    assert steer().refusal(MODEL, "replicate", is_last=False) is None
    pin_order(runtime.overrides, catalog, MODEL, ["fal"])
    assert _order(steer()) == ("fal", "replicate")
    thaw_order(runtime.overrides, catalog, MODEL)
    assert steer().refusal(MODEL, "replicate", is_last=False) == FAILS


def test_two_operators_at_once_lose_no_change(runtime: Runtime) -> None:
    read = type(runtime.overrides).get
    met: list[bool] = []

    def get(table: object, *, consistent: bool = False) -> object:
        stored = read(runtime.overrides, consistent=consistent)
        if not met:
            met.append(True)
            disable_provider(runtime.overrides, "fal", KNOWN)
        return stored

    with patch.object(type(runtime.overrides), "get", get):
        disable_provider(runtime.overrides, "replicate", KNOWN)
    assert runtime.overrides.get().disabled == KNOWN
    with (
        patch.object(type(runtime.overrides), "replace", return_value=False),
        pytest.raises(ServiceUnavailable),
    ):
        enable_provider(runtime.overrides, "fal", KNOWN)


def test_what_routing_would_do_is_shown(runtime: Runtime) -> None:
    model = load_catalog().model(MODEL)
    _open(runtime)
    disable_provider(runtime.overrides, "fal", KNOWN)
    out = Steering(runtime.models, runtime.overrides, Clock()).why_out
    shown = show_routing(runtime.models, model, ("replicate",), NOW_MS, why_out=out)
    assert [(r.provider, r.place, r.breaker.value, r.score, r.out) for r in shown[:2]] == [
        ("replicate", 1, "open", None, None),
        ("fal", None, "closed", None, Out.DISABLED),
    ]
