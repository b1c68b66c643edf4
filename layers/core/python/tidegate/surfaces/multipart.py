"""Reading a ``multipart/form-data`` body (RFC 7578 over RFC 2046 §5.1) that is in memory as a whole.

A parser of our own: API Gateway hands over the body at once and small, so that the streaming of the known
packages would bring nothing but their size. Whatever is not exactly a form is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tidegate.domain.errors import InvalidInput
from tidegate.surfaces.http import Request

MAX_PARTS: Final = 20
_MAX_HEAD_BYTES: Final = 4_096
_BOUNDARY: Final = re.compile(r"""boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
_PARAMETER: Final = re.compile(r""";\s*(name|filename)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))""", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\(.)")
# What browsers write for what would end the quotes (HTML standard, "multipart/form-data boundary string").
_PERCENT: Final = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form. ``filename`` is None for a field that is no file."""

    name: str
    filename: str | None
    content: bytes

    @property
    def text(self) -> str:
        """The content as text.

        Raises:
            InvalidInput: it is none.
        """
        try:
            return self.content.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{self.name} must be UTF-8 text.", field=self.name) from error


def read_form(request: Request) -> list[Part]:
    """Return the fields of a form, in order.

    Raises:
        InvalidInput: the body is no such form, or ends before the form does.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    return [_part(content) for content in _split(request.body, boundary)]


def _boundary(content_type: str) -> bytes:
    kind, _, parameters = content_type.partition(";")
    match = _BOUNDARY.search(parameters)
    if kind.strip().lower() != "multipart/form-data" or match is None:
        raise InvalidInput("The request body must be multipart/form-data with a boundary.")
    return (match[1] or match[2]).encode()


def _split(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Yield what stands between the delimiters: CRLF, two hyphens, the boundary."""
    delimiter = b"\r\n--" + boundary
    _, *pieces = (b"\r\n" + body).split(delimiter, MAX_PARTS + 2)
    for number, piece in enumerate(pieces):
        if piece.startswith(b"--"):
            return
        line, end, content = piece.partition(b"\r\n")
        if number >= MAX_PARTS or not end or line.strip(b" \t"):
            break
        yield content
    raise InvalidInput(f"The form is not complete, or has more than {MAX_PARTS} fields.")


def _part(content: bytes) -> Part:
    head, found, body = content.partition(b"\r\n\r\n")
    if not found or len(head) > _MAX_HEAD_BYTES:
        raise InvalidInput("A field of the form has no end of its headers.")
    for line in head.decode(errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return _named(value, body)
    raise InvalidInput("A field of the form has no Content-Disposition.")


def _named(disposition: str, body: bytes) -> Part:
    given = {
        match[1].lower(): _plain(match[2]) if match[2] is not None else match[3]
        for match in _PARAMETER.finditer(disposition)
    }
    if disposition.partition(";")[0].strip().lower() != "form-data" or "name" not in given:
        raise InvalidInput("A field of the form has no name.")
    return Part(given["name"], given.get("filename"), body)


def _plain(quoted: str) -> str:
    text = _ESCAPE.sub(r"\1", quoted)
    for written, meant in _PERCENT:
        text = text.replace(written, meant)
    return text
