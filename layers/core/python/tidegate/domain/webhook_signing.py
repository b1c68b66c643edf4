"""The headers of a signed webhook: BabySea's, and those of Standard Webhooks beside them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

from tidegate.domain.webhooks import SECRET_PREFIX, Delivery, iso

USER_AGENT: Final = "Tidegate-Webhooks/0.1.0"


def signature(secret: str, at_s: int, body: bytes, previous: str | None = None) -> str:
    """Return ``t=<at_s>,v1=<hex>`` (contracts: BabySea §8.3; the scheme is Stripe's).

    HMAC-SHA256 over ``<t>.<body>``; the key is the whole secret text, its prefix included. With
    ``previous``, a second ``v1`` follows. The first is the new secret's: BabySea's SDK reads no other.
    """
    signed = b"%d.%b" % (at_s, body)
    keys = [secret] if previous is None else [secret, previous]
    digests = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={at_s}", *(f"v1={digest}" for digest in digests)])


def standard_signature(secret: str, message_id: str, at_s: int, body: bytes) -> str | None:
    """Return ``v1,<base64>`` as Standard Webhooks defines it (standardwebhooks.com, specification).

    HMAC-SHA256 over ``<id>.<t>.<body>``; the key is what the part after ``whsec_`` holds as base64.
    None when that part is not base64: such a secret has no key in this scheme.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        return None
    digest = hmac.new(key, b"%b.%d.%b" % (message_id.encode(), at_s, body), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(delivery: Delivery, secret: str, at_s: int, previous: str | None = None) -> dict[str, str]:
    """Return the headers of one attempt. Sign anew for each: receivers refuse a ``t`` older than 300 s.

    ``previous`` is the secret before a rotation, as long as it signs, too.
    """
    body, identity = delivery.body.encode(), delivery.key.delivery_id
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-BabySea-Signature": signature(secret, at_s, body, previous),
        "X-BabySea-Event": delivery.event_type.value,
        "X-BabySea-Timestamp": iso(delivery.key.occurred_at_ms),
        "X-BabySea-Delivery-Id": identity,
    }
    keys = filter(None, (secret, previous))
    standard = [signed for key in keys if (signed := standard_signature(key, identity, at_s, body))]
    if standard:
        headers |= {
            "webhook-id": identity,
            "webhook-timestamp": str(at_s),
            "webhook-signature": " ".join(standard),
        }
    return headers
