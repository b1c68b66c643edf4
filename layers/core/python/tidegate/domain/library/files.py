"""Where an image's bytes lie in the bucket. These names are never shown."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "library"  # kept for as long as the image is; what lies elsewhere expires
UPLOADS: Final = "uploads"  # sent to the bucket itself, until it is claimed as an image


def library_file(project_id: str, image_id: str, version: str, extension: str) -> str:
    """Return the key of one content of an image; another content gets another key."""
    return f"{PREFIX}/{project_id}/{image_id}/{version}.{extension}"


def uploaded_file(project_id: str, upload_id: str) -> str:
    """Return the key that a file is sent to."""
    return f"{UPLOADS}/{project_id}/{upload_id}"
