"""What an idempotency key stands for, where the request that repeats it would be refused by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.usecases.library.runs import Payer, Services, first_of
from tidegate.usecases.submit import Idempotency, find_replay

if TYPE_CHECKING:
    from tidegate.domain.library.records import LibraryGeneration


def begun_before(
    services: Services, payer: Payer, project_id: str, idempotency: Idempotency | None
) -> LibraryGeneration | None:
    """Return what was begun with an idempotency key; None if nothing was. ``create`` finds it by itself.

    Raises:
        IdempotencyKeyReused: the key was used with another body.
        LibraryGenerationNotFound: what was begun was deleted for good.
    """
    replay = find_replay(services.generations, payer.account_id, idempotency, services.now_ms())
    return first_of(services.library, project_id, replay) if replay else None
