"""Small files: the end of a log, and writing so that nobody reads half of it."""

from __future__ import annotations

import os
from pathlib import Path

_TAIL_LINES = 20


def tail(log: Path, lines: int = _TAIL_LINES) -> str:
    """Return the last lines of a log; an absent one is empty."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a small file so that a reader sees the old text or the new one, never half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=mode)
    draft.write_text(text)
    draft.replace(path)
