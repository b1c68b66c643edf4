"""``python -m reference``: write the OpenAPI documents of all surfaces (``make openapi``)."""

from __future__ import annotations

import sys

from reference.surfaces import FOLDER, SURFACES, written


def main() -> None:
    """Write every document, and say which changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for surface in SURFACES:
        file, text = FOLDER / f"{surface}.json", written(surface)
        changed = not file.exists() or file.read_text(encoding="utf-8") != text
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{file.name}: {'written' if changed else 'unchanged'}\n")


if __name__ == "__main__":
    main()
