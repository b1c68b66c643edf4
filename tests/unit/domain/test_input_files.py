"""What a picture that is sent along must be, told from how it begins."""

from __future__ import annotations

import io

import pytest

from tests.unit.domain.test_media import gif, jpeg, png, segment, vp8, vp8l, vp8x
from tidegate.domain.errors import (
    FileUnreadable,
    InvalidInput,
    PictureTooLarge,
    PictureTooSmall,
    UnsupportedFileFormat,
)
from tidegate.domain.input_files import InputFile, check_picture, input_files

PICTURE = InputFile("https://example.com/seal", "generation_input_file", 1)
PLACE = {"field": "generation_input_file", "index": 1}


def _check(content: bytes) -> None:
    check_picture(PICTURE, io.BytesIO(content))


@pytest.mark.parametrize("make", [png, jpeg, vp8, vp8l, vp8x])
def test_pictures_from_64_to_8192_pixels_a_side_are_taken(make: object) -> None:
    for sides in ((64, 64), (8192, 64), (64, 8192)):
        _check(make(*sides))  # type: ignore[operator]


@pytest.mark.parametrize("make", [png, jpeg, vp8x])
@pytest.mark.parametrize(
    ("sides", "refusal"),
    [
        ((63, 640), PictureTooSmall),
        ((640, 63), PictureTooSmall),
        ((8193, 640), PictureTooLarge),
        ((640, 8193), PictureTooLarge),
        ((8193, 1), PictureTooLarge),
    ],
)
def test_other_sizes_are_refused_with_what_was_found(
    make: object, sides: tuple[int, int], refusal: type[InvalidInput]
) -> None:
    with pytest.raises(refusal, match=f"is {sides[0]} x {sides[1]} pixels") as caught:
        _check(make(*sides))  # type: ignore[operator]
    assert caught.value.details == PLACE


@pytest.mark.parametrize(
    "content",
    [
        gif(640, 480),
        b"<html>",
        b"<svg/>",
        b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40,
        b"RIFF\0\0\0\0WAVE",
        b"x",
    ],
)
def test_other_formats_are_refused_whatever_they_are_called(content: bytes) -> None:
    with pytest.raises(UnsupportedFileFormat, match=r"generation_input_file\[1\] must be") as caught:
        _check(content)
    assert caught.value.details == PLACE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        png(640, 480)[:20],
        png(0, 480),
        b"\x89PNG\r\n\x1a\n" + b"\x07" * 60,
        jpeg(640, 480)[:4],
        b"\xff\xd8" + segment(0xE1, b"x" * 400) + b"\x07" * 60,
        vp8(640, 480)[:20],
        vp8x(640, 480)[:26],
        b"RIFF\x20\0\0\0WEBPALPH" + b"\0" * 40,
    ],
)
def test_what_begins_as_a_picture_and_tells_no_size_cannot_be_read(content: bytes) -> None:
    with pytest.raises(FileUnreadable) as caught:
        _check(content)
    assert caught.value.details == PLACE


def test_the_end_of_a_picture_is_not_looked_at() -> None:
    _check(png(640, 480)[:33])
    _check(jpeg(640, 480, segment(0xE1, b"x" * 60_000))[:-2])


def test_pictures_come_in_the_order_of_the_request() -> None:
    params = {
        "generation_input_file": ["https://a.example/", "https://b.example/"],
        "generation_input_file_last_content": "https://c.example/",
    }
    found = input_files(params)
    assert [file.name for file in found] == [
        "generation_input_file[0]",
        "generation_input_file[1]",
        "generation_input_file_last_content",
    ]
    assert [file.url[8] for file in found] == ["a", "b", "c"]
    assert input_files({"generation_prompt": "a seal"}) == []


def test_a_picture_outside_a_list_has_no_index() -> None:
    with pytest.raises(UnsupportedFileFormat) as caught:
        check_picture(InputFile("https://c.example/", "last"), io.BytesIO(b"x"))
    assert caught.value.details == {"field": "last"}
