"""Sealing small secrets that must be readable again: AES-256-GCM, bound to the record that holds them."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

_VERSION: Final = b"\x01"  # of the format: version, nonce, ciphertext with tag
_NONCE_BYTES: Final = 12  # NIST SP 800-38D §8.2: the length GCM is defined for
_MIN_KEY_BYTES: Final = 16
_WEBHOOKS: Final = b"tidegate webhook endpoint secrets v1"
LIVE_URLS: Final = b"tidegate live url secrets v1"  # their records are a project and the secret's name


class UnsealingFailed(Exception):
    """The sealed bytes were not made by this key for this record."""


class Sealer:
    """Seals and opens with one key: at least 16 random bytes, from which each purpose's own is derived."""

    def __init__(self, key: bytes, purpose: bytes = _WEBHOOKS) -> None:
        if len(key) < _MIN_KEY_BYTES:
            raise ValueError(f"a sealing key needs at least {_MIN_KEY_BYTES} random bytes")
        # The input is uniformly random already, so one HMAC is a sound derivation (NIST SP 800-108).
        self._key = hmac.new(key, purpose, hashlib.sha256).digest()

    def seal(self, secret: str, *, account_id: str, endpoint_id: str) -> bytes:
        """Encrypt a secret for one endpoint. Sealing the same text twice gives different bytes."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  cold-start time

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._key).encrypt(nonce, secret.encode(), _record(account_id, endpoint_id))
        return _VERSION + nonce + sealed

    def open(self, sealed: bytes, *, account_id: str, endpoint_id: str) -> str:
        """Decrypt what ``seal`` made for the same endpoint.

        Raises:
            UnsealingFailed: it was made with another key, for another endpoint, or altered.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  cold-start time
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        body = sealed.removeprefix(_VERSION)
        nonce, ciphertext = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        try:
            return AESGCM(self._key).decrypt(nonce, ciphertext, _record(account_id, endpoint_id)).decode()
        except (InvalidTag, ValueError) as error:
            raise UnsealingFailed("the endpoint's secret cannot be opened with this key") from error


def _record(account_id: str, endpoint_id: str) -> bytes:
    return f"{account_id}\x00{endpoint_id}".encode()
