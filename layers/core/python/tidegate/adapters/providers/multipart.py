"""Bodies of ``multipart/form-data`` (RFC 7578)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from tidegate.adapters.providers.upstream import Content


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form, or a file. Names are ours: they hold nothing that needs quoting."""

    name: str
    data: bytes
    content_type: str | None = None
    filename: str | None = None

    @property
    def head(self) -> str:
        """The part's headers."""
        named = f'; filename="{self.filename}"' if self.filename else ""
        typed = f"\r\nContent-Type: {self.content_type}" if self.content_type else ""
        return f'Content-Disposition: form-data; name="{self.name}"{named}{typed}'


def multipart(parts: Sequence[Part]) -> Content:
    """Put the parts into one body, between marks that nobody can guess into a part."""
    mark = secrets.token_hex(16)
    pieces = [
        piece for part in parts for piece in (f"--{mark}\r\n{part.head}\r\n\r\n".encode(), part.data, b"\r\n")
    ]
    return Content(b"".join([*pieces, f"--{mark}--\r\n".encode()]), f"multipart/form-data; boundary={mark}")
