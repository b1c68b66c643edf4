"""Looking at prompts first is a setting: who is told of it, and what that takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra.settings import ConfigError
from tests.infrastructure.synth import LOCAL, Synth, synthesize
from tests.infrastructure.test_policies import READ_SECRET, allowed

GUARDRAIL = "arn:AWS::Partition:bedrock:AWS::Region:AWS::AccountId:guardrail/gr7abc"
# All that accept a prompt.
SUBMITS = {
    "babysea.generate_image",
    "babysea.generate_video",
    "sharkapi.generate",
    "sharkapi.image",
    "banatie.generations_create",
    "banatie.generations_update",
    "banatie.generations_retry",
    "banatie.generations_regenerate",
    "banatie.flows_regenerate",
}


def _told(synth: Synth) -> dict[str, str]:
    """The service that each function is told of."""
    variables = {
        name: function.props["Environment"]["Variables"] for name, function in synth.functions().items()
    }
    return {name: v["TIDEGATE_MODERATION"] for name, v in variables.items() if "TIDEGATE_MODERATION" in v}


def _calls(synth: Synth, function: str) -> Mapping[str, set[str]]:
    role = synth.text(synth.functions()[function].props["Role"])
    return allowed(synth, synth.one("AWS::IAM::Role", role))


def test_nobody_looks_at_prompts_unless_it_is_asked_for(prod: Synth) -> None:
    assert _told(prod) == {}
    assert "ApplyGuardrail" not in json.dumps(dict(prod.templates))


def test_an_endpoint_takes_the_secret_and_the_way_out(tmp_path: Path) -> None:
    synth = synthesize({"moderation": "openai"}, tmp_path)
    told = _told(synth)
    assert set(told) >= SUBMITS
    assert set(told.values()) == {"openai"}
    for function in told:
        variables = synth.functions()[function].props["Environment"]["Variables"]
        assert {"TIDEGATE_SECRET_ID", "TIDEGATE_ALLOWED_PRIVATE_HOSTS"} <= set(variables)
        assert _calls(synth, function)["CredentialsSecret"] == READ_SECRET


def test_a_guardrail_is_the_only_thing_that_may_be_applied(tmp_path: Path) -> None:
    synth = synthesize({"moderation": "bedrock:gr7abc:2"}, tmp_path)
    told = _told(synth)
    assert set(told) >= SUBMITS
    assert set(told.values()) == {"bedrock:gr7abc:2"}
    for function in synth.functions():
        given = {"bedrock:ApplyGuardrail"} if function in told else set()
        assert _calls(synth, function).get(GUARDRAIL, set()) == given
    assert "CredentialsSecret" not in _calls(synth, "sharkapi.generate")


@pytest.mark.parametrize("context", [{}, LOCAL])
@pytest.mark.parametrize(
    "service", ["azure", "openai:x", "bedrock", "bedrock:gr7", "bedrock:GR:1", "bedrock::1"]
)
def test_a_service_that_cannot_be_meant_is_refused(
    tmp_path: Path, context: Mapping[str, object], service: str
) -> None:
    with pytest.raises(ConfigError, match="moderation: openai, or bedrock"):
        synthesize({**context, "moderation": service}, tmp_path)
