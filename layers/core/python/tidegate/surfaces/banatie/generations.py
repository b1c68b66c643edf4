"""Generations of a project: begun, followed, repeated, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from tidegate.domain.errors import TidegateError
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.errors import FlowNotFound, LibraryGenerationNotFound
from tidegate.domain.library.records import LibraryGeneration
from tidegate.surfaces.banatie.asking import (
    read_asked,
    read_idempotency,
    read_prompt,
    read_ratio,
    read_wait_ms,
)
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.reading import path_id, read_flag, read_id, read_meta, wants_move
from tidegate.surfaces.banatie.records import Reading, present_record
from tidegate.surfaces.body import read_object
from tidegate.surfaces.endpoint import logger
from tidegate.surfaces.headers import timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.library import runs
from tidegate.usecases.library.conclude import Desk, look, wait
from tidegate.usecases.library.enhance import enhance
from tidegate.usecases.library.flows import get_flow
from tidegate.usecases.library.generations import destroy_generation, edit, get_generation, hide_generation
from tidegate.usecases.library.replays import begun_before
from tidegate.usecases.library.reruns import refuse_while_running, run_again
from tidegate.usecases.moderate import moderate

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.enhancement.protocol import Enhancer
    from tidegate.adapters.moderation.protocol import Moderator
    from tidegate.adapters.s3 import OutputStore

_CREATED: Final = 201
# The hosted product has one call for both now (contracts: Banatie §10, R2).
DEPRECATED: Final = {"deprecation": "true"}


class Rewriting(Protocol):
    """What is done to prompts."""

    @property
    def enhancer(self) -> Enhancer:
        """Rewrites prompts."""

    @property
    def moderator(self) -> Moderator | None:
        """Looks at prompts first."""


class Services(runs.Services, Reading, Rewriting, Protocol):
    """What these endpoints need of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The records."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""

    @property
    def library_wait_ms(self) -> int:
        """How long an answer waits, at most."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""


def create_generation(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Begin a generation, and wait for it as long as caller and platform allow.

    What was begun once is answered for as long as its idempotency key lives, though its references are gone
    or its prompt would be refused by now: money may be held for it.
    """
    began_ms = request.began_ms(services.now_ms())
    body = read_object(request)
    idempotency = read_idempotency(request, tenant.project_id, body)
    try:
        record, replayed = runs.create(
            services,
            tenant.key,
            enhanced(replace(read_asked(body), moves=wants_move(request)), services),
            project_id=tenant.project_id,
            path=tenant.path,
            idempotency=idempotency,
        )
    except TidegateError:
        first = begun_before(services, tenant.key, tenant.project_id, idempotency)
        if first is None:
            raise
        record, replayed = first, True
    headers = {"idempotency-replayed": "true"} if replayed else {}
    return _awaited(request, record, services, began_ms, status=_CREATED, headers=headers)


