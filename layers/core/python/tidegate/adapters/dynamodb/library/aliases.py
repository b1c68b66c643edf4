"""Project aliases: each is an item of its own, so that a conditional write decides who has it."""

from __future__ import annotations

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import ABSENT, Rows

_FREE_OR_OURS = f"{ABSENT} OR #image_id = :image_id"


class AliasTable:
    """Who has which alias. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def holder(self, project_id: str, alias: str) -> str | None:
        """Return the id of the image that has an alias, or is to have it; None if it is free."""
        values = self._rows.get(project_id, _sk(alias))
        return str(values["image_id"]) if values else None

    def claim(self, project_id: str, alias: str, image_id: str, *, pending: bool = False) -> Item:
        """Take a free alias for an image, which may be one that is to be; one that it has already stays."""
        return self._rows.put(
            _values(project_id, alias, image_id, pending=pending),
            only_if=_FREE_OR_OURS,
            given={"image_id": image_id},
        )

    def move(self, project_id: str, alias: str, image_id: str, holder: str, *, pending: bool) -> Item:
        """Take an alias from the image that has it, or from one that is still to be."""
        same = "#image_id = :holder"
        return self._rows.put(
            _values(project_id, alias, image_id),
            only_if=f"{same} AND attribute_exists(#pending)" if pending else same,
            given={"holder": holder},
        )

    def free(self, project_id: str, alias: str, image_id: str) -> Item:
        """Give up an alias, if it is the image's; one that is nobody's stays so."""
        return self._rows.remove(project_id, _sk(alias), only_if=_FREE_OR_OURS, given={"image_id": image_id})


def _values(project_id: str, alias: str, image_id: str, *, pending: bool = False) -> dict[str, object]:
    where = {"pk": project_id, "sk": _sk(alias), "entity": "alias"}
    return {**where, "alias": alias, "image_id": image_id, "pending": pending or None}


def _sk(alias: str) -> str:
    return f"alias#{alias}"
