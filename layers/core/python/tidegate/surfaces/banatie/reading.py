"""Reading queries, paths and fields of bodies, as Banatie's clients send them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from tidegate.domain.errors import InvalidInput, TidegateError
from tidegate.domain.library.records import MOVES_ALIASES
from tidegate.surfaces.http import Request

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
MAX_META_BYTES: Final = 16_384  # so that a page of records is no more than a function may answer, 6 MB
_MAX_OFFSET: Final = 1_000_000_000  # beyond every library
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


def read_page(request: Request) -> tuple[int, int]:
    """Return ``limit`` and ``offset`` of a list, moved to the nearest bound.

    Raises:
        InvalidInput: one of them is no whole number.
    """
    return (
        _whole(request, "limit", default=DEFAULT_LIMIT, low=1, high=MAX_LIMIT),
        _whole(request, "offset", default=0, low=0, high=_MAX_OFFSET),
    )


def read_flag(request: Request, name: str) -> bool:
    """Return a query parameter that is true or false; false when it is absent.

    Raises:
        InvalidInput: it is neither.
    """
    text = request.query.get(name, "false").lower()
    if text not in _TRUTH:
        raise InvalidInput(f"{name} must be true or false.", field=name)
    return _TRUTH[text]


def read_truth(value: object, field: str) -> bool:
    """Return a field that is true or false.

    Raises:
        InvalidInput: it is neither.
    """
    if not isinstance(value, bool):
        raise InvalidInput(f"{field} must be true or false.", field=field)
    return value


def wants_move(request: Request) -> bool:
    """Whether the call wants an alias that is taken to move (``?onAliasConflict=move``)."""
    return request.query.get("onAliasConflict") == MOVES_ALIASES


def query_id(request: Request, name: str) -> str | None:
    """Return a query parameter that is an id, None when it is absent.

    Raises:
        InvalidInput: it is no UUID.
    """
    text = request.query.get(name)
    if text is None:
        return None
    return read_id(text, name)


def read_id(value: object, field: str) -> str:
    """Return an id.

    Raises:
        InvalidInput: it is no UUID.
    """
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise InvalidInput(f"{field} must be a UUID.", field=field)
    return value.lower()


def is_id(text: str) -> bool:
    """Whether a text is an id."""
    return _UUID.fullmatch(text.lower()) is not None


def read_text(body: Mapping[str, Any], name: str) -> str | None:
    """Return a field that is a text, without the space around it; None when it is absent or empty.

    Raises:
        InvalidInput: it is no text.
    """
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text.", field=name)
    return (value or "").strip() or None


def path_id(request: Request, name: str, absent: Callable[[], TidegateError]) -> str:
    """Return an id from the path.

    Raises:
        absent: nothing can have such an id, so no store is asked.
    """
    text = request.path_params.get(name, "").lower()
    if not _UUID.fullmatch(text):
        raise absent()
    return text


def read_meta(value: object) -> str:
    """Return free JSON as text.

    Raises:
        InvalidInput: it is no JSON object, or too large a one.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput("meta must be a JSON object.", field="meta")
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > MAX_META_BYTES:
        raise InvalidInput(f"meta may have at most {MAX_META_BYTES} bytes.", field="meta")
    return text


def read_same(body: Mapping[str, Any], name: str, old_name: str) -> object:
    """Return a field that has a newer and an older name; None when it is absent under both.

    Raises:
        InvalidInput: both are there, and differ.
    """
    values = [body[key] for key in (name, old_name) if body.get(key) is not None]
    if len(values) > 1 and values[0] != values[1]:
        raise InvalidInput(f"{name} and {old_name} are the same thing: send one of them.", field=name)
    return values[0] if values else None


def _whole(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise InvalidInput(f"{name} must be a whole number.", field=name)
    return max(low, min(high, int(text)))
