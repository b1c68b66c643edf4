"""Flows, under their project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import Filter, Rows
from tidegate.domain.library.records import Flow

_VISIBLE: Final = Filter("attribute_exists(entity)").also(
    "attribute_not_exists(#pending) AND attribute_not_exists(#ending)"
)
_USABLE: Final = "attribute_exists(pk) AND attribute_not_exists(#ending)"
# So that one expression can take all of them away (4 KB, DynamoDB's "Constraints").
MAX_NAMES: Final = 80
_PLAIN: Final = ("project_id", "flow_id", "created_at_ms", "updated_at_ms", "aliases", "meta")


@dataclass(frozen=True, slots=True)
class FlowPage:
    """Some of a project's flows, and how many there are."""

    flows: list[Flow]
    total: int


class FlowTable:
    """Flows of a project. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, project_id: str, flow_id: str) -> Flow | None:
        """Read a flow, a pending one too."""
        values = self._rows.get(project_id, f"flow#{flow_id}")
        return _flow(values) if values else None

    def page(self, project_id: str, *, limit: int, offset: int) -> FlowPage:
        """List the flows that can be seen, newest first."""
        found = self._rows.page(project_id, "flow#", _VISIBLE, limit=limit, offset=offset)
        return FlowPage([_flow(values) for values in found.items], found.total)

    def insert(self, flow: Flow) -> Item:
        """Store a new flow."""
        values = {name: getattr(flow, name) for name in _PLAIN}
        where = {"pk": flow.project_id, "sk": f"flow#{flow.flow_id}", "entity": "flow"}
        return self._rows.put({**where, **values, "pending": flow.pending or None})

    def touch(self, project_id: str, flow_id: str, now_ms: int) -> Item:
        """Note that something joins the flow, which makes a pending one seen. It must exist."""
        sets = {"updated_at_ms": now_ms}
        return self._rows.change(
            project_id, f"flow#{flow_id}", sets=sets, removes=("pending",), only_if=_USABLE
        )

    def name(self, project_id: str, flow_id: str, aliases: Mapping[str, str], now_ms: int) -> Item:
        """Merge names into the flow's, which makes a pending one seen.

        It must exist, and have no more than ``MAX_NAMES`` then.
        """
        has_all = " AND ".join(f"attribute_exists(#aliases.#alias_{n})" for n in range(len(aliases)))
        update = self._rows.change(
            project_id,
            f"flow#{flow_id}",
            sets={"updated_at_ms": now_ms},
            removes=("pending",),
            only_if=f"{_USABLE} AND (size(#aliases) <= :room OR ({has_all}))",
            given={
                "room": MAX_NAMES - len(aliases),
                **{f"image_{n}": image_id for n, image_id in enumerate(aliases.values())},
            },
        )
        names = {f"#alias_{n}": alias for n, alias in enumerate(aliases)}
        named = ", ".join(f"#aliases.#alias_{n} = :image_{n}" for n in range(len(aliases)))
        body = update["Update"]
        body["UpdateExpression"] = body["UpdateExpression"].replace("SET ", f"SET {named}, ", 1)
        body["ExpressionAttributeNames"] |= {"#aliases": "aliases", **names}
        return update

    def unname(self, flow: Flow, aliases: Sequence[str], now_ms: int) -> bool:
        """Take names away if they stand for the same images as in ``flow``; False when that has changed."""
        names = {f"#alias_{n}": alias for n, alias in enumerate(aliases)}
        update = self._rows.change(
            flow.project_id,
            f"flow#{flow.flow_id}",
            sets={"updated_at_ms": now_ms},
            only_if=" AND ".join(f"#aliases.#alias_{n} = :image_{n}" for n in range(len(aliases))),
            given={f"image_{n}": flow.aliases[alias] for n, alias in enumerate(aliases)},
        )
        body = update["Update"]
        body["UpdateExpression"] += " REMOVE " + ", ".join(f"#aliases.{name}" for name in names)
        body["ExpressionAttributeNames"] |= {"#aliases": "aliases", **names}
        return self._rows.run(update)

    def named(self, project_id: str) -> list[Flow]:
        """Every flow of a project that has names, newest first."""
        named = Filter().also("size(#aliases) > :none", none=0)
        return [_flow(values) for values in self._rows.each(project_id, "flow#", named)]

    def begin_end(self, project_id: str, flow_id: str) -> bool:
        """Hide a flow and let nothing join it any more; False when there is no such flow."""
        return self._rows.run(self._rows.change(project_id, f"flow#{flow_id}", sets={"ending": True}))

    def delete(self, project_id: str, flow_id: str) -> None:
        """Remove a flow; removing it again changes nothing."""
        self._rows.run(self._rows.remove(project_id, f"flow#{flow_id}"))


def _flow(values: Mapping[str, Any]) -> Flow:
    return Flow(
        **{name: values[name] for name in _PLAIN},
        pending=values.get("pending", False),
        ending=values.get("ending", False),
    )
