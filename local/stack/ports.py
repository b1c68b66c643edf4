"""Which port each part listens on, and who sits on a port that should be free."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from local.stack.errors import StackError

HOST = "127.0.0.1"
_LISTEN = "0A"  # the state column of /proc/net/tcp


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on 127.0.0.1. The proxy's is the gateway's base URL."""

    emulator: int = 4566
    proxy: int = 8080
    simulator: int = 8090
    receiver: int = 8091

    @classmethod
    def automatic(cls) -> Ports:
        """Choose ports that are free at this moment."""
        with contextlib.ExitStack() as held:
            sockets = [held.enter_context(socket.socket()) for _ in fields(cls)]
            for each in sockets:
                each.bind((HOST, 0))
            return cls(*(each.getsockname()[1] for each in sockets))

    @classmethod
    def parse(cls, text: str, current: Ports | None = None) -> Ports:
        """Read ``auto`` or ``proxy=8085,simulator=8095``; what is not named stays as it is.

        Raises:
            StackError: a name is unknown or a number is no port.
        """
        if text == "auto":
            return cls.automatic()
        named = dict(part.partition("=")[::2] for part in text.split(",") if part)
        known = asdict(cls())
        for name, number in named.items():
            if name not in known or not number.isdigit() or not 0 < int(number) < 2**16:
                raise StackError(f"{name}={number} is not a port of {', '.join(known)}. Example: proxy=8085")
        return replace(current or cls(), **{name: int(number) for name, number in named.items()})


def is_taken(port: int) -> bool:
    """Whether something listens on the port, or nothing of ours may."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def occupant(port: int) -> str | None:
    """Say who listens on the port, as far as this user may know: ``nginx (pid 12)``."""
    if Path("/proc/net/tcp").exists():
        return _occupant_from_proc(port)
    return _occupant_from_lsof(port)


def _occupant_from_proc(port: int) -> str | None:
    inodes = {
        f"socket:[{columns[9]}]"
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        if Path(table).exists()
        for columns in (line.split() for line in Path(table).read_text().splitlines()[1:])
        if columns[3] == _LISTEN and int(columns[1].rpartition(":")[2], 16) == port
    }
    for entry in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with contextlib.suppress(OSError):
            if str(entry.readlink()) in inodes:
                process = entry.parent.parent
                return f"{process.joinpath('comm').read_text().strip()} (pid {process.name})"
    return None


def _occupant_from_lsof(port: int) -> str | None:
    if not (lsof := shutil.which("lsof")):
        return None
    command = [lsof, "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = {line[0]: line[1:] for line in listing.splitlines() if line}
    return f"{found['c']} (pid {found['p']})" if {"c", "p"} <= found.keys() else None
