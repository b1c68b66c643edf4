"""The vendors' signing keys: what makes a callback theirs."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Constant for the life of one simulated world: keep it in a file and restarts keep it too."""

    replicate_secret: str  # "whsec_" + base64, as GET /webhooks/default/secret gives it
    fal_private_key: str  # base64url of the raw Ed25519 key
    fal_user_id: str

    @classmethod
    def create(cls) -> Identity:
        """New random keys."""
        return cls(
            replicate_secret="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(),
            fal_private_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            fal_user_id=f"user_{secrets.token_hex(8)}",
        )

    @classmethod
    def load(cls, path: Path) -> Identity:
        """The keys in that file, which is made when it is missing and readable by its owner only."""
        if path.exists():
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        path.parent.mkdir(parents=True, exist_ok=True)
        identity = cls.create()
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
