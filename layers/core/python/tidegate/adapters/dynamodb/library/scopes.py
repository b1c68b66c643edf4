"""Scopes of public live URLs, what a project has settled for all of them, and what visitors had made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import ABSENT, EXISTS, Rows
from tidegate.domain.library.live import (
    PER_ADDRESS,
    VISITOR_SCOPES,
    LiveScope,
    LiveSettings,
)
from tidegate.domain.limits import HOUR_S, window_number

_SETTINGS: Final = "live"
_PLAIN: Final = (
    "project_id",
    "scope_id",
    "slug",
    "created_at_ms",
    "updated_at_ms",
    "allow_new",
    "limit",
    "pictures",
    "meta",
)
_HAS_ROOM: Final = f"{EXISTS} AND #pictures < #limit"


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to know before a visitor's picture is made. No scope: there is none of that name yet."""

    settings: LiveSettings
    scope: LiveScope | None
    made: int  # for this visitor, in this hour


class ScopeTable:
    """Scopes of a project. Methods that return an ``Item`` return the action of a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, project_id: str, slug: str) -> LiveScope | None:
        """Read a scope."""
        values = self._rows.get(project_id, _sk(slug))
        return _scope(values) if values else None

    def each(self, project_id: str) -> Iterator[LiveScope]:
        """Every scope of a project."""
        return map(_scope, self._rows.each(project_id, "scope#"))

    def insert(self, scope: LiveScope) -> Item:
        """Store a scope whose name is free."""
        values = {name: getattr(scope, name) for name in _PLAIN}
        return self._rows.put(
            {
                "pk": scope.project_id,
                "sk": _sk(scope.slug),
                "entity": "scope",
                **values,
                "origins": scope.origins,
                "last_generated_at_ms": scope.last_generated_at_ms,
            }
        )

    def change(self, project_id: str, slug: str, sets: Mapping[str, object]) -> LiveScope | None:
        """Set attributes; None when there is no such scope."""
        changed, values = self._rows.change_and_read(self._rows.change(project_id, _sk(slug), sets=sets))
        return _scope(values) if changed and values else None

    def take(self, project_id: str, slug: str, *, signed: bool, now_ms: int) -> Item:
        """Count a picture that begins, if there is room for it; unsigned ones must be welcome, too."""
        return self._rows.change(
            project_id,
            _sk(slug),
            sets={"last_generated_at_ms": now_ms},
            adds={"pictures": 1},
            only_if=_HAS_ROOM if signed else f"{_HAS_ROOM} AND #allow_new = :yes",
            given={} if signed else {"yes": True},
        )

    def give_back(self, project_id: str, slug: str) -> Item:
        """Count a picture no more that there is not."""
        return self._rows.change(project_id, _sk(slug), adds={"pictures": -1})

    def delete(self, project_id: str, slug: str) -> None:
        """Remove a scope."""
        self._rows.run(self._rows.remove(project_id, _sk(slug)))

    def standing(self, project_id: str, slug: str, source: str, now_ms: int) -> Standing:
        """Read what a visitor's picture depends on, all at once. ``source`` stands for the address."""
        visitor = _visitor(source, now_ms)
        found = {row["sk"]: row for row in self._rows.some(project_id, [_SETTINGS, _sk(slug), visitor])}
        scope = found.get(_sk(slug))
        return Standing(
            settings=_settings(found.get(_SETTINGS, {})),
            scope=_scope(scope) if scope else None,
            made=found.get(visitor, {}).get("made", 0),
        )

    def take_visit(self, project_id: str, source: str, now_ms: int) -> Item:
        """Count a picture that begins for a visitor, if this hour has one left."""
        until_s = (window_number(now_ms, HOUR_S) + 2) * HOUR_S
        return self._rows.change(
            project_id,
            _visitor(source, now_ms),
            sets={"entity": "visitor", "ttl": until_s},
            adds={"made": 1},
            only_if=f"{ABSENT} OR #made < :most",
            given={"most": PER_ADDRESS},
        )

    def settings(self, project_id: str) -> LiveSettings:
        """Read what is settled for all live URLs of a project."""
        return _settings(self._rows.get(project_id, _SETTINGS) or {})

    def settle(self, project_id: str, sets: Mapping[str, object]) -> LiveSettings:
        """Set what is to hold for all live URLs of a project."""
        action = self._rows.change(
            project_id, _SETTINGS, sets={"entity": "live_settings", **sets}, only_if=f"{ABSENT} OR {EXISTS}"
        )
        return _settings(self._rows.change_and_read(action)[1] or {})

    def first_secret(self, project_id: str, signing_id: str, sealed: bytes) -> LiveSettings:
        """Store the secret that signs, unless there is one; returns what holds."""
        action = self._rows.change(
            project_id,
            _SETTINGS,
            sets={"entity": "live_settings", "signing_id": signing_id, "sealed_secret": sealed},
            only_if="attribute_not_exists(#signing_id)",
        )
        return _settings(self._rows.change_and_read(action)[1] or {})

    def take_visitor_scope(self, project_id: str) -> Item:
        """Count a scope that a URL alone begins, if that may be."""
        return self._rows.change(
            project_id,
            _SETTINGS,
            sets={"entity": "live_settings"},
            adds={"visitor_scopes": 1},
            only_if=(
                "(attribute_not_exists(#visitor_scopes) OR #visitor_scopes < :most)"
                " AND (attribute_not_exists(#allow_new_scopes) OR #allow_new_scopes = :yes)"
            ),
            given={"most": VISITOR_SCOPES, "yes": True},
        )


def _sk(slug: str) -> str:
    return f"scope#{slug}"


def _visitor(source: str, now_ms: int) -> str:
    return f"visitor#{source}#{window_number(now_ms, HOUR_S)}"


def _scope(values: Mapping[str, Any]) -> LiveScope:
    return LiveScope(
        **{name: values[name] for name in _PLAIN},
        origins=tuple(values["origins"]),
        last_generated_at_ms=values.get("last_generated_at_ms"),
    )


def _settings(values: Mapping[str, Any]) -> LiveSettings:
    return LiveSettings(
        allow_new_scopes=values.get("allow_new_scopes", True),
        visitor_scopes=values.get("visitor_scopes", 0),
        signing_id=values.get("signing_id"),
        sealed_secret=values.get("sealed_secret"),
    )
