"""The embedded stack as a whole: up, down, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from local.stack import emulator, services
from local.stack.cdk import Cdk, node
from local.stack.emulator import Emulator
from local.stack.errors import StackError
from local.stack.files import write_atomically
from local.stack.info import FILE_NAME, StackInfo
from local.stack.lock import locked
from local.stack.losses import tell_what_is_new
from local.stack.opening import open_account
from local.stack.ports import Ports
from local.stack.progress import Progress, Silent
from local.stack.restart import forget_stream_positions
from local.stack.service import Service
from local.stack.services import Urls
from local.stack.waiting import answers, wait_until

_NAMES: Final = ("proxy", "receiver", "simulator", "emulator")
_STOPPED: Final = ("cdk", *_NAMES)  # in this order; the CDK CLI only if a run was killed
_PORTS_FILE: Final = "ports.json"
_ANSWER_S: Final = 20.0  # for the first request, whose Lambda starts cold


class Stack:
    """One embedded stack with its state directory. Two stacks need two directories and other ports."""

    def __init__(
        self,
        directory: Path | str = ".local",
        ports: Ports | None = None,
        context: Mapping[str, str] | None = None,
    ) -> None:
        """Name the stack; nothing is started yet.

        Args:
            directory: where state, logs and ``tidegate.json`` are kept.
            ports: where to listen; None takes those of the last run, or the defaults.
            context: CDK context beyond what the stack sets itself.
        """
        self.directory = Path(directory).resolve()
        self._services = {name: Service(name, self.directory) for name in _STOPPED}
        self._context = dict(context or {})
        self._asked = ports

    @property
    def info(self) -> StackInfo | None:
        """What the last successful ``up`` said, whether or not it still runs."""
        return StackInfo.read(self.directory)

    @property
    def ports(self) -> Ports:
        """The ports that were asked for, else those of the last run, else the defaults."""
        return self._asked or self._last_ports() or Ports()

    def up(self, progress: Progress | None = None) -> StackInfo:
        """Start what is not running, deploy what changed, make the demo account, and say where everything is.

        Raises:
            StackError: it cannot be done; the message says why and what to do.
        """
        shown = progress or Silent()
        node()  # before anything is started
        with locked(self.directory):
            known = self.info
            self._settle_ports(shown)
            info, deployed_now = self._rise(shown)
            if not self._answers(info) and not deployed_now:
                shown.note("What the emulator saved does not work any more: deploying anew.")
                self._forget()
                info, _ = self._rise(shown)
            if not self._answers(info):
                raise StackError(
                    f"The stack is deployed, but {info.base_url}/v1/status does not answer 200.\n"
                    f"Its logs are in {self.directory / 'logs'}."
                )
            tell_what_is_new(known, info, shown)
            return info

    def down(self, progress: Progress | None = None) -> None:
        """Stop everything; the emulator saves its state first.

        Raises:
            StackError: a process does not end.
        """
        shown = progress or Silent()
        with locked(self.directory):
            for name in _STOPPED:
                self._stop(name, shown)

    def status(self) -> dict[str, int | None]:
        """Return the process id of every part; None is not running."""
        found = {name: self._services[name].process() for name in reversed(_NAMES)}
        return {name: process.pid if process else None for name, process in found.items()}

    def lambda_workers(self, function: str = "") -> list[int]:
        """Return the process ids of Lambda workers, for fault tests.

        Args:
            function: a part of the function's name, such as ``PipelineAttempt``; empty means all functions.
        """
        return [worker.pid for worker in self._services["emulator"].workers() if function in worker.command]

    def kill_emulator(self) -> None:
        """End the emulator without a chance to save its state, for fault tests."""
        self._services["emulator"].kill()

    def _last_ports(self) -> Ports | None:
        try:
            return Ports(**json.loads((self.directory / _PORTS_FILE).read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def _settle_ports(self, shown: Progress) -> None:
        """Note the ports if we may have them. The emulator writes its own into queue URLs."""
        for name, port in asdict(self.ports).items():
            self._services[name].require_port(port)
        last = self._last_ports()
        if last is not None and last.emulator != self.ports.emulator:
            shown.note("The emulator moves to another port: deploying anew.")
            self._forget()
        write_atomically(self.directory / _PORTS_FILE, json.dumps(asdict(self.ports)))

    def _rise(self, shown: Progress) -> tuple[StackInfo, bool]:
        """Bring everything up; the flag says whether the app was deployed for it."""
        self._start(shown)
        deployed_now = self._deploy(shown)
        return self._open(shown), deployed_now

    def _start(self, shown: Progress) -> None:
        specs = [
            emulator.spec(self.directory, self.ports.emulator),
            services.simulator(self.ports, self.directory),
            services.receiver(self.ports, self.directory),
        ]
        self._settle_state(shown)
        with shown.step("Emulator, simulator, webhook receiver"), ThreadPoolExecutor() as pool:
            list(pool.map(lambda spec: self._services[spec.name].ensure(spec), specs))

    def _settle_state(self, shown: Progress) -> None:
        """Make what a stopped emulator left behind fit to begin with again."""
        service = self._services["emulator"]
        if service.process() is not None:
            return
        started = service.ended_alone()
        if started is not None and not emulator.has_saved_since(self.directory, started):
            # Its S3 objects are on the disk already; all else would be that of an earlier stop, if any.
            shown.note("The emulator was killed and could not save what it held: deploying anew.")
            emulator.forget(self.directory)
        forget_stream_positions(self.directory)

    def _deploy(self, shown: Progress) -> bool:
        """Deploy the CDK app unless exactly this is deployed already; True when it was done now."""
        urls = Urls.of(self.ports)
        aws = Emulator(urls.emulator)
        cdk = Cdk(self.directory, urls.emulator, {**urls.context(), **self._context})
        fingerprint = cdk.fingerprint()
        if aws.deployed() == fingerprint:
            return False
        if not aws.is_bootstrapped():
            with shown.step("cdk bootstrap"):
                cdk.bootstrap()
        with shown.step("cdk deploy") as detail:
            cdk.deploy(detail)
        aws.restore_what_it_drops(aws.outputs())
        aws.mark_deployed(fingerprint)
        return True

    def _open(self, shown: Progress) -> StackInfo:
        urls = Urls.of(self.ports)
        outputs = Emulator(urls.emulator).outputs()
        with shown.step(f"Gateway on {urls.base}, demo account, keys, webhook"):
            self._services["proxy"].ensure(services.proxy(self.ports, urls, outputs["ApiId"]))
            info = open_account(urls, outputs, self.info)
        info.write(self.directory)
        return info

    def _answers(self, info: StackInfo) -> bool:
        bearer = {"authorization": f"Bearer {info.keys['babysea']}"}
        return wait_until(lambda: answers(f"{info.base_url}/v1/status", bearer), _ANSWER_S)

    def _stop(self, name: str, shown: Progress) -> None:
        service = self._services[name]
        if service.process() is None:
            service.stop()  # what a killed one left behind
            return
        with shown.step(f"Stopping the {name}"):
            clean = service.stop(emulator.STOP_TIMEOUT_S)
        if not clean:
            shown.note(f"The {name} had to be killed: what it had not saved is lost.")

    def _forget(self) -> None:
        """Stop everything and drop what the emulator holds and what we know of it."""
        for name in _STOPPED:
            self._services[name].stop()
        emulator.forget(self.directory)
        (self.directory / FILE_NAME).unlink(missing_ok=True)
