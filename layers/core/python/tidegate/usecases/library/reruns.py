"""Another run of what was made before: same record, same image, same URL.

The record says which run it is of, and every write of another names the one that it was decided on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidegate.adapters.dynamodb.library.generations import references_value
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.domain.errors import GenerationInProgress
from tidegate.domain.generation import new_id
from tidegate.domain.library.errors import AliasTaken, LibraryGenerationNotFound
from tidegate.domain.library.records import LibraryGeneration, Progress
from tidegate.usecases.library.references import resolve_references
from tidegate.usecases.library.runs import Asked, Payer, Services, order_of
from tidegate.usecases.submit import AlsoRefused, steered, submit

_RUNNING: Final = "The generation is running: change it when it has ended."


def run_again(
    services: Services, payer: Payer, record: LibraryGeneration, changed: Asked | None = None
) -> LibraryGeneration:
    """Begin another run of a record, which ends in the same image; aliases are looked up anew.

    A run that is under way is joined: nothing is held for this one. Not so if something is to be changed.

    Raises:
        GenerationInProgress: a run is under way that was begun without what is to be changed.
        ImageNotFound, FlowNotFound, AliasTaken, and what ``submit`` raises: nothing was held.
        LibraryGenerationNotFound: the record went meanwhile.
    """
    library, now_ms = services.library, services.now_ms()
    new = _changed(record, changed)
    found = resolve_references(
        library,
        record.project_id,
        record.asked_references,
        new.original_prompt,
        record.flow_id,
        computed=record.image_meta is None,
    )
    new = replace(
        new,
        run_id=new_id(now_ms),
        status=Progress.PENDING,
        references=tuple(reference for reference, _ in found),
        retry_count=record.retry_count + 1,
        error_message=None,
        updated_at_ms=now_ms,
    )
    actions = [library.generations.run_again(record, _run_values(new))]
    first = record.output_image_id is None and not record.takes_alias
    if record.alias is not None and first:  # its failure gave the alias up
        claim = library.aliases.claim(record.project_id, record.alias, record.image_id, pending=True)
        actions.append(claim)
    order = order_of(services, payer, new, [image for _, image in found])
    try:
        order = replace(order, also=tuple(actions))
        submit(services.generations, steered(order, services.steering, now_ms), now_ms)
    except AlsoRefused as error:
        if not error.failed[0]:
            raise AliasTaken from error
        return _join_run(library, record, changed)
    return new


def _join_run(library: LibraryTable, record: LibraryGeneration, changed: Asked | None) -> LibraryGeneration:
    current = library.generations.get(record.project_id, record.generation_id)
    if current is None or current.deleted_at_ms is not None:
        raise LibraryGenerationNotFound
    if changed is not None:  # even if that run has ended just now
        raise GenerationInProgress(_RUNNING)
    return current


def refuse_while_running(record: LibraryGeneration) -> None:
    """Refuse to change what a run was begun without.

    Raises:
        GenerationInProgress: a run is under way.
    """
    if record.status.is_open:
        raise GenerationInProgress(_RUNNING)


def _changed(record: LibraryGeneration, changed: Asked | None) -> LibraryGeneration:
    if changed is None:
        return record
    return replace(
        record,
        prompt=changed.prompt,
        original_prompt=changed.original_prompt,
        aspect_ratio=changed.aspect_ratio,
    )


def _run_values(new: LibraryGeneration) -> dict[str, object]:
    names = ("run_id", "status", "prompt", "original_prompt", "aspect_ratio", "updated_at_ms")
    return {
        **{name: getattr(new, name) for name in names},
        "references": references_value(new.references),
    }
