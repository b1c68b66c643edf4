"""Google's callbacks: an envelope, and a JWT of its own for each (RS256, keys by JWKS).

Published are the algorithm, the keys' place and that there is an audience; the claims are chosen here.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from local.simulator.clock import iso
from local.simulator.identity import Identity
from local.simulator.jobs import Event, Job, State
from local.simulator.vendors.google import interactions_wire, wire
from local.simulator.vendors.protocol import Notice

_KINDS: Final = {"completed": "completed", "failed": "failed", "cancelled": "cancelled"}
_ISSUER: Final = "https://generativelanguage.googleapis.com"
_LIFETIME_S: Final = 300


def notice(job: Job, event: Event, identity: Identity) -> Notice | None:
    """The callback for a job's end. An operation calls back only when it has made a video."""
    if job.callback_url is None or event is not Event.COMPLETED:
        return None
    if interactions_wire.serves(job.model):
        kind, data = _KINDS.get(interactions_wire.status(job)), interactions_wire.event_data(job)
        kind = kind and f"interaction.{kind}"
    else:
        kind = "video.generated" if job.state is State.SUCCEEDED else None
        data = {"id": wire.operation_name(job), "output_file_uri": wire.download_url(job)}
    if kind is None:
        return None
    told = {"type": kind, "version": "v1", "timestamp": iso(job.completed_at or 0)}
    envelope = {**told, "data": {**data, "user_metadata": job.metadata}}

    async def body() -> bytes:
        return json.dumps(envelope).encode()

    url, forged = job.callback_url, "bad_signature" in job.faults
    known_as = {"webhook-id": f"evt_{secrets.token_hex(12)}"}  # the same, however often it is sent
    return Notice(url, body, lambda at_s, _body: {**headers(identity, url, at_s, forged=forged), **known_as})


def jwks(identity: Identity) -> dict[str, Any]:
    """The published keys."""
    numbers = identity.google_key().public_key().public_numbers()
    modulus, exponent = (_number(value) for value in (numbers.n, numbers.e))
    key = {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": identity.google_kid,
        "n": modulus,
        "e": exponent,
    }
    return {"keys": [key]}


def headers(identity: Identity, audience: str, timestamp: int, *, forged: bool = False) -> Mapping[str, str]:
    """A callback's headers. The token does not cover the body: a forged one is signed over another token."""
    head = {"alg": "RS256", "typ": "JWT", "kid": identity.google_kid}
    times = {"iat": timestamp, "exp": timestamp + _LIFETIME_S}
    claims = {"iss": _ISSUER, "aud": audience, **times}
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    message = signed + ("." if forged else "")
    signature = identity.google_key().sign(message.encode(), PKCS1v15(), SHA256())
    return {
        "content-type": "application/json",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"{signed}.{_encoded(signature)}",
    }


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
