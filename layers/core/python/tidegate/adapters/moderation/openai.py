"""An OpenAI-compatible moderation endpoint (OpenAI API reference, "Create moderation")."""

from __future__ import annotations

import json
from typing import Final

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.moderation.protocol import ModerationUnavailable
from tidegate.adapters.secrets import Secrets

DEFAULT_BASE_URL: Final = "https://api.openai.com/v1"
DEFAULT_MODEL: Final = "omni-moderation-latest"
_CREDENTIALS: Final = "openai"  # the key that the provider of this name has
_TIMEOUT_S: Final = 5.0
_MAX_BYTES: Final = 262_144
_OK: Final = 200


class OpenAIModerator:
    """Asks ``POST /moderations``; the category scores are the service's business."""

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str, model: str = DEFAULT_MODEL) -> None:
        self._http = http
        self._secrets = secrets
        self._url = f"{base_url.rstrip('/')}/moderations"
        self._model = model

    def flags(self, prompt: str) -> bool:
        """Return the service's ``flagged``."""
        key = (self._secrets.provider(_CREDENTIALS) or {}).get("api_key", "")
        if not key:
            raise ModerationUnavailable("no key: tidegate provider set-key openai")
        try:
            answer = self._http.request(
                "POST",
                self._url,
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                body=json.dumps({"model": self._model, "input": prompt}).encode(),
                timeout_s=_TIMEOUT_S,
                max_bytes=_MAX_BYTES,
            )
        except (ConnectFailed, ResponseLost, BodyTooLarge, UnsafeUrl) as error:
            raise ModerationUnavailable(str(error)) from error
        if answer.status != _OK:
            raise ModerationUnavailable(f"the moderation endpoint answered {answer.status}")
        return _flagged(answer.body)


def _flagged(body: bytes) -> bool:
    try:
        flagged = json.loads(body)["results"][0]["flagged"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ModerationUnavailable("the moderation endpoint's answer cannot be read") from error
    if not isinstance(flagged, bool):
        raise ModerationUnavailable("the moderation endpoint's answer holds no verdict")
    return flagged
