"""The physical shape of the tables: what infra deploys and what the tests create."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """A KEYS_ONLY global index: it costs a write only when its own keys change."""

    name: str
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table. All key attributes are strings; all tables bill on demand."""

    name: str
    partition: str
    sort: str | None = None
    index: IndexSchema | None = None
    ttl: str | None = None
    stream: bool = False  # NEW_AND_OLD_IMAGES
    ephemeral: bool = False  # counters only: nothing that anybody would restore


KEYS: Final = TableSchema(
    "keys", "key_hash", index=IndexSchema("by_account", "account_id", "key_hash"), ttl="ttl"
)
WALLETS: Final = TableSchema(
    "wallets", "account_id", "item", index=IndexSchema("accounts", "kind", "account_id"), stream=True
)
GENERATIONS: Final = TableSchema("generations", "pk", "sk", ttl="ttl", stream=True)
WEBHOOKS: Final = TableSchema("webhooks", "account_id", "item", ttl="ttl")
TELEMETRY: Final = TableSchema("telemetry", "pk", "sk", ttl="ttl", ephemeral=True)
LIBRARY: Final = TableSchema("library", "pk", "sk", index=IndexSchema("purges", "purge_on", "pk"), ttl="ttl")
TABLES: Final = (KEYS, WALLETS, GENERATIONS, WEBHOOKS, TELEMETRY, LIBRARY)
