"""What can go wrong with the embedded stack, told so that the reader knows what to do next."""

from __future__ import annotations

from pathlib import Path


class StackError(Exception):
    """The stack cannot be brought up or down. The message says why and what to do about it."""


class PortTaken(StackError):
    """Another program listens where one of ours should."""

    def __init__(self, service: str, port: int, occupant: str | None) -> None:
        by = f" by {occupant}" if occupant else ""
        super().__init__(
            f"Port {port}, meant for the {service}, is taken{by}.\n"
            f"Stop that program, or choose another port: make up PORTS={service}={port + 1000}\n"
            f"or let the stack choose all of them: make up PORTS=auto"
        )


class ServiceFailed(StackError):
    """A background process ended or never became healthy."""

    def __init__(self, what: str, log: Path, last_lines: str) -> None:
        super().__init__(f"{what}. The end of {log}:\n{last_lines or '(it is empty)'}")


class ToolMissing(StackError):
    """Something that must be installed on this machine is not."""


class NotLoopback(StackError):
    """An endpoint of the local stack points away from this machine. Nothing was sent."""


class Busy(StackError):
    """Another run is working on the same state directory."""
