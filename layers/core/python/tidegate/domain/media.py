"""What a file is, read from its own bytes: names and declared types are never trusted.

Only the few formats that providers produce are known; a page of HTML, an SVG or anything else is not media.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Final

from tidegate.domain import mp4
from tidegate.domain.generation import MediaType
from tidegate.domain.images import HEAD_BYTES, recognise_image

MAX_SIDE_PX: Final = 32_768  # an image that claims more is no picture but an attack, or broken


@dataclass(frozen=True, slots=True)
class Media:
    """What was found. Sizes are pixels; None where the format does not tell cheaply."""

    media_type: MediaType
    content_type: str
    extension: str  # without the dot
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


def sniff(file: IO[bytes]) -> Media | None:
    """Recognise PNG, JPEG, WebP, GIF, MP4 and WebM by content; None for anything else.

    An image must hold image data to its end, and have sides that can be.
    The file must be seekable; it is left at an arbitrary position.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if image := recognise_image(file, head):
        if max(image.width, image.height) > MAX_SIDE_PX:
            return None
        return Media(MediaType.IMAGE, image.content_type, image.extension, image.width, image.height)
    return _mp4(file, head) or _webm(head)


def _mp4(file: IO[bytes], head: bytes) -> Media | None:
    movie = mp4.read_movie(file) if mp4.is_video(head) else None
    if movie is None:
        return None
    return Media(MediaType.VIDEO, "video/mp4", "mp4", movie.width, movie.height, movie.duration_ms)


def _webm(head: bytes) -> Media | None:
    # EBML header (RFC 8794 §8.1) whose DocType (0x4282) is webm; Matroska's own type is not for browsers.
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head:
        return Media(MediaType.VIDEO, "video/webm", "webm")
    return None
