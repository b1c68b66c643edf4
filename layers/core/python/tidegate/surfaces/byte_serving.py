"""Serving a file over HTTP: whole, in part, or not at all because the caller has it (RFC 9110 §13, §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tidegate.surfaces.http import Request

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Span:
    """Some of a file's bytes, the last one included."""

    first: int
    last: int
    size: int  # of the whole file

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """The header that says which bytes they are."""
        return f"bytes {self.first}-{self.last}/{self.size}"


class RangeNotSatisfiable(Exception):
    """The file has no such bytes."""


def has_already(request: Request, etag: str) -> bool:
    """Whether the caller holds this content. ``etag`` is with its quotes."""
    held = request.headers.get("if-none-match", "")
    return held.strip() == "*" or etag.strip('"') in _TAG.findall(held)


def wanted_span(request: Request, etag: str, size: int) -> Span | None:
    """Return which bytes the caller wants, None for all of them.

    Several ranges at once, and what is no range of bytes, count as none: a server may send the whole file.

    Raises:
        RangeNotSatisfiable: the range begins after the file's end.
    """
    match = _RANGE.fullmatch(request.headers.get("range", "").strip())
    unless = request.headers.get("if-range")
    if request.method != "GET" or match is None or (unless is not None and unless.strip() != etag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:  # the file's last bytes
        if int(last) == 0:
            raise RangeNotSatisfiable
        return Span(max(0, size - int(last)), size - 1, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeNotSatisfiable
    return Span(int(first), min(int(last), size - 1) if last else size - 1, size)
