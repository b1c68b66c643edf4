"""What stands for live pictures: one item for each, under its project and scope.

Whoever puts the item makes the picture; the others find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import Rows
from tidegate.domain.library.live import CLAIM_MS, LiveEntry

_IS_READY: Final = "attribute_exists(#ready)"
_IS_SAME: Final = "#generation_id = :generation_id"
_IS_FREE: Final = (
    "attribute_not_exists(pk) OR (attribute_not_exists(#generation_id) AND #claimed_until_ms <= :now_ms)"
    " OR #claim = :claim"  # ours already: botocore repeats a write whose answer was lost
)


class LiveTable:
    """The entries of live pictures. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def look(self, project_id: str, scope: str, key: str) -> tuple[bool, LiveEntry | None]:
        """Read an entry; one that is ready is hit by that, which the flag says."""
        hit, values = self._rows.change_and_read(
            self._rows.change(project_id, _sk(scope, key), adds={"hits": 1}, only_if=_IS_READY)
        )
        return hit, _entry(values) if values else None

    def each(self, project_id: str, scope: str) -> Iterator[LiveEntry]:
        """Every entry of a scope."""
        return map(_entry, self._rows.each(project_id, _sk(scope, "")))

    def claim(self, project_id: str, scope: str, key: str, *, by: str, now_ms: int) -> bool:
        """Set about making a picture; False when somebody else has, and has not given up."""
        where = {"pk": project_id, "sk": _sk(scope, key), "entity": "live", "scope": scope, "key": key}
        # One that nobody followed up is forgotten in time: a visitor can ask for what is refused later.
        claimed = {"claim": by, "claimed_until_ms": now_ms + CLAIM_MS, "ttl": (now_ms + 2 * CLAIM_MS) // 1000}
        return self._rows.run(
            self._rows.put({**where, **claimed}, only_if=_IS_FREE, given={"now_ms": now_ms, "claim": by})
        )

    def begin(self, project_id: str, scope: str, key: str, *, by: str, named: Mapping[str, object]) -> Item:
        """Name the generation and the image that are to be, if the claim still is this one's."""
        return self._rows.change(
            project_id,
            _sk(scope, key),
            sets=named,
            removes=("claim", "claimed_until_ms", "ttl"),
            only_if="#claim = :claim",
            given={"claim": by},
        )

    def abandon(self, project_id: str, scope: str, key: str, *, by: str) -> None:
        """Give a claim up, so that the next who asks can try at once."""
        self._rows.run(
            self._rows.remove(project_id, _sk(scope, key), only_if="#claim = :claim", given={"claim": by})
        )

    def finish(self, entry: LiveEntry, *, hits: int) -> int:
        """Note that the image is there, and was shown so many times since; returns how often in all."""
        changed, values = self._rows.change_and_read(
            self._rows.change(
                entry.project_id,
                _sk(entry.scope, entry.key),
                sets={"ready": True},
                adds={"hits": hits},
                only_if=_IS_SAME,
                given={"generation_id": entry.generation_id},
            )
        )
        return int(values["hits"]) if changed and values else hits

    def drop(self, entry: LiveEntry) -> Item:
        """Forget an entry, if it still stands for the same generation."""
        return self._rows.remove(
            entry.project_id,
            _sk(entry.scope, entry.key),
            only_if=_IS_SAME,
            given={"generation_id": entry.generation_id},
        )


def _sk(scope: str, key: str) -> str:
    return f"live#{scope}#{key}"


def _entry(values: Mapping[str, Any]) -> LiveEntry:
    return LiveEntry(
        project_id=values["pk"],
        scope=values["scope"],
        key=values["key"],
        generation_id=values.get("generation_id"),
        image_id=values.get("image_id"),
        ready="ready" in values,
        hits=values.get("hits", 0),
        claimed_until_ms=values.get("claimed_until_ms", 0),
    )
