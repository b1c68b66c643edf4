"""Test keys: the same wire as live ones, scripted refusals, and nothing of it touches the real account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS, Clock, Gateway, Reply
from tidegate.domain.generation import Status
from tidegate.domain.mode import Mode
from tidegate.usecases.sandboxes import open_sandbox

BALANCE = ("$1", "$0")


class Trial(Gateway):
    """A customer with a live key (``live``) who holds a test key (``token``)."""

    def __post_init__(self) -> None:
        """Open the account and its sandbox."""
        super().__post_init__()
        self.live, self.real_id = self.token, self.account_id
        self.account_id = open_sandbox(self.runtime.wallets, self.real_id, NOW_MS).account_id
        self.token = self.add_key()

    def real_balance(self) -> tuple[str, str]:
        """What the live account has and holds."""
        account = self.runtime.wallets.get(self.real_id)
        assert account is not None
        return str(account.wallet.balance), str(account.wallet.held)


@pytest.fixture
def trial(runtime: Clock) -> Trial:
    """Somebody on the plan that has every limit."""
    runtime.time_ms = NOW_MS
    return Trial(runtime, plan="starter")


def shape(value: Any) -> Any:
    """Keys and types, all the way down."""
    if isinstance(value, dict):
        return {name: shape(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [shape(entry) for entry in value]
    return type(value).__name__


def _wire(reply: Reply) -> tuple[int, set[str], Any]:
    return reply.status, set(reply.headers), shape(reply.body)


def test_every_answer_has_the_shape_of_a_live_one(trial: Trial) -> None:
    seen: list[list[tuple[int, set[str], Any]]] = []
    for account_id, token in ((trial.real_id, trial.live), (trial.account_id, trial.token)):
        trial.account_id, trial.token = account_id, token
        made = trial.generate(headers={"idempotency-key": "one"})
        generation_id = made.data["generation_id"]
        replies = [made, trial.get(generation_id), trial.list(), trial.status(), trial.account()]
        replies += [
            trial.billing(),
            trial.estimate("bfl/flux-schnell"),
            trial.models(),
            trial.providers(),
        ]
        replies += [trial.generate(headers={"idempotency-key": "one"})]
        trial.succeed(generation_id)
        replies += [trial.get(generation_id), trial.delete(generation_id), trial.get(generation_id)]
        canceled = trial.generate().data["generation_id"]
        replies += [trial.cancel(canceled), trial.cancel(canceled), trial.get(canceled)]
        failed = trial.generate().data["generation_id"]
        trial.end(failed, Status.FAILED, error_code="content_policy", error_message="refused")
        replies += [trial.get(failed), trial.generate(body={"generation_prompt": ""})]
        seen.append([_wire(reply) for reply in replies])
    live, test = seen
    assert test == live


def test_a_test_generation_is_held_from_play_money(trial: Trial) -> None:
    stored = trial.stored(trial.generate().data["generation_id"])
    assert (stored.mode, stored.script) == (Mode.TEST, None)
    assert trial.balance() == ("$9999.995", "$0.005")
    assert trial.real_balance() == BALANCE


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"generation_prompt": "A seal [[test:slow=5]]"}, {}),
        ({"generation_prompt": "A seal"}, {"X-Tidegate-Test": "slow=5"}),
        ({"generation_prompt": "A seal [[test:fail]]"}, {"x-tidegate-test": "slow=5"}),
    ],
    ids=["prompt", "header", "both"],
)
def test_a_script_is_stored_with_its_generation(
    trial: Trial, body: dict[str, str], headers: dict[str, str]
) -> None:
    reply = trial.generate(body=body, headers=headers)
    assert trial.stored(reply.data["generation_id"]).script == "slow=5"
    assert trial.get(reply.data["generation_id"]).data["generation_prompt"] == body["generation_prompt"]


def test_an_unknown_script_is_refused_and_the_known_ones_are_listed(trial: Trial) -> None:
    in_prompt: dict[str, Any] = {"body": {"generation_prompt": "A seal [[test:explode]]"}}
    in_header: dict[str, Any] = {"headers": {"x-tidegate-test": "explode"}}
    for sent in (in_prompt, in_header):
        reply = trial.generate(**sent)
        assert (reply.status, reply.error["code"]) == (400, "BSE2001")
        assert "success, slow[=seconds], fail," in reply.error["message"]
    assert trial.balance() == ("$10000", "$0")


def test_a_live_prompt_is_its_owners_own_text(trial: Trial) -> None:
    reply = trial.generate(body={"generation_prompt": "A seal [[test:explode]]"}, token=trial.live)
    assert reply.status == 200
    assert trial.real_balance() == ("$0.995", "$0.005")


def test_a_live_key_with_the_header_is_refused_before_anything_is_held(trial: Trial) -> None:
    reply = trial.generate(headers={"x-tidegate-test": "success"}, token=trial.live)
    assert (reply.status, reply.error["code"]) == (400, "BSE2001")
    assert reply.error["details"] == {"field": "X-Tidegate-Test"}
    assert trial.real_balance() == BALANCE


@pytest.mark.parametrize(
    ("word", "status", "code", "retryable"),
    [
        ("insufficient_credits", 402, "BSE1004", False),
        ("rate_limit", 429, "BSE1005", True),
        ("concurrency", 429, "BSE1009", True),
        ("unavailable", 503, "BSE5002", True),
    ],
)
def test_a_scripted_refusal_holds_nothing(
    trial: Trial, word: str, status: int, code: str, *, retryable: bool
) -> None:
    reply = trial.generate(body={"generation_prompt": f"A seal [[test:{word}]]"})
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (status, code, retryable)
    assert trial.balance() == ("$10000", "$0")
    assert trial.list().body["total"] == 0


def test_a_scripted_refusal_is_told_as_the_real_one(runtime: Clock) -> None:
    poor, busy, scripted = (
        Gateway(runtime, credits_granted="0"),
        Gateway(runtime, plan="free"),
        Trial(runtime, plan="free"),
    )

    def asked(word: str) -> Reply:
        return scripted.generate(headers={"x-tidegate-test": word})

    assert asked("insufficient_credits").error == poor.generate().error
    for _ in range(2):
        busy.generate()
    capped, asked_for = busy.generate(), asked("concurrency")
    assert asked_for.error == capped.error
    assert _wire(asked_for) == _wire(capped)
    limited = [busy.generate() for _ in range(10)][-1]
    asked_for = asked("rate_limit")
    assert asked_for.error == limited.error
    for name in ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"):
        assert asked_for.headers[name] == limited.headers[name]


def test_a_cap_is_named_even_where_the_plan_has_none(runtime: Clock) -> None:
    reply = Trial(runtime).generate(headers={"x-tidegate-test": "concurrency"})
    assert reply.error["details"] == {"limit": 50, "retry_after_seconds": 5}


def test_the_header_is_part_of_what_an_idempotency_key_stands_for(trial: Trial) -> None:
    first = trial.generate(headers={"idempotency-key": "one", "x-tidegate-test": "slow=5"})
    again = trial.generate(headers={"idempotency-key": "one", "x-tidegate-test": "slow=5"})
    assert again.body == first.body
    other = trial.generate(headers={"idempotency-key": "one", "x-tidegate-test": "fail"})
    assert other.error["code"] == "BSE2015"


def test_the_live_key_and_the_test_key_see_nothing_of_each_other(trial: Trial) -> None:
    tested = trial.generate().data["generation_id"]
    real = trial.generate(token=trial.live).data["generation_id"]
    for generation_id, token in ((tested, trial.live), (real, trial.token)):
        for call in (trial.get, trial.cancel, trial.delete):
            assert call(generation_id, token=token).error["code"] == "BSE3001"
    assert trial.list().body["total"] == trial.list(token=trial.live).body["total"] == 1
    assert trial.status().data["account_id"] != trial.status(token=trial.live).data["account_id"]


def test_only_the_stored_key_gives_rights(trial: Trial) -> None:
    assert trial.status(token="bye_test_" + "A" * 43).error["code"] == "BSE1002"
    assert trial.status(token=trial.live.replace("bye_", "bye_test_")).error["code"] == "BSE1002"
    assert trial.status(token=trial.token.replace("bye_test_", "bye_")).error["code"] == "BSE1002"
