"""What one produced file is to show, and in which form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """One file to render. The same scene always gives the same bytes, so nothing needs to be kept.

    ``width`` and ``height`` are pixels. ``duration_s`` is None for a picture.
    ``format`` is the file's extension: png, jpg, jpeg, webp or mp4.
    """

    provider: str
    model: str
    prompt: str
    seed: int
    width: int
    height: int
    format: str
    duration_s: float | None = None
    blocked: bool = False  # all black, as a safety filter leaves it

    @property
    def content_type(self) -> str:
        """The file's media type."""
        return _CONTENT_TYPES[self.format]


_CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "mp4": "video/mp4",
}
