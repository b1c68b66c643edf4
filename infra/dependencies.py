"""The dependency layer, prepared by uv for the platform that it runs on. No Docker (docs/adr/0023)."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "lambda.txt"
BUILD = ROOT / "build" / "layers"
LAMBDA_PYTHON = "3.13"
# Raise when the way of building changes, so that older folders are not taken for new ones.
RECIPE = "1"
# What installers leave behind: scripts with this machine's paths in them, lists of those scripts, locks.
LEFTOVERS = ("bin", ".lock", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED")


class LayerBuildError(RuntimeError):
    """The dependency layer cannot be built. The message says what to do."""


def dependency_layer(target: str | None) -> tuple[Path, str]:
    """Return the layer's folder and a key that changes exactly when its content would.

    ``target`` is the platform in uv's words, for Python 3.13; None is this machine and this interpreter.
    A folder that was built before is taken as it is, so an unchanged synth costs nothing.

    Raises:
        LayerBuildError: uv is missing, or a pinned package has no wheel for the platform.
    """
    key = _key(target)
    folder = BUILD / key
    if not folder.is_dir():
        _build(folder, target)
    return folder, key


def _key(target: str | None) -> str:
    local = f"{sys.implementation.cache_tag}-{sys.platform}-{platform.machine()}"
    parts = (RECIPE, target or local, LAMBDA_PYTHON, REQUIREMENTS.read_text())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _build(folder: Path, target: str | None) -> None:
    with built_aside(folder) as layer:
        packages = layer / "python"
        _install(packages, target)
        for pattern in LEFTOVERS:
            for leftover in packages.glob(pattern):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()


@contextmanager
def built_aside(folder: Path) -> Iterator[Path]:
    """Give a new folder to build in, then move it to ``folder``: a broken build leaves nothing behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        made = Path(aside) / "layer"
        made.mkdir()
        yield made
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another synth was quicker
                raise


def _install(packages: Path, target: str | None) -> None:
    platform_options = (
        ["--python-platform", target, "--python-version", LAMBDA_PYTHON]
        if target
        else ["--python", sys.executable]
    )
    command = [_uv(), "pip", "install", "--quiet", "--target", str(packages), *platform_options]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(REQUIREMENTS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if result.returncode:
        raise LayerBuildError(f"uv could not build the dependency layer:\n{result.stderr.strip()}")


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("uv")
    if not found:
        raise LayerBuildError("uv is missing: install requirements/bootstrap.txt into this environment")
    return found
