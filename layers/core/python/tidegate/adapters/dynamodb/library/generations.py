"""Records of generations, under their project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import EXISTS, Filter, Rows, unchanged
from tidegate.domain.library.records import OPEN_PROGRESS, LibraryGeneration, Progress, Reference
from tidegate.domain.money import Money

KEPT: Final = Filter().also("attribute_not_exists(#deleted_at_ms)")
_OPEN: Final = {str(status): status for status in sorted(OPEN_PROGRESS)}
_IS_OPEN: Final = f"#status IN ({', '.join(f':{name}' for name in _OPEN)})"
_PLAIN: Final = (
    "project_id",
    "generation_id",
    "account_id",
    "path",
    "prompt",
    "original_prompt",
    "auto_enhance",
    "template",
    "aspect_ratio",
    "run_id",
    "image_id",
    "created_at_ms",
    "updated_at_ms",
    "retry_count",
    "meta",
)
_OPTIONAL: Final = (
    "flow_id",
    "alias",
    "flow_alias",
    "output_image_id",
    "processing_ms",
    "error_message",
    "deleted_at_ms",
    "image_meta",
    "takes_alias",
)


@dataclass(frozen=True, slots=True)
class GenerationPage:
    """Some of a project's generations, and how many there are."""

    generations: list[LibraryGeneration]
    total: int


class LibraryGenerationTable:
    """Generations of a project. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, project_id: str, generation_id: str) -> LibraryGeneration | None:
        """Read a generation, a deleted one too."""
        values = self._rows.get(project_id, _sk(generation_id))
        return _generation(values) if values else None

    def page(self, project_id: str, wanted: Filter, *, limit: int, offset: int) -> GenerationPage:
        """List generations, newest first."""
        found = self._rows.page(project_id, "generation#", wanted, limit=limit, offset=offset)
        return GenerationPage([_generation(values) for values in found.items], found.total)

    def each(self, project_id: str, wanted: Filter) -> Iterator[LibraryGeneration]:
        """Every generation that the filter finds, newest first."""
        return map(_generation, self._rows.each(project_id, "generation#", wanted))

    def newest(self, project_id: str, flow_id: str) -> LibraryGeneration | None:
        """Return the newest generation of a flow that is not deleted."""
        wanted = KEPT.also("#flow_id = :flow_id", flow_id=flow_id)
        values = self._rows.find(project_id, "generation#", wanted)
        return _generation(values) if values else None

    def count_by_flow(self, project_id: str, wanted: Filter = KEPT) -> Counter[str]:
        """How many generations each flow has."""
        return self._rows.tally(project_id, "generation#", wanted, by="flow_id")

    def insert(self, generation: LibraryGeneration) -> Item:
        """Store a new generation."""
        values = {name: getattr(generation, name) for name in (*_PLAIN, *_OPTIONAL)}
        where = {"pk": generation.project_id, "sk": _sk(generation.generation_id)}
        return self._rows.put(
            {
                **where,
                **values,
                "entity": "generation",
                "status": generation.status,
                "asked_references": generation.asked_references,
                "references": references_value(generation.references),
                "cost": generation.cost.micros if generation.cost else None,
            }
        )

    def leave(self, project_id: str, generation_id: str, flow_id: str) -> bool:
        """Take a generation out of a flow; False when it is not in it."""
        return self._rows.leave(project_id, _sk(generation_id), flow_id)

    def run_again(self, generation: LibraryGeneration, sets: Mapping[str, object]) -> Item:
        """Begin another run of what is not deleted, if the one that ``generation`` says had ended by then."""
        same, given = _same_run(generation)
        return self._rows.change(
            generation.project_id,
            _sk(generation.generation_id),
            sets=sets,
            adds={"retry_count": 1},
            removes=("error_message",),
            only_if=f"{same} AND NOT {_IS_OPEN} AND attribute_not_exists(#deleted_at_ms)",
            given={**given, **_OPEN},
        )

    def begin(self, generation: LibraryGeneration, run_id: str, now_ms: int) -> bool:
        """Note that a provider is at work; False when this run is not the one that waits."""
        return self._rows.run(
            self._rows.change(
                generation.project_id,
                _sk(generation.generation_id),
                sets={"status": Progress.PROCESSING, "updated_at_ms": now_ms},
                only_if="#run_id = :run AND #status = :pending",
                given={"run": run_id, "pending": Progress.PENDING},
            )
        )

    def end(self, generation: LibraryGeneration, run_id: str, sets: Mapping[str, object]) -> Item:
        """End a run, if it is the latest, has not ended, and the record was not moved or deleted since."""
        same, given = unchanged({name: getattr(generation, name) for name in ("flow_id", "deleted_at_ms")})
        return self._rows.change(
            generation.project_id,
            _sk(generation.generation_id),
            sets=sets,
            only_if=f"#run_id = :run AND {_IS_OPEN} AND {same}",
            given={"run": run_id, **_OPEN, **given},
        )

    def edit(self, generation: LibraryGeneration, sets: Mapping[str, object]) -> Item:
        """Set attributes of what is not deleted, if its run and image are still as ``generation`` says."""
        same, given = _same_run(generation)
        return self._rows.change(
            generation.project_id,
            _sk(generation.generation_id),
            sets=sets,
            only_if=f"{EXISTS} AND {same} AND attribute_not_exists(#deleted_at_ms)",
            given=given,
        )

    def delete(self, generation: LibraryGeneration) -> Item:
        """Remove a generation, if its run, image and flow are still as ``generation`` says."""
        same, given = _same_run(generation)
        in_flow, flow = unchanged({"flow_id": generation.flow_id})
        return self._rows.remove(
            generation.project_id,
            _sk(generation.generation_id),
            only_if=f"{EXISTS} AND {same} AND {in_flow}",
            given={**given, **flow},
        )


def _same_run(generation: LibraryGeneration) -> tuple[str, dict[str, object]]:
    """Return the condition under which the image and the alias are as they were read after ``generation``.

    A run claims the alias when it begins; its end stores an image, which may have been deleted before, and
    gives the alias to it, or to nobody.
    """
    names = ("run_id", "status", "output_image_id")
    return unchanged({name: getattr(generation, name) for name in names})


def references_value(references: Sequence[Reference]) -> list[dict[str, object]]:
    """Write references as an attribute."""
    return [{"image_id": one.image_id, **({"alias": one.alias} if one.alias else {})} for one in references]


def _sk(generation_id: str) -> str:
    return f"generation#{generation_id}"


def _generation(values: Mapping[str, Any]) -> LibraryGeneration:
    optional: dict[str, Any] = {name: values.get(name) for name in _OPTIONAL}
    return LibraryGeneration(
        **{name: values[name] for name in _PLAIN},
        **optional,
        status=Progress(values["status"]),
        asked_references=tuple(values["asked_references"]),
        references=tuple(Reference(one["image_id"], one.get("alias")) for one in values["references"]),
        cost=Money(values["cost"]) if "cost" in values else None,
    )
