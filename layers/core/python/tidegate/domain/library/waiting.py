"""The way of a request that waits for its picture over several redirects: how far it came, and for what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_HOPS: Final = 12  # browsers follow 20 redirects (Fetch standard, "HTTP-redirect fetch")
_TOKEN: Final = re.compile(r"(m|w)([1-9][0-9]?)(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?")


@dataclass(frozen=True, slots=True)
class Waiting:
    """``maker``: this request began the generation. Anybody may claim that: it only names a header."""

    hops: int = 0
    generation_id: str | None = None
    maker: bool = False

    @classmethod
    def read(cls, text: str) -> Waiting:
        """Read it from a URL; what is no such thing begins anew."""
        match = _TOKEN.fullmatch(text)
        return cls(int(match[2]), match[3], match[1] == "m") if match else cls()

    def __str__(self) -> str:
        """Write it for a URL."""
        return f"{'m' if self.maker else 'w'}{self.hops}" + (
            f"-{self.generation_id}" if self.generation_id else ""
        )
