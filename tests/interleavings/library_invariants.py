"""What is true of a library in whatever order things were done, once nothing is under way any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.interleavings.library_world import World
from tests.interleavings.scheduler import Outcome
from tidegate.adapters.dynamodb.codec import decode_item

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Library:
    """A project's rows and files, as they lie. ``restored`` are the images that were asked back."""

    images: Mapping[str, Row]
    generations: Mapping[str, Row]
    aliases: Mapping[str, Row]
    flows: Mapping[str, Row]
    live: Sequence[Row]
    fragments: Sequence[str]
    scopes: Mapping[str, Row]
    files: frozenset[str]
    restored: frozenset[str]

    @classmethod
    def of(cls, world: World) -> Library:
        """Read a world."""
        client = world.client
        pages = client.runtime.dynamodb.get_paginator("scan").paginate(TableName="library")
        rows = [decode_item(item) for page in pages for item in page["Items"]]
        rows = [row for row in rows if row["pk"] == client.project.project_id]

        def by(name: str, entity: str) -> dict[str, Row]:
            return {row[name]: row for row in rows if row.get("entity") == entity}

        return cls(
            images=by("image_id", "image"),
            generations=by("generation_id", "generation"),
            aliases=by("alias", "alias"),
            flows=by("flow_id", "flow"),
            live=[row for row in rows if row.get("entity") == "live"],
            fragments=[row["sk"] for row in rows if "entity" not in row],
            scopes=by("slug", "scope"),
            files=frozenset(client.stored_files()),
            restored=frozenset(world.restored),
        )


def nothing_breaks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Every request is answered, and none with a fault of ours; a visitor is told that a run failed."""
    for outcome in outcomes:
        status, body = getattr(outcome.result, "status", 200), getattr(outcome.result, "body", None)
        if outcome.error is not None:
            yield f"{outcome.name} raises {outcome.error!r}"
        elif status >= 500 and not (isinstance(body, bytes) and b"It broke." in body):
            yield f"{outcome.name} is answered {status}: {body!r}"


def _is_hidden(row: Row) -> bool:
    return "deleted_at_ms" in row


def _what_is_gone_was_not_changed(library: Library) -> Iterator[str]:
    for sk in library.fragments:
        yield f"a change of what was gone left {sk}"


def _an_alias_stands_for_an_image_that_is_called_so(library: Library) -> Iterator[str]:
    for alias, row in library.aliases.items():
        image = library.images.get(row["image_id"])
        if row.get("pending"):
            yield f"{alias} is kept for an image that nobody makes"
        elif image is None:
            yield f"{alias} stands for an image that is gone"
        elif _is_hidden(image) or image.get("alias") != alias:
            yield f"{alias} stands for an image that is hidden or called {image.get('alias')}"


def _an_image_has_the_alias_that_it_says(library: Library) -> Iterator[str]:
    for image_id, image in library.images.items():
        alias = image.get("alias")
        if alias and _is_hidden(image):
            yield f"a hidden image has {alias}"
        elif alias and library.aliases.get(alias, {}).get("image_id") != image_id:
            yield f"an image calls itself {alias}, which is not its"


def _an_image_and_its_record_are_in_the_same_flow(library: Library) -> Iterator[str]:
    for image in library.images.values():
        record = library.generations.get(image.get("generation_id", ""))
        if record and record.get("flow_id") != image.get("flow_id"):
            yield f"a record is in {record.get('flow_id')}, its image in {image.get('flow_id')}"


def _an_image_has_its_record_and_is_hidden_with_it(library: Library) -> Iterator[str]:
    for image_id, image in library.images.items():
        generation_id = image.get("generation_id")
        record = library.generations.get(generation_id or "")
        if generation_id and record is None:
            yield "an image's record is gone"
        elif record and _is_hidden(record) and not _is_hidden(image) and image_id not in library.restored:
            yield "a visible image is of a hidden record"


def _nothing_is_in_a_flow_that_is_gone(library: Library) -> Iterator[str]:
    for row in (*library.images.values(), *library.generations.values()):
        if row.get("flow_id") and row["flow_id"] not in library.flows:
            yield f"a row of kind {row['entity']} is in a flow that is gone"


def _a_name_in_a_flow_leads_to_an_image_that_can_be_seen(library: Library) -> Iterator[str]:
    for flow in library.flows.values():
        for name, image_id in flow["aliases"].items():
            image = library.images.get(image_id)
            if image is None or _is_hidden(image):
                yield f"{name} in a flow leads to {'a hidden image' if image else 'nothing'}"


def _every_record_has_ended(library: Library) -> Iterator[str]:
    for record in library.generations.values():
        if record["status"] in ("pending", "processing"):
            yield f"a record stays {record['status']} though its run ended"


def _files_are_those_that_images_name(library: Library) -> Iterator[str]:
    images = library.images.values()
    named = {image.get(name) for image in images for name in ("file", "previous_file")} - {None}
    if missing := named - library.files:
        yield f"{len(missing)} files are missing"
    if orphans := library.files - named:
        yield f"{len(orphans)} files are no image's"


def _a_scope_counts_its_pictures(library: Library) -> Iterator[str]:
    for slug, scope in library.scopes.items():
        pictures = [row for row in library.live if row["scope"] == slug and row.get("generation_id")]
        if scope["pictures"] != len(pictures):
            yield f"{slug} counts {scope['pictures']} pictures and has {len(pictures)}"


INVARIANTS: Final[Sequence[Callable[[Library], Iterator[str]]]] = (
    _what_is_gone_was_not_changed,
    _an_alias_stands_for_an_image_that_is_called_so,
    _an_image_has_the_alias_that_it_says,
    _an_image_and_its_record_are_in_the_same_flow,
    _an_image_has_its_record_and_is_hidden_with_it,
    _nothing_is_in_a_flow_that_is_gone,
    _a_name_in_a_flow_leads_to_an_image_that_can_be_seen,
    _every_record_has_ended,
    _files_are_those_that_images_name,
    _a_scope_counts_its_pictures,
)


def broken(library: Library) -> list[str]:
    """Say what is not as it must be, in sentences."""
    return [sentence for invariant in INVARIANTS for sentence in invariant(library)]
