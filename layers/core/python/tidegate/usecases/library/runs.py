"""Runs: each is a generation of the gateway's core, held, priced, tried and charged like any other.

The record of the library is written in the same transaction that holds the price, and so are the alias that
the image is to have and the flow that it joins: whatever is refused has cost nothing and left nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.domain.budget import Budget
from tidegate.domain.catalog import Catalog
from tidegate.domain.errors import TidegateError
from tidegate.domain.generation import MediaType, new_id
from tidegate.domain.keys import Surface
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.errors import AliasTaken, FlowNotFound, LibraryGenerationNotFound
from tidegate.domain.library.records import Image, LibraryGeneration, Progress, Reference
from tidegate.domain.mode import Mode
from tidegate.domain.parameters import resolve_providers, validate_params
from tidegate.domain.pricing import price
from tidegate.domain.stored_files import reference as stored
from tidegate.usecases.library.aliases import may_move
from tidegate.usecases.library.flows import join
from tidegate.usecases.library.references import resolve_references
from tidegate.usecases.steering import Steering
from tidegate.usecases.submit import AlsoRefused, Idempotency, Order, Submission, steered, submit

PROJECT: Final = "project"  # in the note of the core's generation: whose library it is for
GENERATION: Final = "generation"  # and which record it is a run of


class Services(Protocol):
    """What a run needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The records."""

    @property
    def generations(self) -> GenerationTable:
        """The core's generations."""

    @property
    def catalog(self) -> Catalog:
        """The models."""

    @property
    def library_models(self) -> tuple[str, str]:
        """The model for a prompt alone, and the one for reference images."""

    @property
    def budgets(self) -> Mapping[MediaType, Budget]:
        """How long holds last."""

    @property
    def steering(self) -> Steering:
        """Which provider is tried first."""

    def now_ms(self) -> int:
        """The time."""


class Payer(Protocol):
    """Who pays: what a key tells of its account."""

    @property
    def account_id(self) -> str:
        """Whose wallet."""

    @property
    def plan(self) -> str:
        """What it may have in flight."""

    @property
    def mode(self) -> Mode:
        """Whether it is real money."""


