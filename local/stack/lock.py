"""One run at a time on one state directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.stack.errors import Busy


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the directory for the length of the block; the lock dies with the process.

    Raises:
        Busy: another run holds it.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds keys
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    except BlockingIOError as error:
        holder = os.pread(descriptor, 20, 0).decode() or "?"
        raise Busy(
            f"Another run (pid {holder}) is at work on {directory}: wait for it, or stop it."
        ) from error
    finally:
        os.close(descriptor)
