"""Whether the deployment's first master key may be asked for over the network: one item for all accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import Rows

_PK, _SK = "bootstrap", "initial-key"
_UNUSED: Final = "attribute_not_exists(#used_at_ms)"


@dataclass(frozen=True, slots=True)
class Door:
    """Opened by the operator for one account, until an instant, to whoever knows the secret."""

    account_id: str
    secret_hash: str
    until_ms: int
    used_at_ms: int | None = None


class BootstrapTable:
    """Opens the door, and closes it for good."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self) -> Door | None:
        """Read how it stands, as of now; None when it never was open."""
        values = self._rows.get(_PK, _SK)
        if values is None:
            return None
        return Door(values["account_id"], values["secret_hash"], values["until_ms"], values.get("used_at_ms"))

    def open(self, door: Door) -> bool:
        """Open it, whoever it was open to before; False when it was used already."""
        return self._rows.run(
            self._rows.put(
                {
                    "pk": _PK,
                    "sk": _SK,
                    "entity": "bootstrap",
                    "account_id": door.account_id,
                    "secret_hash": door.secret_hash,
                    "until_ms": door.until_ms,
                },
                only_if=_UNUSED,
            )
        )

    def use(self, door: Door, now_ms: int) -> Item:
        """Return the action of going through it, which closes it for good."""
        return self._rows.change(
            _PK,
            _SK,
            sets={"used_at_ms": now_ms},
            only_if=f"#secret_hash = :known AND {_UNUSED}",
            given={"known": door.secret_hash},
        )
