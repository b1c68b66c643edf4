"""Amazon Bedrock Guardrails (API reference, ApplyGuardrail): the operator's own policy, and no key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.moderation.protocol import ModerationUnavailable

_INTERVENED: Final = "GUARDRAIL_INTERVENED"
_PASSED: Final = "NONE"


class GuardrailModerator:
    """Applies one version of one guardrail to the prompt as input."""

    def __init__(self, client: Callable[[], Any], guardrail_id: str, version: str) -> None:
        self._client = client
        self._guardrail_id = guardrail_id
        self._version = version

    def flags(self, prompt: str) -> bool:
        """Whether the guardrail intervenes. It may also only mask, which is no verdict to generate by."""
        try:
            answer = self._client().apply_guardrail(
                guardrailIdentifier=self._guardrail_id,
                guardrailVersion=self._version,
                source="INPUT",
                content=[{"text": {"text": prompt}}],
            )
        except (ClientError, BotoCoreError) as error:
            raise ModerationUnavailable(f"Bedrock Guardrails: {type(error).__name__}") from error
        action = answer.get("action")
        if action not in {_INTERVENED, _PASSED}:
            raise ModerationUnavailable(f"Bedrock Guardrails: unknown action {action}")
        return bool(action == _INTERVENED)
