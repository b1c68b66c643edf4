"""An OpenAI-compatible chat endpoint (OpenAI API reference, "Create chat completion")."""

from __future__ import annotations

import json
from typing import Final

from tidegate.adapters.enhancement.protocol import EnhancementUnavailable
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.secrets import Secrets
from tidegate.domain.library.enhancement import Template, instruction

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"
TIMEOUT_S: Final = 8.0
_CREDENTIALS: Final = "openai"
_MAX_TOKENS: Final = 400
_MAX_BYTES: Final = 262_144
_OK: Final = 200


class ChatEnhancer:
    """Asks ``POST /chat/completions`` of one model for a rewritten prompt."""

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str, model: str) -> None:
        self._http = http
        self._secrets = secrets
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model

    def enhance(self, prompt: str, template: Template) -> str:
        """Return the model's text."""
        key = (self._secrets.provider(_CREDENTIALS) or {}).get("api_key", "")
        if not key:
            raise EnhancementUnavailable("no key: tidegate provider set-key openai")
        asked = {
            "model": self._model,
            "max_tokens": _MAX_TOKENS,
            "messages": [
                {"role": "system", "content": instruction(template)},
                {"role": "user", "content": prompt},
            ],
        }
        try:
            answer = self._http.request(
                "POST",
                self._url,
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                body=json.dumps(asked).encode(),
                timeout_s=TIMEOUT_S,
                max_bytes=_MAX_BYTES,
            )
        except (ConnectFailed, ResponseLost, BodyTooLarge, UnsafeUrl) as error:
            raise EnhancementUnavailable(str(error)) from error
        if answer.status != _OK:
            raise EnhancementUnavailable(f"the chat endpoint answered {answer.status}")
        return _text(answer.body)


def _text(body: bytes) -> str:
    try:
        choice = json.loads(body)["choices"][0]
        text, ended = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise EnhancementUnavailable("the chat endpoint's answer cannot be read") from error
    if not isinstance(text, str) or not text.strip() or ended not in {"stop", None}:
        raise EnhancementUnavailable("the chat endpoint's answer holds no whole text")
    return text
