"""The webhook receiver's list of what came in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3

_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Received:
    """One webhook as it arrived. ``verified`` is the receiver's own judgement."""

    headers: Mapping[str, str]
    body: bytes
    content: Mapping[str, Any]
    verified: bool

    @property
    def signature(self) -> str:
        """The signature header."""
        return self.headers.get("x-babysea-signature", "")


class Receiver:
    """Reads the receiver's list over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url

    def find(self, generation_id: str, event: str) -> Received | None:
        """Return the webhook of this event, or None while there is none."""
        fields = {"generation_id": generation_id, "event": event}
        answer = urllib3.request("GET", f"{self._url}/deliveries", fields=fields, timeout=_TIMEOUT_S)
        for found in json.loads(answer.data)["deliveries"]:
            body = found["text"].encode()
            return Received(found["headers"], body, found["body"], found["verified"] is True)
        return None
