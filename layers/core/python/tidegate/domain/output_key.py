"""The names of stored files. A name says by itself until when its file is kept (docs/adr/0050).

``7d/1795773600/<generation id>/<random>/0.png``: the class, the epoch second from which the file is refused,
the generation, 128 random bits, the number. The bucket's lifecycle deletes by class. Names of an earlier
release begin with the generation.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from tidegate.domain.retention import DAY_S

# The lifecycle deletes by whole days. All classes exist always: files outlive changes of the settings.
CLASSES_DAYS: Final = (1, 2, 3, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1_825, 3_650)
KEPT: Final = "keep"  # the class of files that are kept for ever
INPUTS: Final = "inputs/"  # what was sent in: needed until its generation has ended
_RANDOM_BYTES: Final = 16  # 128 bits: knowing the generation's id does not help to guess the URL
_KEY: Final = re.compile(
    rf"(?:(?:[1-9][0-9]{{0,3}}d/([1-9][0-9]{{8,10}})|{KEPT})/)?"
    r"([0-9a-f]{8}-[0-9a-f-]{27})/[A-Za-z0-9_-]{22}/[0-9]{1,2}\.[a-z0-9]{2,5}"
)


@dataclass(frozen=True, slots=True)
class OutputKey:
    """What the name of a stored file says. ``until_s`` None: as long as it is there."""

    generation_id: str
    until_s: int | None

    def has_expired(self, now_ms: int) -> bool:
        """Whether the file's time is over, even if the bucket still has it."""
        return self.until_s is not None and now_ms >= self.until_s * 1_000


def read_key(text: str) -> OutputKey | None:
    """Read a name; None for any other text."""
    match = _KEY.fullmatch(text)
    return OutputKey(match[2], int(match[1]) if match[1] else None) if match else None


def new_folder(generation_id: str, files_s: int | None, now_ms: int) -> str:
    """Return an unguessable folder for a generation's files, kept from now on; without a trailing slash."""
    place = f"{generation_id}/{secrets.token_urlsafe(_RANDOM_BYTES)}"
    if files_s is None:
        return f"{KEPT}/{place}"
    return f"{_class(files_s)}/{-(-now_ms // 1_000) + files_s}/{place}"


def new_input_folder(name: str) -> str:
    """Return an unguessable folder for files that were sent in; the bucket deletes them after a day."""
    return f"{INPUTS}{name}/{secrets.token_urlsafe(_RANDOM_BYTES)}"


def _class(files_s: int) -> str:
    """The shortest class that keeps a file for as long as it is promised."""
    return f"{min(days for days in CLASSES_DAYS if files_s <= days * DAY_S)}d"
