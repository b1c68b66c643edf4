"""Which images a generation looks at: those that were named beside the prompt, and those within it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.aliases import RESERVED, is_alias, is_well_formed, mentioned
from tidegate.domain.library.errors import ImageNotFound
from tidegate.domain.library.records import Image, Reference
from tidegate.usecases.library.images import find

MAX_REFERENCES: Final = 3
_MAX_MENTIONS: Final = 10  # that are looked up: each costs a read, and three are used


def resolve_references(
    library: LibraryTable,
    project_id: str,
    asked: Sequence[str],
    prompt: str,
    flow_id: str | None,
    *,
    computed: bool = True,
) -> list[tuple[Reference, Image]]:
    """Return at most three images, each once: first those asked for, then those that the prompt mentions.

    Without ``computed``, ``@last`` and its like are only text: a picture that looked at the last one would
    be another one each time.

    Raises:
        ImageNotFound: one that was asked for is not there. A mention that leads nowhere is only text.
        FlowNotFound: there is no such flow.
        InvalidInput: more than three were asked for.
    """
    if len(asked) > MAX_REFERENCES:
        raise InvalidInput(f"At most {MAX_REFERENCES} reference images.", field="referenceImages")
    found = [_find(library, project_id, name, flow_id) for name in asked]
    for name in mentioned(prompt)[:_MAX_MENTIONS]:
        if len(_unique(found)) >= MAX_REFERENCES:
            break
        if name in RESERVED and not computed:
            continue
        try:
            found.append(_find(library, project_id, name, flow_id))
        except ImageNotFound:
            continue
    return _unique(found)


def _find(library: LibraryTable, project_id: str, name: str, flow_id: str | None) -> tuple[Reference, Image]:
    if is_alias(name) and not is_well_formed(name):
        raise ImageNotFound
    image = find(library, project_id, name, flow_id=flow_id)
    return Reference(image.image_id, name if is_alias(name) else None), image


def _unique(found: Iterable[tuple[Reference, Image]]) -> list[tuple[Reference, Image]]:
    kept: dict[str, tuple[Reference, Image]] = {}
    for reference, image in found:
        kept.setdefault(image.image_id, (reference, image))
    return list(kept.values())
