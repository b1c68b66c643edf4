"""Idempotency keys: the same key with the same body never makes two generations."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LIFETIME_S: Final = 24 * 60 * 60
_FORM: Final = re.compile(r"[A-Za-z0-9_\-:.]{1,255}")


def is_well_formed(key: str) -> bool:
    """Whether a key has 1 to 255 characters of ``A-Z a-z 0-9 _ - : .`` (BabySea SDK README)."""
    return _FORM.fullmatch(key) is not None


def fingerprint(path: str, body: Mapping[str, Any]) -> str:
    """Return what tells one request from another: SHA-256 of the path and the canonical JSON body."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{path}\n{canonical}".encode()).hexdigest()


def partition(account_id: str) -> str:
    """Return where an account's records lie."""
    return f"idempotency#{account_id}"


def digest(path: str, key: str) -> str:
    """Return a record's own key: of fixed length, whatever the caller sent."""
    return hashlib.sha256(f"{path}\n{key}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """What a key stood for. Keys belong to an account and a path."""

    account_id: str
    path: str
    key: str
    fingerprint: str
    generation_id: str
    expires_at_s: int

    def values(self) -> dict[str, object]:
        """The stored form."""
        return {
            "pk": partition(self.account_id),
            "sk": digest(self.path, self.key),
            "entity": "idempotency",
            "account_id": self.account_id,
            "path": self.path,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "generation_id": self.generation_id,
            "ttl": self.expires_at_s,
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> IdempotencyRecord:
        """Read the stored form."""
        return cls(
            account_id=values["account_id"],
            path=values["path"],
            key=values["key"],
            fingerprint=values["fingerprint"],
            generation_id=values["generation_id"],
            expires_at_s=values["ttl"],
        )
