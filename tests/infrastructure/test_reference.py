"""The layer with the OpenAPI documents and their page."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from infra import reference
from infra.dependencies import ROOT, LayerBuildError
from infra.reference import DOCUMENTS, LIBRARY_FILES, reference_layer


def test_the_layer_holds_the_documents_and_the_pages_files_and_nothing_else() -> None:
    folder, _ = reference_layer()
    package = folder / "python" / "tidegate_reference"
    documents = {file.name for file in DOCUMENTS.glob("*.json")}
    own = {"index.html", "page.css", "page.js"}
    assert {file.name for file in package.iterdir()} == {
        f"{n}.gz" for n in documents | own | {*LIBRARY_FILES}
    }
    assert [path for path in folder.rglob("*") if path.is_file() and path.parent != package] == []
    for name in documents:
        assert gzip.decompress((package / f"{name}.gz").read_bytes()) == (DOCUMENTS / name).read_bytes()


def test_the_layers_key_names_its_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = reference_layer()[1]
    assert reference_layer()[1] == key
    (tmp_path / "babysea.json").write_text("{}")
    monkeypatch.setattr(reference, "DOCUMENTS", tmp_path)
    monkeypatch.setattr(reference, "BUILD", tmp_path / "layers")
    assert reference_layer()[1] != key


@pytest.mark.parametrize("found", [None, "4.0.0"])
def test_another_version_of_the_library_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: str | None
) -> None:
    if found:
        (tmp_path / "package.json").write_text(json.dumps({"version": found}))
    monkeypatch.setattr(reference, "LIBRARY", tmp_path)
    with pytest.raises(LayerBuildError, match=f"found {found or 'none'}: run `npm ci`"):
        reference_layer()


def test_nothing_of_the_library_is_committed() -> None:
    assert not list((ROOT / "reference").rglob("swagger*"))
