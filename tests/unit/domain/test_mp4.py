"""The movie header of an MP4: found wherever it lies, believed only as far as the file goes."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.generation import MediaType
from tidegate.domain.media import Media, sniff


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def large_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 1) + kind + struct.pack(">Q", len(content) + 16) + content


def ftyp(brand: bytes = b"isom", *compatible: bytes) -> bytes:
    return box(b"ftyp", brand + b"\x00\x00\x02\x00" + b"".join(compatible))


def mvhd(duration: int, scale: int = 1_000) -> bytes:
    return box(b"mvhd", struct.pack(">4xIIII", 0, 0, scale, duration) + b"\x00" * 80)


def long_mvhd(duration: int, scale: int) -> bytes:
    return box(b"mvhd", b"\x01\x00\x00\x00" + struct.pack(">QQIQ", 0, 0, scale, duration) + b"\x00" * 80)


def trak(width: int, height: int) -> bytes:
    return box(
        b"trak", box(b"edts") + box(b"tkhd", b"\x00" * 76 + struct.pack(">II", width << 16, height << 16))
    )


def film(*moov: bytes, head: bytes | None = None, data: bytes = b"\x00" * 50) -> bytes:
    return (head or ftyp()) + box(b"moov", b"".join(moov)) + box(b"mdat", data)


def video(width: int | None = None, height: int | None = None, duration_ms: int | None = None) -> Media:
    return Media(MediaType.VIDEO, "video/mp4", "mp4", width, height, duration_ms)


USUAL = mvhd(5_000), trak(0, 0), trak(1280, 720)

FILMS = {
    "usual": (film(*USUAL), video(1280, 720, 5_000)),
    "header at the end": (
        ftyp() + box(b"mdat", b"\x00" * 99) + box(b"moov", b"".join(USUAL)),
        video(1280, 720, 5_000),
    ),
    "data up to the end of the file": (
        ftyp() + box(b"moov", b"".join(USUAL)) + b"\x00\x00\x00\x00mdat" + b"\x00" * 99,
        video(1280, 720, 5_000),
    ),
    "large data box": (
        ftyp() + large_box(b"mdat", b"\x00" * 99) + box(b"moov", b"".join(USUAL)),
        video(1280, 720, 5_000),
    ),
    "64-bit times": (film(long_mvhd(50_000, 10_000), trak(640, 480)), video(640, 480, 5_000)),
    "brand among the compatible": (
        film(*USUAL, head=ftyp(b"XXXX", b"YYYY", b"mp42")),
        video(1280, 720, 5_000),
    ),
    "largest track": (film(mvhd(1_000), trak(64, 36), trak(1920, 1080)), video(1920, 1080, 1_000)),
    "no tracks": (film(mvhd(1_000)), video(duration_ms=1_000)),
    "a track without header": (film(mvhd(1_000), box(b"trak", box(b"edts"))), video(duration_ms=1_000)),
    "a short track header": (film(mvhd(1_000), box(b"trak", box(b"tkhd"))), video(duration_ms=1_000)),
    "no movie header": (film(trak(64, 36)), video(64, 36)),
    "no time scale": (film(mvhd(1_000, scale=0), trak(64, 36)), video(64, 36)),
    "a duration of years": (film(mvhd(2**32 - 1, scale=1), trak(64, 36)), video(64, 36)),
    "no duration": (film(mvhd(0), trak(64, 36)), video(64, 36)),
    "a track box that claims exabytes": (
        film(mvhd(1_000), struct.pack(">I", 1) + b"trak" + b"\xff" * 8 + b"\x00" * 8),
        video(duration_ms=1_000),
    ),
    "a box smaller than its own header": (
        film(mvhd(1_000), b"\x00\x00\x00\x02free"),
        video(duration_ms=1_000),
    ),
}

NOT_FILMS = {
    "no movie box": ftyp() + box(b"mdat", b"\x00" * 50),
    "cut in the data": film(*USUAL)[:-1],
    "cut in the movie box": film(*USUAL)[:60],
    "an AVIF picture": film(*USUAL, head=ftyp(b"avif", b"mif1", b"miaf")),
    "a HEIC picture": film(*USUAL, head=ftyp(b"heic", b"mif1")),
    "no brand": film(*USUAL, head=box(b"ftyp")),
}


@pytest.mark.parametrize(("data", "media"), FILMS.values(), ids=FILMS.keys())
def test_a_film_tells_its_size_and_duration_where_it_can(data: bytes, media: Media) -> None:
    assert sniff(io.BytesIO(data)) == media


@pytest.mark.parametrize("data", NOT_FILMS.values(), ids=NOT_FILMS.keys())
def test_what_is_cut_short_or_another_kind_is_not_a_film(data: bytes) -> None:
    assert sniff(io.BytesIO(data)) is None


def test_a_file_of_nothing_but_boxes_is_not_walked_for_ever() -> None:
    assert sniff(io.BytesIO(ftyp() + box(b"free") * 10_000 + box(b"moov"))) is None


@given(st.integers(min_value=0, max_value=400), st.binary(max_size=20))
def test_no_damage_makes_the_parser_fail(at: int, damage: bytes) -> None:
    data = film(*USUAL)
    media = sniff(io.BytesIO(data[:at] + damage + data[at + len(damage) :]))
    assert media is None or media.media_type is MediaType.VIDEO
