"""The gateway's public API over plain HTTP: all that a customer has."""

from __future__ import annotations

import json
from typing import Any, Final

import urllib3

_TIMEOUT_S: Final = 15.0
_OK: Final = 200


class Unexpected(Exception):
    """Something was not as it must be. The message says what."""


class Gateway:
    """Speaks the BabySea wire protocol with one key."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def get(self, path: str) -> dict[str, Any]:
        """Return the ``data`` of a GET.

        Raises:
            Unexpected: any answer but 200 with the success envelope.
        """
        return self._data("GET", path, None)

    def post(self, path: str, body: object) -> dict[str, Any]:
        """Return the ``data`` of a POST.

        Raises:
            Unexpected: any answer but 200 with the success envelope.
        """
        return self._data("POST", path, json.dumps(body).encode())

    def download(self, url: str) -> bytes:
        """Fetch a produced file, without the key: its URL is the permission.

        Raises:
            Unexpected: it cannot be fetched.
        """
        answer = urllib3.request("GET", url, timeout=_TIMEOUT_S)
        if answer.status != _OK:
            raise Unexpected(f"GET {url} was answered with {answer.status}")
        return answer.data

    def _data(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        url = self._base_url + path
        answer = urllib3.request(
            method, url, body=body, headers=self._headers, timeout=_TIMEOUT_S, retries=False
        )
        try:
            envelope = json.loads(answer.data)
            if answer.status == _OK and envelope["status"] == "success":
                return dict(envelope["data"])
        except (ValueError, KeyError, TypeError):
            pass
        raise Unexpected(f"{method} {path} was answered with {answer.status}: {answer.data[:500]!r}")
