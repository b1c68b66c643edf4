"""`tidegate webhook`."""

from __future__ import annotations

import json

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.cli.world import delivered_while_waiting
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import DEFAULT_EVENTS, Event, EventType
from tidegate.runtime import Runtime
from tidegate.usecases.fan_out import fan_out

URL = "https://hooks.example.com/tidegate"


def test_the_secret_is_printed_once_and_is_the_one_that_signs(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    run = operator.types("webhook", "add", account_id, URL)
    (secret,) = [line for line in run.stdout.splitlines() if line.startswith("whsec_")]
    (endpoint,) = runtime.webhooks.endpoints(account_id)
    sealer = Sealer(runtime.secrets.sealing_key)
    opened = sealer.open(endpoint.sealed_secret, account_id=account_id, endpoint_id=endpoint.endpoint_id)
    assert opened == secret
    assert run.stdout.count(secret) == 1
    later = [operator.types("webhook", "list", account_id, *extra) for extra in ((), ("--json",))]
    assert not any(secret in run.stdout + run.stderr for run in later)


def test_an_endpoint_is_told_of_a_generations_life_unless_events_are_named(
    operator: Operator, account_id: str
) -> None:
    words = ("--event", "generation.failed", "--event", "credits.low_balance")
    operator.asks("webhook", "add", account_id, URL)
    operator.asks("webhook", "add", account_id, URL, *words)
    plain, chosen = operator.asks("webhook", "list", account_id)
    assert plain["events"] == [event.value for event in DEFAULT_EVENTS]
    assert chosen["events"] == ["generation.failed", "credits.low_balance"]


@pytest.mark.parametrize(
    ("words", "exit_code"),
    [
        (("http://hooks.example.com/",), 1),
        (("https://127.0.0.1/",), 1),
        (("http://127.0.0.1:8091/webhooks",), 1),
        (("https://user:pw@hooks.example.com/",), 1),
        (("nonsense",), 1),
        ((URL, "--event", "generation.exploded"), 2),
        ((), 2),
    ],
)
def test_an_endpoint_that_may_not_be_called_is_not_stored(
    operator: Operator, runtime: Runtime, account_id: str, words: tuple[str, ...], exit_code: int
) -> None:
    run = operator.types("webhook", "add", account_id, *words)
    assert run.exit_code == exit_code
    assert runtime.webhooks.endpoints(account_id) == ()


@pytest.mark.parametrize(
    "words",
    [
        ("add", "nobody", URL),
        ("list", "nobody"),
        ("deliveries", "nobody"),
        ("queued", "nobody", "endpoint"),
    ],
)
def test_an_unknown_account_has_no_webhooks(operator: Operator, words: tuple[str, ...]) -> None:
    run = operator.types("webhook", *words)
    assert run.exit_code == 1
    assert "nobody" in run.stderr


def test_a_test_event_is_followed_until_the_receiver_took_it(
    operator: Operator,
    runtime: Runtime,
    *,
    account_id: str,
    endpoint_id: str,
    published: list[Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivered_while_waiting(monkeypatch, runtime, published, status_code=204)
    shown = operator.asks("webhook", "test", account_id, endpoint_id)
    assert (shown["status"], shown["status_code"], shown["event"]) == ("delivered", 204, "webhook.test")
    assert [event.endpoint_id for event in published] == [endpoint_id]


def test_a_test_event_that_nobody_took_exits_with_one(
    operator: Operator,
    runtime: Runtime,
    *,
    account_id: str,
    endpoint_id: str,
    published: list[Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivered_while_waiting(monkeypatch, runtime, published, status_code=500)
    run = operator.types("webhook", "test", account_id, endpoint_id, "--json")
    assert run.exit_code == 1
    assert (run.data["status"], run.data["status_code"]) == ("failed", 500)
    assert "answered 500" in operator.types("webhook", "deliveries", account_id).stdout
    (logged,) = operator.asks("webhook", "deliveries", account_id)
    assert logged == run.data


def test_a_test_without_a_result_in_time_says_so(
    operator: Operator, account_id: str, endpoint_id: str, published: list[Event]
) -> None:
    run = operator.types("webhook", "test", account_id, endpoint_id, "--timeout", "0")
    assert run.exit_code == 1
    assert "the test event was sent" in run.stderr
    assert len(published) == 1


def test_an_unknown_or_disabled_endpoint_gets_no_test(
    operator: Operator, runtime: Runtime, account_id: str, endpoint_id: str, published: list[Event]
) -> None:
    runtime.webhooks.set_enabled(account_id, endpoint_id, enabled=False)
    for name in ("nothing", endpoint_id):
        run = operator.types("webhook", "test", account_id, name, "--json")
        assert run.exit_code == 1
        assert json.loads(run.stderr.splitlines()[-1])["error"]["code"] == "endpoint_not_found"
    assert published == []


def test_an_endpoint_is_turned_off_and_on_and_its_events_are_chosen(
    operator: Operator, account_id: str, endpoint_id: str
) -> None:
    assert operator.asks("webhook", "disable", account_id, endpoint_id)["enabled"] is False
    assert operator.asks("webhook", "enable", account_id, endpoint_id)["enabled"] is True
    chosen = operator.asks("webhook", "events", account_id, endpoint_id, "--event", "credits.low_balance")
    assert chosen["events"] == ["credits.low_balance"]
    assert operator.asks("webhook", "list", account_id) == [chosen]


def test_a_new_secret_is_printed_once_and_the_old_one_has_a_grace(
    operator: Operator, runtime: Runtime, account_id: str, endpoint_id: str
) -> None:
    run = operator.types("webhook", "rotate", account_id, endpoint_id, "--grace-hours", "48")
    (secret,) = [line for line in run.stdout.splitlines() if line.startswith("whsec_")]
    (endpoint,) = runtime.webhooks.endpoints(account_id)
    sealer = Sealer(runtime.secrets.sealing_key)
    opened = sealer.open(endpoint.sealed_secret, account_id=account_id, endpoint_id=endpoint_id)
    assert opened == secret
    assert "reads the new signature only" in run.stderr
    (shown,) = operator.asks("webhook", "list", account_id)
    assert shown["previous_secret_until"] is not None
    assert secret not in str(shown)


def test_a_grace_is_of_at_most_a_week(operator: Operator, account_id: str, endpoint_id: str) -> None:
    run = operator.types("webhook", "rotate", account_id, endpoint_id, "--grace-hours", "169")
    assert run.exit_code == 2


def test_an_endpoint_is_removed_once(operator: Operator, account_id: str, endpoint_id: str) -> None:
    operator.asks("webhook", "remove", account_id, endpoint_id)
    assert operator.asks("webhook", "list", account_id) == []
    assert operator.types("webhook", "remove", account_id, endpoint_id).exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("enable",),
        ("disable",),
        ("rotate",),
        ("remove",),
        ("deliver-queued",),
        ("events", "--event", "generation.failed"),
    ],
)
def test_an_unknown_endpoint_is_named_as_such(
    operator: Operator, account_id: str, words: tuple[str, ...]
) -> None:
    command, *options = words
    run = operator.types("webhook", command, account_id, "nothing", *options, "--json")
    assert run.exit_code == 1
    assert json.loads(run.stderr.splitlines()[-1])["error"]["code"] == "endpoint_not_found"


def test_a_delivery_is_sent_again_and_followed(
    operator: Operator,
    runtime: Runtime,
    *,
    account_id: str,
    endpoint_id: str,
    published: list[Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivered_while_waiting(monkeypatch, runtime, published, status_code=204)
    first = operator.asks("webhook", "test", account_id, endpoint_id)
    run = operator.types("webhook", "replay", account_id, first["delivery_id"], "--timeout", "0")
    assert run.exit_code == 1
    assert "it was sent again" in run.stderr
    again, _ = operator.asks("webhook", "deliveries", account_id)
    assert again["delivery_id"] != first["delivery_id"]
    assert (again["event_id"], again["status"]) == (first["event_id"], "pending")
    assert operator.types("webhook", "replay", account_id, "nothing").exit_code == 1


def test_what_was_queued_is_shown_and_ordered_to_be_delivered(
    operator: Operator, runtime: Runtime, account_id: str, endpoint_id: str
) -> None:
    operator.asks("webhook", "disable", account_id, endpoint_id)
    happened = Event("gen-1:completed", EventType.COMPLETED, account_id, runtime.now_ms(), {"a": 1})
    fan_out(happened, webhooks=runtime.webhooks, queue=runtime.deliveries, now_ms=runtime.now_ms())
    (waiting,) = operator.asks("webhook", "queued", account_id, endpoint_id)
    assert (waiting["event_id"], waiting["state"]) == ("gen-1:completed", "pending")
    assert operator.types("webhook", "deliver-queued", account_id, endpoint_id).exit_code == 1

    operator.asks("webhook", "enable", account_id, endpoint_id)
    ordered = operator.asks("webhook", "deliver-queued", account_id, endpoint_id)

    assert ordered["queued_events"] == 1
