"""Live or test: whether an account, its keys and its generations are about real money and real providers."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Final

from tidegate.domain.money import Money


class Mode(StrEnum):
    """Stored with accounts, keys, generations and attempts; what carries none is live."""

    LIVE = "live"
    TEST = "test"

    @property
    def stored(self) -> Mode | None:
        """What an item carries: nothing for live, so that a stream filter knows test by its being there."""
        return None if self is Mode.LIVE else self


PLAY_CREDITS: Final = Money.of("10000")
PLAY_REFERENCE: Final = "play money"


def sandbox_id(account_id: str) -> str:
    """Return the id of an account's sandbox: always the same, and nobody else's (RFC 9562 §5.5)."""
    return str(uuid.uuid5(uuid.UUID(account_id), "tidegate sandbox"))
