"""The check before the money: what passes, what is refused, and what a silent service means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.babysea.stores import Stores
from tests.contract.payments.test_stripe import Http, Secrets
from tidegate.adapters.moderation.bedrock import GuardrailModerator
from tidegate.adapters.moderation.openai import OpenAIModerator
from tidegate.adapters.moderation.protocol import ModerationUnavailable
from tidegate.domain.errors import ContentPolicyViolation, ServiceUnavailable
from tidegate.runtime import ConfigurationError, Runtime
from tidegate.usecases.moderate import moderate


class Verdict:
    """Always says the same."""

    def __init__(self, verdict: bool | Exception) -> None:  # noqa: FBT001
        self.verdict = verdict

    def flags(self, _prompt: str) -> bool:
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


def openai(http: Http, **credentials: str) -> OpenAIModerator:
    secrets = Secrets(**(credentials or {"api_key": "sk-1"}))
    return OpenAIModerator(http, secrets, "https://api.openai.com/v1/")  # type: ignore[arg-type]


def test_without_a_service_everything_passes() -> None:
    moderate(None, "anything")


def test_a_refusal_refuses_and_a_silence_lets_nothing_pass() -> None:
    moderate(Verdict(verdict=False), "fine")
    with pytest.raises(ContentPolicyViolation):
        moderate(Verdict(verdict=True), "bad")
    with pytest.raises(ServiceUnavailable):
        moderate(Verdict(ModerationUnavailable("down")), "fine")


@pytest.mark.parametrize("flagged", [True, False])
def test_an_openai_compatible_endpoint_is_asked_in_its_own_form(flagged: bool) -> None:  # noqa: FBT001
    http = Http(body={"id": "modr-1", "results": [{"flagged": flagged}]})
    assert openai(http).flags("a seal") is flagged
    (sent,) = http.sent
    assert (sent["method"], sent["url"]) == ("POST", "https://api.openai.com/v1/moderations")
    assert sent["headers"]["Authorization"] == "Bearer sk-1"
    assert json.loads(sent["body"]) == {"model": "omni-moderation-latest", "input": "a seal"}


@pytest.mark.parametrize(
    "http",
    [
        Http(429),
        Http(500),
        Http(),
        Http(body={"results": []}),
        Http(body={"results": [{"flagged": "no"}]}),
        Http(body=[]),
    ],
)
def test_an_answer_without_a_verdict_is_none(http: Http) -> None:
    with pytest.raises(ModerationUnavailable):
        openai(http).flags("a seal")


def test_without_a_key_the_endpoint_is_not_asked() -> None:
    http = Http()
    with pytest.raises(ModerationUnavailable, match="set-key"):
        openai(http, other="x").flags("a seal")
    assert http.sent == []


class Guardrails:
    """Bedrock's runtime, with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def apply_guardrail(self, **asked: Any) -> Any:
        self.asked = asked
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(("action", "flagged"), [("GUARDRAIL_INTERVENED", True), ("NONE", False)])
def test_a_guardrail_is_applied_to_the_prompt_as_input(action: str, flagged: bool) -> None:  # noqa: FBT001
    client = Guardrails({"action": action})
    assert GuardrailModerator(lambda: client, "abc", "1").flags("a seal") is flagged
    assert client.asked == {
        "guardrailIdentifier": "abc",
        "guardrailVersion": "1",
        "source": "INPUT",
        "content": [{"text": {"text": "a seal"}}],
    }


@pytest.mark.parametrize(
    "answer", [{"action": "PERHAPS"}, {}, ClientError({"Error": {"Code": "ThrottlingException"}}, "X")]
)
def test_a_guardrail_that_says_nothing_is_no_verdict(answer: Any) -> None:
    with pytest.raises(ModerationUnavailable):
        GuardrailModerator(lambda: Guardrails(answer), "abc", "1").flags("a seal")


def test_a_refused_prompt_is_bse2006_and_nothing_is_stored() -> None:
    stores = Stores(moderator=Verdict(verdict=True))
    reply = stores.generate()
    assert (reply.status, reply.error["code"]) == (422, "BSE2006")
    assert not stores.generations.stored


@pytest.mark.parametrize(
    ("setting", "kind"),
    [("", None), ("openai", OpenAIModerator), ("bedrock:abc123:DRAFT", GuardrailModerator)],
)
def test_the_setting_chooses_the_service(setting: str, kind: type | None) -> None:
    runtime = Runtime({"TIDEGATE_MODERATION": setting, "TIDEGATE_SECRET_ID": "s"})
    runtime.__dict__["secrets"] = Secrets()
    assert (runtime.moderator is None) if kind is None else isinstance(runtime.moderator, kind)


@pytest.mark.parametrize("setting", ["azure", "bedrock", "bedrock:abc", "bedrock::1"])
def test_a_setting_that_cannot_be_meant_is_refused(setting: str) -> None:
    with pytest.raises(ConfigurationError):
        _ = Runtime({"TIDEGATE_MODERATION": setting}).moderator
