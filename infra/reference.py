"""The layer with what the API says about itself: OpenAPI documents, and the page that shows them.

The page's library comes from npm, pinned in ``package.json``; it is packed here and never committed.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Final

from infra.dependencies import BUILD, ROOT, LayerBuildError, built_aside

DOCUMENTS: Final = ROOT / "docs" / "reference" / "openapi"
PAGE: Final = ROOT / "reference" / "page"
LIBRARY: Final = ROOT / "node_modules" / "swagger-ui-dist"
# What the page loads of the library, and the licence that goes with it.
LIBRARY_FILES: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "LICENSE", "NOTICE")
PACKAGE: Final = "tidegate_reference"  # where tidegate.surfaces.reference looks
# Raise when the way of packing changes, so that older folders are not taken for new ones.
RECIPE: Final = "1"


def reference_layer() -> tuple[Path, str]:
    """Return the layer's folder and a key that changes exactly when its content would.

    Every file is packed as gzip: browsers take it so, and it is a quarter of the size.

    Raises:
        LayerBuildError: the library is not installed, or is not the pinned version.
    """
    files = _files()
    key = _key(files)
    folder = BUILD / key
    if not folder.is_dir():
        with built_aside(folder) as layer:
            package = layer / "python" / PACKAGE
            package.mkdir(parents=True)
            for name, content in files.items():
                (package / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    return folder, key


def _files() -> dict[str, bytes]:
    """Every file by its name: a name serves one file only."""
    found = [*DOCUMENTS.glob("*.json"), *PAGE.glob("*"), *_library()]
    return {file.name: file.read_bytes() for file in sorted(found)}


def _library() -> list[Path]:
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]["swagger-ui-dist"]
    manifest = LIBRARY / "package.json"
    installed = json.loads(manifest.read_text())["version"] if manifest.is_file() else "none"
    if installed != pinned:
        raise LayerBuildError(f"swagger-ui-dist {pinned} is needed, found {installed}: run `npm ci`")
    return [LIBRARY / name for name in LIBRARY_FILES]


def _key(files: dict[str, bytes]) -> str:
    parts = [RECIPE, *(f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in files.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
