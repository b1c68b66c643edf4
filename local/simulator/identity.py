"""The vendors' signing keys: what makes a callback theirs."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Constant for the life of one simulated world: keep it in a file and restarts keep it too."""

    replicate_secret: str  # "whsec_" + base64, as GET /webhooks/default/secret gives it
    fal_private_key: str  # base64url of the raw Ed25519 key
    fal_user_id: str
    google_private_key: str  # PEM of an RSA key
    google_kid: str

    @classmethod
    def create(cls) -> Identity:
        """New random keys."""
        return cls(
            replicate_secret="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
            fal_private_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            fal_user_id=f"user_{secrets.token_hex(8)}",
            google_private_key=_rsa_key(),
            google_kid=secrets.token_hex(8),
        )

    @classmethod
    def load(cls, path: Path) -> Identity:
        """The keys in that file, which is made when it is missing and readable by its owner only."""
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if kept.keys() == set(cls.__slots__):
            return cls(**kept)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        identity = replace(cls.create(), **kept)  # a vendor that signs since then gets its key now
        text = json.dumps({name: getattr(identity, name) for name in cls.__slots__}, indent=2)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
        return identity

    def replicate_key(self) -> bytes:
        """The HMAC key: what stands after the prefix, decoded."""
        return base64.b64decode(self.replicate_secret.removeprefix("whsec_"))

    def fal_key(self) -> Ed25519PrivateKey:
        """The signing key whose public half is in fal's JWKS."""
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(self.fal_private_key))

    def google_key(self) -> RSAPrivateKey:
        """The signing key whose public half is in Google's JWKS."""
        return _read_rsa(self.google_private_key)


@cache
def _rsa_key() -> str:
    """One for the process: it takes long to make, and no world is told from another by it."""
    key = generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def _read_rsa(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    assert isinstance(key, RSAPrivateKey)  # noqa: S101  we made it
    return key
