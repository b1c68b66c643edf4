"""The dependency layer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from infra import dependencies
from infra.dependencies import LayerBuildError, dependency_layer

AARCH64 = "aarch64-manylinux2014"
TOP_LEVEL = {"aws_lambda_powertools", "pydantic", "cryptography"}


def test_the_layer_holds_the_pinned_packages_for_lambdas_processor() -> None:
    folder, _ = dependency_layer(AARCH64)
    packages = folder / "python"
    assert {path.name for path in packages.iterdir()} >= TOP_LEVEL
    compiled = [path.name for path in packages.rglob("*.so")]
    assert compiled
    assert not [name for name in compiled if "x86_64" in name]
    assert any("cpython-313-aarch64" in name for name in compiled)


def test_the_local_layer_fits_this_interpreter() -> None:
    folder, key = dependency_layer(None)
    assert {path.name for path in (folder / "python").iterdir()} >= TOP_LEVEL
    assert key != dependency_layer(AARCH64)[1]


def test_the_layer_holds_nothing_that_differs_between_machines() -> None:
    packages = dependency_layer(AARCH64)[0] / "python"
    assert not list(packages.rglob("__pycache__"))
    assert not (packages / "bin").exists()
    assert not list(packages.glob("*.dist-info/RECORD"))


def test_the_layer_fits_into_lambda() -> None:
    folder, _ = dependency_layer(AARCH64)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert size < 60_000_000  # Lambda takes 250 MB unzipped, all layers together


def test_a_built_layer_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, key = dependency_layer(AARCH64)
    monkeypatch.setattr(dependencies, "_uv", lambda: pytest.fail("it was built again"))
    assert dependency_layer(AARCH64) == (folder, key)


def test_a_missing_uv_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dependencies, "BUILD", tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LayerBuildError, match=r"bootstrap\.txt"):
        dependency_layer(AARCH64)


def test_a_failed_build_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = tmp_path / "lambda.txt"
    wrong.write_text("pydantic==2.14.3\n")  # no hash
    monkeypatch.setattr(dependencies, "REQUIREMENTS", wrong)
    monkeypatch.setattr(dependencies, "BUILD", tmp_path / "layers")
    with pytest.raises(LayerBuildError, match="could not build"):
        dependency_layer(AARCH64)
    assert list((tmp_path / "layers").iterdir()) == []