# What a caller writes with a record or not at all, each with what is raised when its condition fails.
Beside = Callable[[LibraryGeneration], Sequence[tuple[Item, TidegateError]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants to have made. ``prompt`` is what is used, ``original_prompt`` what was sent."""

    prompt: str
    original_prompt: str
    aspect_ratio: str
    auto_enhance: bool = True
    template: Template = Template.GENERAL
    references: tuple[str, ...] = ()
    in_flow: bool = True
    flow_id: str | None = None  # None: a new one
    alias: str | None = None
    moves: bool = False  # an alias that another image has comes to this one, once there is one
    flow_alias: str | None = None
    meta: str = "{}"
    image_meta: str | None = None


def create(
    services: Services,
    payer: Payer,
    asked: Asked,
    *,
    project_id: str,
    path: str,
    idempotency: Idempotency | None = None,
    looks_at: Sequence[tuple[Reference, Image]] | None = None,
    beside: Beside = lambda _record: (),
) -> tuple[LibraryGeneration, bool]:
    """Begin a generation; the flag says whether its idempotency key had begun it before.

    ``looks_at`` are its images where they were looked up before, and ``beside`` says what else is written in
    the transaction that holds the price.

    Raises:
        ImageNotFound, FlowNotFound, AliasTaken, and what ``submit`` raises: nothing was held.
        LibraryGenerationNotFound: the idempotency key stands for one that was deleted for good.
    """
    begin = partial(
        _begin,
        services,
        payer,
        asked,
        project_id=project_id,
        path=path,
        idempotency=idempotency,
        looks_at=looks_at,
        beside=beside,
    )
    try:
        return begin(takes_alias=False)
    except AliasTaken:
        if not asked.moves and not may_move(services.library, payer.account_id, project_id):
            raise
    return begin(takes_alias=True)


def _begin(
    services: Services,
    payer: Payer,
    asked: Asked,
    *,
    project_id: str,
    path: str,
    idempotency: Idempotency | None,
    looks_at: Sequence[tuple[Reference, Image]] | None,
    beside: Beside,
    takes_alias: bool,
) -> tuple[LibraryGeneration, bool]:
    library, now_ms = services.library, services.now_ms()
    found = looks_at
    if found is None:
        found = resolve_references(
            library, project_id, asked.references, asked.original_prompt, asked.flow_id
        )
    record = _record(asked, payer, project_id=project_id, path=path, now_ms=now_ms)
    record = replace(
        record,
        references=tuple(reference for reference, _ in found),
        takes_alias=takes_alias or None,  # which is left to whoever has it until there is a picture
    )
    refusals: list[TidegateError] = []
    actions: list[Item] = []
    if asked.in_flow:
        flow_id, joined = join(library, project_id, asked.flow_id, now_ms, seen=bool(asked.flow_alias))
        record = replace(record, flow_id=flow_id)
        actions.append(joined)
        refusals.append(FlowNotFound())
    if asked.alias is not None and not takes_alias:
        actions.append(library.aliases.claim(project_id, asked.alias, record.image_id, pending=True))
        refusals.append(AliasTaken())
    for action, refusal in beside(record):
        actions.append(action)
        refusals.append(refusal)
    actions.append(library.generations.insert(record))
    order = order_of(services, payer, record, [image for _, image in found])
    try:
        order = replace(order, also=tuple(actions), idempotency=idempotency)
        submission = submit(services.generations, steered(order, services.steering, now_ms), now_ms)
    except AlsoRefused as error:
        raise next(why for why, failed in zip(refusals, error.failed, strict=False) if failed) from error
    if not submission.replayed:
        return record, False
    return first_of(library, project_id, submission), True


def first_of(library: LibraryTable, project_id: str, submission: Submission) -> LibraryGeneration:
    """Return the record that an idempotency key had begun before.

    Raises:
        LibraryGenerationNotFound: it was deleted for good.
    """
    record = library.generations.get(project_id, str(submission.generation.note[GENERATION]))
    if record is None:
        raise LibraryGenerationNotFound
    return record


def _record(asked: Asked, payer: Payer, *, project_id: str, path: str, now_ms: int) -> LibraryGeneration:
    return LibraryGeneration(
        project_id=project_id,
        generation_id=new_id(now_ms),
        account_id=payer.account_id,
        path=path,
        prompt=asked.prompt,
        original_prompt=asked.original_prompt,
        auto_enhance=asked.auto_enhance,
        template=asked.template,
        aspect_ratio=asked.aspect_ratio,
        status=Progress.PENDING,
        run_id=new_id(now_ms),
        image_id=new_id(now_ms),
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        asked_references=asked.references,
        alias=asked.alias,
        flow_alias=asked.flow_alias,
        meta=asked.meta,
        image_meta=asked.image_meta,
    )


def order_of(services: Services, payer: Payer, record: LibraryGeneration, looks_at: list[Image]) -> Order:
    """Say a record's run in the core's words; ``looks_at`` are the images that it refers to.

    Raises:
        TidegateError: no model of the library's can do what is asked.
    """
    plain, looking = services.library_models
    model = services.catalog.offered(looking if looks_at else plain, services.now_ms())
    given = {"generation_prompt": record.prompt, "generation_ratio": record.aspect_ratio}
    params = validate_params(model, given)
    if looks_at:
        params["generation_input_file"] = [stored(image.file) for image in looks_at]
    return Order(
        account_id=payer.account_id,
        plan=payer.plan,
        surface=Surface.BANATIE,
        model=model.identifier,
        media_type=model.media_type,
        params=params,
        providers=resolve_providers(model, params),
        price=price(model, params),
        hold_s=services.budgets[model.media_type].hold_s,
        ranked=True,
        mode=payer.mode,
        note={PROJECT: record.project_id, GENERATION: record.generation_id},
        generation_id=record.run_id,
    )