def show_generation(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Show a generation as it stands now."""
    return present_record(look(_desk(services), _named(request, tenant, services)), services)


def update_generation(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Change what is sent. Another prompt or ratio makes another picture of the same id."""
    began_ms = request.began_ms(services.now_ms())
    body = read_object(request)
    meta = read_meta(body["meta"]) if "meta" in body else None
    moves = "flowId" in body
    flow_id = read_id(body["flowId"], "flowId") if body.get("flowId") is not None else None
    record = _named(request, tenant, services)
    changed = _changed(body, record, services)
    if changed is not None:
        refuse_while_running(look(_desk(services), record))
    edited = record
    if moves or meta is not None:
        edited = edit(
            services.library, record, meta=meta, moves=moves, flow_id=flow_id, now_ms=services.now_ms()
        )
    if changed is None:
        return present_record(edited, services)
    # Whatever is not sent is the run's that was read first: by another one's end, this comes too late.
    record = replace(record, meta=edited.meta, flow_id=edited.flow_id)
    return _repeated(request, tenant, services, record, began_ms=began_ms, changed=changed)


def regenerate(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Make the picture again: the same parameters, the same image id and URL, new bytes."""
    began_ms = request.began_ms(services.now_ms())
    return _repeated(request, tenant, services, _named(request, tenant, services), began_ms=began_ms)


def retry(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Make the picture again, with another prompt or ratio if one is sent."""
    began_ms = request.began_ms(services.now_ms())
    body = read_object(request) if request.body.strip() else {}
    record = _named(request, tenant, services)
    changed = _changed(body, record, services)
    answer = _repeated(request, tenant, services, record, began_ms=began_ms, changed=changed)
    return replace(answer, headers=DEPRECATED)


def regenerate_flow(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Make the newest picture of a flow again."""
    began_ms = request.began_ms(services.now_ms())
    flow = get_flow(services.library, tenant.project_id, path_id(request, "id", FlowNotFound))
    record = services.library.generations.newest(tenant.project_id, flow.flow_id)
    if record is None:
        raise LibraryGenerationNotFound
    return _repeated(request, tenant, services, record, began_ms=began_ms)


def delete_generation(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Delete a generation and its image: softly, or with ``?permanent=true`` for good."""
    permanent, now_ms = read_flag(request, "permanent"), services.now_ms()
    record = _named(request, tenant, services, deleted=permanent)
    if permanent:
        destroy_generation(services.library, services.outputs, record, now_ms)
        return Answer({"id": record.generation_id})
    hide_generation(services.library, record, now_ms)
    return Answer({"id": record.generation_id, "deletedAt": timestamp(now_ms)})


def _repeated(
    request: Request,
    tenant: Tenant,
    services: Services,
    record: LibraryGeneration,
    *,
    began_ms: int,
    changed: runs.Asked | None = None,
) -> Answer:
    """Run a record again. A run that has ended unseen is concluded first: it is not joined."""
    current = look(_desk(services), record)
    running = run_again(services, tenant.key, current, changed)
    return _awaited(request, running, services, began_ms)


def _changed(body: Mapping[str, Any], record: LibraryGeneration, services: Services) -> runs.Asked | None:
    """Return what the next run is to make if it is not the same, None if it is."""
    if body.get("prompt") is None and body.get("aspectRatio") is None:
        return None
    ratio = record.aspect_ratio if body.get("aspectRatio") is None else read_ratio(body["aspectRatio"])
    asked = runs.Asked(
        prompt=record.prompt,
        original_prompt=record.original_prompt,
        aspect_ratio=ratio,
        auto_enhance=record.auto_enhance,
        template=Template(record.template),
    )
    if body.get("prompt") is None:
        return asked
    prompt = read_prompt(body)
    return enhanced(replace(asked, prompt=prompt, original_prompt=prompt), services)


def enhanced(asked: runs.Asked, services: Rewriting) -> runs.Asked:
    """Have the prompt looked at, and rewritten where that is wanted."""
    moderate(services.moderator, asked.original_prompt)
    if not asked.auto_enhance:
        return asked
    prompt, failure = enhance(services.enhancer, asked.original_prompt, asked.template)
    if failure is not None:
        logger.warning("prompt not enhanced", extra={"reason": failure})
    return replace(asked, prompt=prompt)


def _awaited(
    request: Request,
    record: LibraryGeneration,
    services: Services,
    began_ms: int,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    until_ms = began_ms + read_wait_ms(request, services.library_wait_ms)
    ended = wait(_desk(services), record, until_ms, services.pause)
    return replace(present_record(ended, services), status=status, headers=headers or {})


def _desk(services: Services) -> Desk:
    return Desk(services.library, services.generations, services.outputs, services.now_ms)


def _named(
    request: Request, tenant: Tenant, services: Services, *, deleted: bool = False
) -> LibraryGeneration:
    generation_id = path_id(request, "id", LibraryGenerationNotFound)
    return get_generation(services.library, tenant.project_id, generation_id, deleted=deleted)
