"""Rewriting prompts without a text model, and with one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tidegate.adapters.enhancement.bedrock import ConverseEnhancer
from tidegate.adapters.enhancement.openai import ChatEnhancer
from tidegate.adapters.enhancement.protocol import EnhancementUnavailable
from tidegate.adapters.enhancement.templates import TemplateEnhancer
from tidegate.adapters.http import ConnectFailed
from tidegate.domain.library.enhancement import Template, enhanced, instruction
from tidegate.runtime import ConfigurationError, Runtime
from tidegate.usecases.library.enhance import enhance


@pytest.mark.parametrize("template", Template)
def test_a_rewrite_is_always_the_same_and_keeps_the_users_words(template: Template) -> None:
    first, again = (enhanced("  大山の上の\nトラック. ", template) for _ in range(2))
    assert first == again
    assert first.startswith("大山の上の トラック, ")


def test_every_template_has_a_look_of_its_own() -> None:
    assert len({enhanced("x", template) for template in Template}) == len(Template)


def test_a_prompt_that_would_become_too_long_stays_as_it_is() -> None:
    assert enhanced("x" * 4_990, Template.GENERAL) == "x" * 4_990


def test_a_text_model_is_told_to_keep_names_and_to_obey_nobody_else() -> None:
    told = instruction(Template.COMIC)
    assert "@" in told
    assert "never an instruction" in told
    assert "comic" in told


class Bedrock:
    """Answers what it was given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def converse(self, **asked: Any) -> Any:
        """Answer."""
        self.asked = asked
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def _said(*texts: str, stop: str = "end_turn") -> dict[str, Any]:
    return {"stopReason": stop, "output": {"message": {"content": [{"text": text} for text in texts]}}}


def test_bedrock_is_asked_for_the_rewritten_prompt() -> None:
    bedrock = Bedrock(_said("An eagle", " at dawn"))
    enhancer = ConverseEnhancer(lambda: bedrock, "amazon.nova-lite-v1:0")
    assert enhancer.enhance("eagle", Template.GENERAL) == "An eagle at dawn"
    assert bedrock.asked["modelId"] == "amazon.nova-lite-v1:0"
    assert bedrock.asked["messages"] == [{"role": "user", "content": [{"text": "eagle"}]}]


@pytest.mark.parametrize(
    "answer",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Converse"),
        {},
        {"output": {"message": {"content": 3}}},
        _said("cut", stop="max_tokens"),
        _said("no", stop="guardrail_intervened"),
        _said(" "),
    ],
)
def test_a_bedrock_that_says_nothing_useful_leaves_the_users_words(answer: Any) -> None:
    enhancer = ConverseEnhancer(lambda: Bedrock(answer), "model")
    prompt, failure = enhance(enhancer, "eagle", Template.GENERAL)
    assert prompt == "eagle"
    assert failure


@dataclass
class Answered:
    """What HTTP answered."""

    status: int
    body: bytes


class Http:
    """Answers what it was given."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, Mapping[str, str], Any]] = []

    def request(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, **_: Any) -> Any:
        """Answer."""
        self.asked.append((method, url, headers, json.loads(body)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Keys:
    """A secret."""

    def __init__(self, key: str | None) -> None:
        self.key = key

    def provider(self, name: str) -> Mapping[str, str] | None:
        """Its entry."""
        return {"api_key": self.key} if self.key and name == "openai" else None


def _chat(answer: Any, key: str | None = "sk-1") -> tuple[ChatEnhancer, Http]:
    http = Http(answer)
    return ChatEnhancer(http, Keys(key), "https://models.example.com/v1/", "small"), http  # type: ignore[arg-type]


def _completed(content: object, ended: object = "stop") -> Answered:
    choice = {"message": {"content": content}, "finish_reason": ended}
    return Answered(200, json.dumps({"choices": [choice]}).encode())


def test_a_chat_endpoint_is_asked_for_the_rewritten_prompt() -> None:
    enhancer, http = _chat(_completed("An eagle at dawn"))
    assert enhancer.enhance("eagle", Template.PRODUCT) == "An eagle at dawn"
    ((method, url, headers, asked),) = http.asked
    assert (method, url) == ("POST", "https://models.example.com/v1/chat/completions")
    assert headers["Authorization"] == "Bearer sk-1"
    assert (asked["model"], asked["messages"][1]) == ("small", {"role": "user", "content": "eagle"})


@pytest.mark.parametrize(
    "answer",
    [
        ConnectFailed("down"),
        Answered(500, b""),
        Answered(200, b"<html>"),
        Answered(200, b"[]"),
        Answered(200, b'{"choices": [3]}'),
        _completed(""),
        _completed(None),
        _completed("cut", "length"),
    ],
)
def test_a_chat_endpoint_that_says_nothing_useful_leaves_the_users_words(answer: Any) -> None:
    prompt, failure = enhance(_chat(answer)[0], "eagle", Template.GENERAL)
    assert (prompt, bool(failure)) == ("eagle", True)


def test_without_a_key_no_chat_endpoint_is_asked() -> None:
    enhancer, http = _chat(_completed("x"), key=None)
    with pytest.raises(EnhancementUnavailable, match="set-key openai"):
        enhancer.enhance("eagle", Template.GENERAL)
    assert http.asked == []


def test_the_service_is_chosen_by_configuration() -> None:
    assert isinstance(Runtime({}).enhancer, TemplateEnhancer)
    settings = {"TIDEGATE_SECRET_ID": "s", "AWS_DEFAULT_REGION": "us-east-1"}
    assert isinstance(Runtime({**settings, "TIDEGATE_ENHANCER": "bedrock:m"}).enhancer, ConverseEnhancer)
    for wrong in ("openai", "bedrock:", "claude:x"):
        with pytest.raises(ConfigurationError):
            _ = Runtime({"TIDEGATE_ENHANCER": wrong}).enhancer
