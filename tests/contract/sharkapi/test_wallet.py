"""The wallet on the SharkApi wire: a hold is not shown, a charge is, a trial is free."""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

import pytest
from botocore.session import get_session

from tests.contract.babysea.gateway import NOW, Clock
from tests.contract.babysea.pictures import Pictures
from tests.contract.sharkapi.client import Shark
from tidegate.adapters.http import HttpClient, HttpResponse
from tidegate.adapters.moderation.protocol import ModerationUnavailable

EMPTY = "Your wallet balance is too low to process this request."


def test_the_balance_falls_only_when_a_job_completes(shark: Shark) -> None:
    shown = {"balance": "$1.00", "currency": "USD", "free_trials_remaining": 0, "updated_at": NOW}
    assert shark.balance().body == shown
    job_id = shark.generate().body["job_id"]
    assert shark.books() == ("$0.98", "$0.02", 0)
    assert shark.balance().body == shown
    shark.complete(job_id)
    assert shark.balance().body == {**shown, "balance": "$0.98"}


def test_what_is_held_cannot_be_spent_again(shark: Shark) -> None:
    poor = Shark(shark.runtime, dollars="0.03")
    assert poor.generate().status == 202
    refused = poor.generate()
    assert (refused.status, refused.body) == (
        402,
        {"error": {"code": "INSUFFICIENT_BALANCE", "message": EMPTY, "status": 402}},
    )
    second = poor.image({"prompt": "x", "mode": "2k"})
    assert (second.status, second.body) == (
        402,
        {"error": "Insufficient wallet balance.", "code": "INSUFFICIENT_BALANCE"},
    )


def test_trials_come_first_and_cost_nothing(newcomer: Shark) -> None:
    job_id = newcomer.generate().body["job_id"]
    assert newcomer.books() == ("$0", "$0", 2)
    newcomer.complete(job_id)
    assert newcomer.job(job_id).body["cost"] == "$0.00"
    assert newcomer.books() == ("$0", "$0", 2)
    assert newcomer.balance().body["free_trials_remaining"] == 2


def test_a_trial_comes_back_when_its_job_fails(newcomer: Shark) -> None:
    job_id = newcomer.image().body["job_id"]
    assert newcomer.books()[2] == 2
    newcomer.fail(job_id)
    assert newcomer.books() == ("$0", "$0", 3)


def test_when_the_trials_are_used_up_the_balance_pays(shark: Shark) -> None:
    mixed = Shark(shark.runtime, dollars="0.02", trials=1)
    assert mixed.generate().body["estimated_cost"] == "$0.00"
    assert mixed.generate().body["estimated_cost"] == "$0.02"
    assert mixed.generate().status == 402
    assert mixed.books() == ("$0", "$0.02", 0)


def test_a_suspended_account_is_refused_and_its_jobs_are_still_shown(shark: Shark) -> None:
    job_id = shark.generate().body["job_id"]
    shark.runtime.wallets.suspend(shark.account_id, 1)
    refused = shark.generate()
    assert (refused.status, refused.body["error"]["code"]) == (403, "ACCOUNT_SUSPENDED")
    assert shark.image().body == {"error": "Account is suspended."}
    assert shark.job(job_id).status == 200
    shark.runtime.wallets.resume(shark.account_id)
    assert shark.generate().status == 202


class Look:
    """A moderation service that flags, or gives no verdict."""

    def __init__(self, *, verdict: bool) -> None:
        self.verdict = verdict

    def flags(self, _prompt: str) -> bool:
        """Look at a prompt."""
        if self.verdict:
            return True
        raise ModerationUnavailable("down")


@pytest.mark.parametrize("status", [422, 503])
@pytest.mark.parametrize("wallet", [("1", 0), ("0", 3), ("0", 0)])
def test_a_prompt_is_looked_at_before_money_trials_and_image(
    shark: Shark, pictures: Pictures, monkeypatch: pytest.MonkeyPatch, wallet: tuple[str, int], status: int
) -> None:
    dollars, trials = wallet
    client = Shark(shark.runtime, dollars=dollars, trials=trials)
    monkeypatch.setitem(shark.runtime.__dict__, "moderator", Look(verdict=status == 422))
    name = f"seal.png?{dollars}-{trials}-{status}"
    body = {"prompt": "x", "image_url": pictures.url(name)}
    assert client.generate({"mode": "1k", **body}).status == client.image(body).status == status
    assert client.books() == (f"${dollars}", "$0", trials)
    assert client.usage().body["total"] == pictures.fetched(name) == 0


@pytest.mark.parametrize("amount", [None, "20", 5, 15, 10_010, -10, 10.0, True, 0])
def test_an_amount_that_cannot_be_paid_is_refused(shark: Shark, amount: object) -> None:
    reply = shark.top_up({"amount": amount})
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_REQUEST")


def _paying(shark: Shark, providers: dict[str, dict[str, str]]) -> Shark:
    """The same account on a gateway with these credentials."""
    client: Any = get_session().create_client("secretsmanager", region_name="us-east-1")
    text = json.dumps({"sealing_key": "0" * 32, "providers": providers})
    arn = client.create_secret(Name=f"tidegate-{uuid.uuid4()}", SecretString=text)["ARN"]
    return replace_runtime(shark, Clock({**shark.runtime._env, "TIDEGATE_SECRET_ID": arn}))


def replace_runtime(shark: Shark, runtime: Clock) -> Shark:
    """The same client of another runtime."""
    other = copy.copy(shark)
    other.runtime = runtime
    return other


@pytest.mark.parametrize(
    "credentials", [{}, {"stripe": {"api_key": "sk_1"}}, {"stripe": {"webhook_secret": "whsec_1"}}]
)
def test_without_a_stripe_key_a_top_up_says_what_to_do(
    shark: Shark, credentials: dict[str, dict[str, str]]
) -> None:
    reply = _paying(shark, credentials).top_up({"amount": 20})
    assert (reply.status, reply.body["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "tidegate provider set-key stripe" in reply.body["error"]["message"]
    assert "nothing was charged" in reply.body["error"]["message"]


def test_a_payment_provider_that_does_not_answer_is_no_missing_key(
    shark: Shark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpClient, "request", lambda *_, **__: HttpResponse(500, {}, b""))
    paying = _paying(shark, {"stripe": {"api_key": "sk_1", "webhook_secret": "whsec_1"}})
    reply = paying.top_up({"amount": 20})
    assert (reply.status, reply.headers["retry-after"]) == (503, "30")
    assert "set-key" not in reply.body["error"]["message"]
