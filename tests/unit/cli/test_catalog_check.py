"""`tidegate catalog check`, which needs no deployment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from tidegate.domain.catalog import CATALOG_FILE, load_catalog


def _check(*words: str) -> Any:
    return CliRunner().invoke(app, ["catalog", "check", *words])


@pytest.fixture(autouse=True)
def _without_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_catalogue_of_this_installation_is_sound() -> None:
    result = _check("--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["problems"] == []
    assert answer["models"] == len(load_catalog().models)
    assert result.stderr == ""


def test_people_see_each_model_with_its_providers() -> None:
    result = _check()
    assert result.exit_code == 0
    assert all(model.identifier in result.stdout for model in load_catalog().models)


def test_the_simulator_has_every_native_model_and_field() -> None:
    result = _check("--simulator", "--json")
    assert result.exit_code == 0, result.stdout


def test_what_the_simulator_lacks_is_named(tmp_path: Path) -> None:
    raw = json.loads(CATALOG_FILE.read_text())
    model = next(entry for entry in raw["models"] if entry["identifier"] == "google/nano-banana")
    replicate, fal = (
        next(route for route in model["routes"] if route["provider"] == name) for name in ("replicate", "fal")
    )
    replicate["constants"] = {"surprise": 1}
    fal["with_input"]["native_model"] = "fal-ai/none"
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(raw))
    assert _check(str(file)).exit_code == 0
    result = _check(str(file), "--simulator", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"] == [
        "google/nano-banana: routes.replicate: the simulator's google/nano-banana has no surprise",
        "google/nano-banana: routes.fal: the simulator has no fal-ai/none",
    ]


def test_the_page_of_models_is_the_one_in_the_documentation() -> None:
    written = CliRunner().invoke(app, ["catalog", "page"])
    page = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")
    assert written.stdout == page, "run: tidegate catalog page > docs/models.md"


def test_a_broken_rule_is_named_and_exits_with_one(tmp_path: Path) -> None:
    raw = json.loads(CATALOG_FILE.read_text())
    raw["models"].append(raw["models"][0])
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps(raw))
    result = _check(str(file), "--json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert "named twice" in problem
    assert "named twice" in _check(str(file)).stdout


@pytest.mark.parametrize("text", [None, "{", "[]", '{"models": 1}'])
def test_a_file_that_is_no_catalogue_exits_with_one(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "catalog.json"
    if text is not None:
        file.write_text(text)
    result = _check(str(file))
    assert result.exit_code == 1
    assert "catalog.json" in result.stdout + result.stderr
