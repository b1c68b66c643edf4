"""Signatures after the Standard Webhooks specification (standardwebhooks.com), as Replicate makes them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from tidegate.adapters.providers.protocol import CallbackRejected

TOLERANCE_S: Final = 300
_PREFIX: Final = "whsec_"
_MAX_SIGNATURES: Final = 10  # a rotation shows two
_VERSION: Final = "v1"


def verify(secret: str, headers: Mapping[str, str], body: bytes, now_s: int) -> None:
    """Check that ``body`` was signed with the secret, not longer ago than the tolerance.

    Args:
        secret: ``whsec_`` and the base64 of the key.
        headers: names in lower case.
        body: as received, byte by byte.
        now_s: the current time, epoch seconds.

    Raises:
        CallbackRejected: unsigned, forged or stale, or our secret is unusable.
    """
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    check_timestamp(sent_at, now_s)
    message = f"{message_id}.{sent_at}.".encode() + body
    expected = base64.b64encode(hmac.new(_key(secret), message, hashlib.sha256).digest())
    shown = headers.get("webhook-signature", "").split()[:_MAX_SIGNATURES]
    signatures = [
        value for version, _, value in (part.partition(",") for part in shown) if version == _VERSION
    ]
    if not any(hmac.compare_digest(expected, value.encode()) for value in signatures):
        raise CallbackRejected("no signature fits")


def check_timestamp(sent_at: str, now_s: int) -> None:
    """Check a header of epoch seconds against the clock.

    Raises:
        CallbackRejected: not a number, or more than the tolerance away.
    """
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):  # noqa: PLR2004  the year 33658
        raise CallbackRejected("the timestamp is missing or not a number")
    if abs(now_s - int(sent_at)) > TOLERANCE_S:
        raise CallbackRejected("the timestamp is too far from our clock")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise CallbackRejected("the webhook secret is not base64") from error
    if not key:
        raise CallbackRejected("no webhook secret is configured")
    return key
