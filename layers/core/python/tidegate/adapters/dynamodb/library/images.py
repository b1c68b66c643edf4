"""Images, under their project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import Filter, Rows, unchanged
from tidegate.domain.library.records import Image, Source

KEPT: Final = Filter().also("attribute_not_exists(#deleted_at_ms)")
_IS_KEPT: Final = "attribute_exists(pk) AND attribute_not_exists(#deleted_at_ms)"
_IS_DELETED: Final = "attribute_exists(#deleted_at_ms)"
_PLAIN: Final = (
    "project_id",
    "image_id",
    "path",
    "file",
    "content_type",
    "size_bytes",
    "width",
    "height",
    "created_at_ms",
    "updated_at_ms",
    "meta",
)
_OPTIONAL: Final = (
    "flow_id",
    "generation_id",
    "alias",
    "file_hash",
    "deleted_at_ms",
    "freed_alias",
    "previous_file",
)


@dataclass(frozen=True, slots=True)
class ImagePage:
    """Some of a project's images, and how many there are."""

    images: list[Image]
    total: int


class ImageTable:
    """Images of a project. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, project_id: str, image_id: str) -> Image | None:
        """Read an image, a deleted one too."""
        values = self._rows.get(project_id, _sk(image_id))
        return _image(values) if values else None

    def page(self, project_id: str, wanted: Filter, *, limit: int, offset: int) -> ImagePage:
        """List images, newest first."""
        found = self._rows.page(project_id, "image#", wanted, limit=limit, offset=offset)
        return ImagePage([_image(values) for values in found.items], found.total)

    def some(self, project_id: str, image_ids: Iterable[str]) -> dict[str, Image]:
        """Read these images, deleted ones too, by their ids; those that are not there are left out."""
        found = self._rows.some(project_id, [_sk(image_id) for image_id in image_ids])
        return {image.image_id: image for image in map(_image, found)}

    def first_or_last(
        self, project_id: str, source: Source, *, flow_id: str | None, newest: bool
    ) -> Image | None:
        """Return the newest or oldest image of a source that is not deleted, in the flow if one is given."""
        wanted = KEPT.also("#source = :source", source=source)
        if flow_id is not None:
            wanted = wanted.also("#flow_id = :flow_id", flow_id=flow_id)
        values = self._rows.find(project_id, "image#", wanted, newest=newest)
        return _image(values) if values else None

    def each(self, project_id: str, wanted: Filter) -> Iterator[Image]:
        """Every image that the filter finds, newest first."""
        return map(_image, self._rows.each(project_id, "image#", wanted))

    def count_by_flow(self, project_id: str, wanted: Filter = KEPT) -> Counter[str]:
        """How many images each flow has."""
        return self._rows.tally(project_id, "image#", wanted, by="flow_id")

    def insert(self, image: Image, purge_on: str | None = None) -> Item:
        """Store a new image; one that is deleted already is purged on that day."""
        values = {name: getattr(image, name) for name in (*_PLAIN, *_OPTIONAL)}
        where = {"pk": image.project_id, "sk": _sk(image.image_id), "entity": "image"}
        return self._rows.put(
            {
                **where,
                **values,
                "source": image.source,
                "focal_point": focal_point_value(image.focal_point),
                "purge_on": purge_on,
            }
        )

    def change(self, project_id: str, image_id: str, sets: Mapping[str, object]) -> Item:
        """Set attributes, those with None away. The image must be there and not deleted."""
        return self._rows.change(project_id, _sk(image_id), sets=sets, only_if=_IS_KEPT)

    def refresh(self, image: Image, sets: Mapping[str, object]) -> Item:
        """Put another content in the place of the one that ``image`` says; a deleted image stays deleted."""
        return self._rows.change(
            image.project_id,
            _sk(image.image_id),
            sets={**sets, "previous_file": image.file},
            only_if="#file = :file",
            given={"file": image.file},
        )

    def move(self, project_id: str, image_id: str, sets: Mapping[str, object]) -> Item:
        """Set attributes of an image, a deleted one too; those with None go."""
        return self._rows.change(project_id, _sk(image_id), sets=sets)

    def leave(self, project_id: str, image_id: str, flow_id: str) -> bool:
        """Take an image out of a flow, a deleted one too; False when it is not in it."""
        return self._rows.leave(project_id, _sk(image_id), flow_id)

    def detach(self, image: Image) -> Item:
        """Let an image stand without its generation, if it is still called as ``image`` says."""
        same, given = unchanged({"file": image.file, "alias": image.alias})
        return self._rows.change(
            image.project_id, _sk(image.image_id), sets={"generation_id": None}, only_if=same, given=given
        )

    def rename(self, image: Image, alias: str | None, now_ms: int) -> Item:
        """Give an image another alias, if it still has the one that ``image`` says."""
        same = "#alias = :before" if image.alias else "attribute_not_exists(#alias)"
        before = {"before": image.alias} if image.alias else {}
        sets = {"alias": alias, "updated_at_ms": now_ms}
        return self._rows.change(
            image.project_id, _sk(image.image_id), sets=sets, only_if=f"{_IS_KEPT} AND {same}", given=before
        )

    def check(self, project_id: str, image_id: str) -> Item:
        """Make sure that the image is there and not deleted."""
        return self._rows.check(project_id, _sk(image_id), only_if=_IS_KEPT)

    def hide(self, image: Image, now_ms: int, purge_on: str) -> Item:
        """Mark an image as deleted, and free its alias; it must have the one that ``image`` says."""
        same = "#alias = :before" if image.alias else "attribute_not_exists(#alias)"
        before = {"before": image.alias} if image.alias else {}
        sets = {
            "deleted_at_ms": now_ms,
            "updated_at_ms": now_ms,
            "purge_on": purge_on,
            "freed_alias": image.alias,
            "alias": None,
        }
        return self._rows.change(
            image.project_id, _sk(image.image_id), sets=sets, only_if=f"{_IS_KEPT} AND {same}", given=before
        )

    def restore(self, image: Image, alias: str | None, now_ms: int) -> Item:
        """Bring a deleted image back, under this alias."""
        return self._rows.change(
            image.project_id,
            _sk(image.image_id),
            sets={"updated_at_ms": now_ms, "alias": alias},
            removes=("deleted_at_ms", "purge_on", "freed_alias"),
            only_if=_IS_DELETED,
        )

    def delete(self, image: Image) -> Item:
        """Remove an image, if file, alias, flow and whether it is deleted are still as ``image`` says."""
        names = ("file", "alias", "flow_id", "deleted_at_ms")
        same, given = unchanged({name: getattr(image, name) for name in names})
        return self._rows.remove(image.project_id, _sk(image.image_id), only_if=same, given=given)

    def due(self, day: str) -> Iterator[tuple[str, str]]:
        """Project and id of every image that is to be purged on a day, as ``YYYY-MM-DD``."""
        return (
            (project_id, sk.removeprefix("image#"))
            for project_id, sk in self._rows.indexed("purges", "purge_on", day)
        )


def _sk(image_id: str) -> str:
    return f"image#{image_id}"


def focal_point_value(point: tuple[object, object] | None) -> dict[str, object] | None:
    """Return a focal point as an attribute."""
    return None if point is None else {"x": point[0], "y": point[1]}


def _image(values: Mapping[str, Any]) -> Image:
    point = values.get("focal_point")
    optional: dict[str, Any] = {name: values.get(name) for name in _OPTIONAL}
    return Image(
        **{name: values[name] for name in _PLAIN},
        **optional,
        source=Source(values["source"]),
        focal_point=(point["x"], point["y"]) if point else None,
    )
