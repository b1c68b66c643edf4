"""The real CDK CLI against the emulator, and nothing but the emulator."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from local.stack.environment import ACCOUNT, REGION, for_aws_tools
from local.stack.errors import ServiceFailed, ToolMissing
from local.stack.files import tail
from local.stack.progress import Detail
from local.stack.service import Service

ROOT: Final = Path(__file__).parents[2]
NODE_MAJOR: Final = 20
_CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
_DEADLINE_S = 600
_TAIL_LINES = 40
_TOLD = re.compile(r"✅ +(?P<done>Tidegate\S+)|(?P<busy>Tidegate\S+): (?:deploying|creating)")
_SOURCES = (
    "app.py",
    "cdk.json",
    "package-lock.json",
    "requirements/lambda.txt",
    "infra",
    "functions",
    "layers",
    "docs/reference/openapi",
    "reference/page",
)
_GET_NODE = (
    "Get it from https://nodejs.org, or with `brew install node`, `nvm install 20`, or the system's packages "
    "(Debian 13: `apt install nodejs npm`). Then run the same command again."
)


class Cdk:
    """Deploys the app of this repository with one fixed context."""

    def __init__(self, directory: Path, endpoint: str, context: Mapping[str, str]) -> None:
        self._directory = directory
        self._output = directory / "cdk.out"
        self._environment = for_aws_tools(directory, endpoint)
        self._context = dict(context)
        self._process = Service("cdk", directory)

    def fingerprint(self) -> str:
        """Return a digest of all that a deployment depends on."""
        digest = hashlib.sha256(json.dumps([sys.version, sorted(self._context.items())]).encode())
        for file in _source_files():
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
        return digest.hexdigest()

    def bootstrap(self) -> None:
        """Prepare the emulator's account for CDK deployments."""
        # Away from cdk.json: with an app in sight, the CLI would synthesise it first.
        self._run(self._directory, ["bootstrap", f"aws://{ACCOUNT}/{REGION}"], lambda _: None)

    def deploy(self, detail: Detail) -> None:
        """Synthesise and deploy every stack.

        Raises:
            ToolMissing: there is no Node.js, or it is too old, or the CLI is not installed.
            ServiceFailed: the deployment failed; the message ends with what the CDK said last.
        """
        context = [part for pair in self._context.items() for part in ("--context", "=".join(pair))]
        how = [
            "--require-approval",
            "never",
            "--method",
            "direct",
            "--concurrency",
            "4",
            "--asset-parallelism",
        ]
        app = ["--app", f"{sys.executable} app.py", "--output", str(self._output)]
        self._run(ROOT, ["deploy", "--all", *how, *app, *context], detail)

    def _run(self, folder: Path, arguments: list[str], detail: Detail) -> None:
        command = [node(), str(_CLI), *arguments, "--no-notices", "--no-version-reporting"]
        self._end_leftover()
        self._process.log.parent.mkdir(parents=True, exist_ok=True)
        with self._process.log.open("w") as log:
            for line in self._lines(command, folder):
                log.write(line)
                log.flush()
                if told := _TOLD.search(line):
                    detail(f"{told['done']} is deployed" if told["done"] else str(told["busy"]))

    def _end_leftover(self) -> None:
        """End the CLI of a run that was killed, and its locks: a zombie still seems to hold them."""
        self._process.stop(0)
        for lock in self._output.glob("*.lock"):
            lock.unlink(missing_ok=True)

    def _lines(self, command: list[str], folder: Path) -> Iterator[str]:
        with subprocess.Popen(  # noqa: S603
            command,
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as child:
            self._process.note(child.pid)
            watchdog = threading.Timer(_DEADLINE_S, _kill_group, [child.pid])
            watchdog.start()
            try:
                yield from child.stdout or ()
                failed = child.wait() != 0
            except BaseException:
                _kill_group(child.pid)
                raise
            finally:
                watchdog.cancel()
        if failed:
            log = self._process.log
            raise ServiceFailed(f"`cdk {command[2]}` failed", log, tail(log, _TAIL_LINES))


def node() -> str:
    """Return the Node.js program.

    Raises:
        ToolMissing: there is none, it is too old, or the CDK CLI is not installed.
    """
    program = shutil.which("node")
    if program is None:
        raise ToolMissing(f"Node.js {NODE_MAJOR} or newer is needed for the CDK CLI. {_GET_NODE}")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = version.strip().removeprefix("v").partition(".")[0]
    if not major.isdigit() or int(major) < NODE_MAJOR:
        raise ToolMissing(f"{program} is {version.strip()}; {NODE_MAJOR} or newer is needed. {_GET_NODE}")
    if not _CLI.exists():
        raise ToolMissing("The CDK CLI is not installed here: run `make up`, or `npm ci`.")
    return program


def _source_files() -> list[Path]:
    roots = [ROOT / name for name in _SOURCES]
    files = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*"))]
    return sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
