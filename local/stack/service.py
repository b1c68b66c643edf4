"""One background process of the stack: started once, found again by later runs, stopped cleanly."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local.stack import osprocess
from local.stack.environment import inherited
from local.stack.errors import PortTaken, ServiceFailed, StackError
from local.stack.files import tail, write_atomically
from local.stack.osprocess import Process
from local.stack.ports import is_taken, occupant
from local.stack.waiting import answers, wait_until

_KILL_WAIT_S = 5.0
_STEP_S = 0.5


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. A running process of another spec is out of date and is replaced."""

    name: str
    command: tuple[str, ...]
    settings: Mapping[str, str]  # added to the little that it inherits
    port: int
    health_url: str
    start_timeout_s: float = 20.0
    stop_timeout_s: float = 20.0

    def fingerprint(self) -> str:
        """Return a digest that changes when another process would be started."""
        told = json.dumps([self.command, sorted(self.settings.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Record:
    """What the pid file says: which process was started, and as what."""

    pid: int
    started: str
    spec: str
    port: int


class Service:
    """A process in its own group, with its pid file in ``run/`` and its output in ``logs/``."""

    def __init__(self, name: str, directory: Path) -> None:
        self.name = name
        self._directory = directory
        self.log = directory / "logs" / f"{name}.log"
        self._pid_file = directory / "run" / f"{name}.json"
        self._child: subprocess.Popen[bytes] | None = None

    def process(self) -> Process | None:
        """Return the running process, or None; a pid that now belongs to another program counts as none."""
        record = self._record()
        if record is None:
            return None
        found = osprocess.find(record.pid)
        return found if found is not None and found.started == record.started else None

    def ended_alone(self) -> float | None:
        """Return when it was started (epoch seconds) if it is gone although nobody stopped it, else None."""
        gone = self._record() is not None and self.process() is None
        return self._pid_file.stat().st_mtime if gone else None

    def require_port(self, port: int) -> None:
        """Make sure that it may listen there.

        Raises:
            PortTaken: another program does.
        """
        record = self._record()
        holds_it = record is not None and record.port == port and self.process() is not None
        if not holds_it and is_taken(port):
            raise PortTaken(self.name, port, occupant(port))

    def is_up(self, spec: Spec) -> bool:
        """Whether it runs as this spec says and answers."""
        record = self._record()
        current = record is not None and record.spec == spec.fingerprint()
        return current and self.process() is not None and answers(spec.health_url)

    def ensure(self, spec: Spec) -> bool:
        """Start it unless it already runs as this spec says; True when it was started.

        Raises:
            PortTaken: another program listens on its port.
            ServiceFailed: it ended, or did not answer in time.
        """
        if self.is_up(spec):
            return False
        self.stop(spec.stop_timeout_s)
        self.require_port(spec.port)
        self._start(spec)
        wait_until(lambda: self.process() is None or answers(spec.health_url), spec.start_timeout_s)
        if not self.is_up(spec):
            ended = self.process() is None
            self.stop(_KILL_WAIT_S)
            raise self.failed("ended while starting" if ended else "did not answer in time")
        return True

    def note(self, pid: int, spec: str = "", port: int = 0) -> None:
        """Write down a process that was just started, so that a later run finds it."""
        process = osprocess.find(pid)
        if process is not None:
            self._pid_file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._pid_file, json.dumps(asdict(_Record(pid, process.started, spec, port))))

    def stop(self, timeout_s: float = 20.0) -> bool:
        """Ask it to end and wait; what is left after ``timeout_s`` is killed. True when it ended by itself.

        Raises:
            StackError: it lives on even so.
        """
        record, process = self._record(), self.process()
        clean = True
        if process is not None:
            process.send(signal.SIGTERM)
            clean = wait_until(lambda: self._has_ended(process), timeout_s)
        if record is not None:
            self._kill_group(record.pid, witnessed=process is not None)
        self._pid_file.unlink(missing_ok=True)
        self._reap()
        return clean

    def kill(self) -> None:
        """End it at once, without a chance to save anything: for fault tests."""
        if process := self.process():
            process.send(signal.SIGKILL)
            wait_until(lambda: self._has_ended(process), _KILL_WAIT_S)

    def workers(self) -> list[Process]:
        """Return the processes that it started and that still run."""
        process = self.process()
        if process is None:
            return []
        return [member for member in osprocess.members(process.group) if member.pid != process.pid]

    def failed(self, what: str) -> ServiceFailed:
        """Return the error that shows the end of its log."""
        return ServiceFailed(f"The {self.name} {what}", self.log, tail(self.log))

    def _start(self, spec: Spec) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603
                spec.command,
                env={**inherited(), **spec.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C of the runner is not for it
            )
        self.note(self._child.pid, spec.fingerprint(), spec.port)

    def _record(self) -> _Record | None:
        try:
            return _Record(**json.loads(self._pid_file.read_text()))
        except (OSError, ValueError, TypeError):  # absent, or not what we wrote
            return None

    def _has_ended(self, process: Process) -> bool:
        if self._child is not None:
            self._child.poll()  # reap it: a dead child of ours stays a zombie otherwise
        return not process.is_alive()

    def _kill_group(self, group: int, *, witnessed: bool) -> None:
        """Kill what is left of the group, whose number cannot be recycled while a member lives."""
        deadline = time.monotonic() + _KILL_WAIT_S
        while left := self._left_of(group, witnessed=witnessed):
            if time.monotonic() > deadline:
                raise StackError(f"The {self.name} does not end: {', '.join(str(each.pid) for each in left)}")
            for member in left:
                member.send(signal.SIGKILL)
            wait_until(lambda: not any(member.is_alive() for member in left), _STEP_S)

    def _left_of(self, group: int, *, witnessed: bool) -> list[Process]:
        """Return the group's members; if nobody saw its leader die, only those that are surely ours."""
        found = osprocess.members(group)
        return found if witnessed else [each for each in found if str(self._directory) in each.command]

    def _reap(self) -> None:
        if self._child is not None:
            self._child.kill()  # without effect on one that has ended
            self._child.wait(_KILL_WAIT_S)
            self._child = None
