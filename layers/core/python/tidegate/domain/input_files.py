"""The pictures that a caller sends along: which there are, and what they must be.

The limits are ours; the hosted product has some, but does not publish them (contracts: BabySea §9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegate.domain.errors import FileUnreadable, PictureTooLarge, PictureTooSmall, UnsupportedFileFormat
from tidegate.domain.image_data import Forward
from tidegate.domain.images import HEAD_BYTES, image_format, measure_image

MAX_BYTES: Final = 10 * 1024 * 1024
MIN_SIDE_PX: Final = 64
MAX_SIDE_PX: Final = 8_192
UNPACKED_SIDE_PX: Final = 16_384  # no model makes or takes more
UNPACKED_PX: Final = 64_000_000  # of both sides: a few kilobytes can claim to unpack to gigabytes
_FORMATS: Final = frozenset({"jpg", "png", "webp"})


def can_be_meant(width: int | None, height: int | None) -> bool:
    """Whether a picture that is stored may claim these sides, in pixels; providers unpack it unasked."""
    sides = (width or 0, height or 0)
    return min(sides) > 0 and max(sides) <= UNPACKED_SIDE_PX and sides[0] * sides[1] <= UNPACKED_PX


@dataclass(frozen=True, slots=True)
class InputFile:
    """One picture, by its URL. ``index`` is its place in a list."""

    url: str
    field: str
    index: int | None = None

    @property
    def name(self) -> str:
        """What a message calls it."""
        return self.field if self.index is None else f"{self.field}[{self.index}]"

    @property
    def place(self) -> dict[str, Any]:
        """Where it stands in the request, as the details of an error."""
        return {"field": self.field, "index": self.index}


def input_files(params: Mapping[str, Any]) -> list[InputFile]:
    """Return the pictures that validated parameters name, in the order of the request."""
    first, last = "generation_input_file", "generation_input_file_last_content"
    files = [InputFile(url, first, index) for index, url in enumerate(params.get(first, ()))]
    return [*files, InputFile(params[last], last)] if last in params else files


def check_picture(picture: InputFile, content: Forward) -> None:
    """Check format and sides by how the content begins.

    Raises:
        UnsupportedFileFormat: it is not JPEG, PNG or WebP, whatever its name and declared type say.
        FileUnreadable: it is empty, or ends or breaks off before its sides are told.
        PictureTooLarge, PictureTooSmall: one of its sides.
    """
    head = content.read(HEAD_BYTES)
    if not head:
        raise FileUnreadable(f"{picture.name} is empty.", **picture.place)
    if image_format(head) not in _FORMATS:
        raise UnsupportedFileFormat(f"{picture.name} must be a JPEG, PNG or WebP picture.", **picture.place)
    image = measure_image(content, head)
    if image is None:
        raise FileUnreadable(f"{picture.name} cannot be read as a picture.", **picture.place)
    found = f"{picture.name} is {image.width} x {image.height} pixels;"
    if max(image.width, image.height) > MAX_SIDE_PX:
        raise PictureTooLarge(f"{found} a side may have at most {MAX_SIDE_PX}.", **picture.place)
    if min(image.width, image.height) < MIN_SIDE_PX:
        raise PictureTooSmall(f"{found} a side must have at least {MIN_SIDE_PX}.", **picture.place)
