"""A vendor's published keys (JWKS, RFC 7517): fetched seldom, kept for the life of the Lambda environment."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.providers.answers import Answer, items

MAX_AGE_S: Final = 86_400  # fal's own limit; nobody else names one
REFRESH_AFTER_S: Final = 21_600  # early, so that an outage at the vendor does not find us with old keys
MIN_REFRESH_S: Final = 60  # a stream of forged callbacks makes no more requests than this
_MAX_KEYS: Final = 32
_TIMEOUT_S: Final = 5.0

Key = TypeVar("Key")


class PublishedKeys(Generic[Key]):
    """The keys at a URL. ``read`` makes one of a JWK, or None of one that is of no use.

    Time is the caller's, in seconds.
    """

    def __init__(self, http: HttpClient, url: str, read: Callable[[object], Key | None]) -> None:
        self._http = http
        self._url = url
        self._read = read
        self._keys: tuple[Key, ...] = ()
        self._fetched_at_s: int | None = None
        self._asked_at_s: int | None = None

    def any_fits(self, fits: Callable[[Key], bool], now_s: int) -> bool:
        """Whether one of the keys fits; asked once more with a fresh set when none does."""
        if self._age_s(now_s) >= REFRESH_AFTER_S:
            self._refresh(now_s)
        return self._fits(fits, now_s) or (self._refresh(now_s) and self._fits(fits, now_s))

    def _age_s(self, now_s: int) -> int:
        return MAX_AGE_S if self._fetched_at_s is None else now_s - self._fetched_at_s

    def _fits(self, fits: Callable[[Key], bool], now_s: int) -> bool:
        return self._age_s(now_s) < MAX_AGE_S and any(map(fits, self._keys))

    def _refresh(self, now_s: int) -> bool:
        if self._asked_at_s is not None and now_s - self._asked_at_s < MIN_REFRESH_S:
            return False
        self._asked_at_s = now_s
        try:
            response = self._http.request("GET", self._url, timeout_s=_TIMEOUT_S)
        except (ConnectFailed, ResponseLost, BodyTooLarge, UnsafeUrl):
            return False
        answer = Answer(response.status, response.headers, response.body)
        found = map(self._read, items(answer.fields.get("keys"))[:_MAX_KEYS])
        keys = tuple(key for key in found if key is not None)
        if not answer.is_success or not keys:
            return False
        self._keys, self._fetched_at_s = keys, now_s
        return True


def base64url(encoded: str) -> bytes | None:
    """Return what a base64url text without padding holds (RFC 7515 §2); None when it holds nothing."""
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
