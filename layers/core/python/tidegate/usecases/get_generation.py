"""Read one generation of an account."""

from __future__ import annotations

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.domain.errors import GenerationNotFound
from tidegate.domain.generation import Generation


def get_generation(
    generations: GenerationTable, *, account_id: str, generation_id: str, now_ms: int
) -> Generation:
    """Return the generation as of now.

    Raises:
        GenerationNotFound: absent, another account's, or its record is past its retention.
    """
    generation = generations.get(account_id, generation_id)
    if generation is None or generation.has_lapsed(now_ms):
        raise GenerationNotFound("There is no such generation.")
    return generation
