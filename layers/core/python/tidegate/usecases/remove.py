"""Delete what a generation made, for good. Its record stays."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import GenerationInProgress
from tidegate.usecases.get_generation import get_generation


@dataclass(frozen=True, slots=True)
class Removal:
    """What deleting did. Files that were gone before are not counted."""

    generation_id: str
    files_deleted: int


def remove(
    generations: GenerationTable,
    outputs: OutputStore,
    *,
    account_id: str,
    generation_id: str,
    now_ms: int,
) -> Removal:
    """Delete the files of an ended generation, then note it; repeating finds nothing left to do.

    In this order a run that stops in between leaves a record that still names the files, so that the next
    one finishes the work. The reverse would leave files that nobody knows of.

    Raises:
        GenerationNotFound: absent, or another account's.
        GenerationInProgress: it has not ended.
    """
    generation = get_generation(
        generations, account_id=account_id, generation_id=generation_id, now_ms=now_ms
    )
    if not generation.status.is_terminal:
        raise GenerationInProgress("The generation has not ended: cancel it first.")
    if generation.removed_at_ms is not None:
        return Removal(generation_id, 0)
    # Past their retention too: the bucket empties itself by the day, and may not have come to them yet.
    outputs.delete([output.key for output in generation.outputs])
    gone_before = generation.is_removed(now_ms)
    noted = generations.mark_removed(generation, now_ms)
    return Removal(generation_id, len(generation.outputs) if noted and not gone_before else 0)
