"""A text model of Amazon Bedrock (API reference, Converse): no key beside the function's own role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.enhancement.protocol import EnhancementUnavailable
from tidegate.domain.library.enhancement import Template, instruction

MAX_TOKENS: Final = 400


class ConverseEnhancer:
    """Asks one model for a rewritten prompt."""

    def __init__(self, client: Callable[[], Any], model_id: str) -> None:
        self._client = client
        self._model_id = model_id

    def enhance(self, prompt: str, template: Template) -> str:
        """Return the model's text."""
        try:
            answer = self._client().converse(
                modelId=self._model_id,
                system=[{"text": instruction(template)}],
                messages=[{"role": "user", "content": [{"text": prompt}]}],
                inferenceConfig={"maxTokens": MAX_TOKENS, "temperature": 0.4},
            )
            blocks = answer["output"]["message"]["content"]
            text = "".join(block["text"] for block in blocks if "text" in block)
        except (ClientError, BotoCoreError) as error:
            raise EnhancementUnavailable(f"Bedrock: {type(error).__name__}") from error
        except (LookupError, TypeError) as error:
            raise EnhancementUnavailable("Bedrock's answer cannot be read") from error
        if answer.get("stopReason") != "end_turn" or not text.strip():
            raise EnhancementUnavailable(f"Bedrock stopped: {answer.get('stopReason')}")
        return text
