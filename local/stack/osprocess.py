"""Processes as the operating system knows them: from /proc where it exists (Linux), else from ps (macOS)."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_STATE, _GROUP, _STARTED = 0, 2, 19  # fields of /proc/<pid>/stat after the command, proc_pid_stat(5)
_PS_COLUMNS = "pid=,pgid=,stat=,lstart=,command="


@dataclass(frozen=True, slots=True)
class Process:
    """One process. A pid alone is recycled; together with ``started`` it names one process for ever."""

    pid: int
    started: str
    group: int
    command: str

    def is_alive(self) -> bool:
        """Whether this very process still runs; one that only waits to be reaped does not."""
        now = find(self.pid)
        return now is not None and now.started == self.started

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it is still this very process."""
        if self.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def find(pid: int) -> Process | None:
    """Return the living process of this id, or None."""
    if _has_proc():
        return _from_proc(pid)
    return next(iter(_from_ps("-p", str(pid))), None)


def members(group: int) -> list[Process]:
    """Return the living processes of a group, its leader among them."""
    return [process for process in _everyone() if process.group == group]


def _has_proc() -> bool:
    return _PROC.joinpath("self/stat").exists()


def _everyone() -> list[Process]:
    if not _has_proc():
        return _from_ps("-ax")
    pids = (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())
    return [process for pid in pids if (process := _from_proc(pid))]


def _from_proc(pid: int) -> Process | None:
    folder = _PROC / str(pid)
    try:
        stat, command = folder.joinpath("stat").read_text(), folder.joinpath("cmdline").read_bytes()
    except OSError:  # it has just ended
        return None
    fields = stat.rpartition(")")[2].split()  # the command's name may itself hold spaces and brackets
    if fields[_STATE] in "ZX":
        return None
    started = f"{_boot()}/{fields[_STARTED]}"  # ticks since boot, so the boot belongs to it
    return Process(pid, started, int(fields[_GROUP]), command.replace(b"\0", b" ").decode(errors="replace"))


def _boot() -> str:
    return _PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()


def _from_ps(*which: str) -> list[Process]:
    listing = subprocess.run(  # noqa: S603
        ["ps", *which, "-o", _PS_COLUMNS],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    return [process for line in listing.splitlines() if (process := _ps_line(line))]


def _ps_line(line: str) -> Process | None:
    pid, group, state, *rest = line.split(None, 8)
    started, command = " ".join(rest[:5]), " ".join(rest[5:])  # lstart is "Mon Jan  1 00:00:00 2026"
    return None if state.startswith("Z") else Process(int(pid), started, int(group), command)
