"""Files are recognised by their bytes, and broken or hostile ones are not media."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.generation import MediaType
from tidegate.domain.media import Media, sniff

GIF_IMAGE = b"\x2c" + b"\x00" * 9 + b"\x02\x02\x4c\x01\x00"
GIF_HEAD = b"GIF89a\x80\x02\xe0\x01"  # 640 x 480
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = struct.pack(">I", 50) + b"IDAT" + b"\x07" * 54
    return b"\x89PNG\r\n\x1a\n" + chunk + data + b"\x00\x00\x00\x00IEND\xaeB`\x82"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(width: int, height: int, *before: bytes, frame: int = 0xC0) -> bytes:
    size = struct.pack(">BHHB", 8, height, width, 3)
    scan = segment(0xDA, b"\x00" * 10) + b"\x07" * 40
    return b"\xff\xd8" + b"".join(before) + segment(frame, size + b"\x00" * 9) + scan + b"\xff\xd9"


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = (kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2) for kind, data in chunks)
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(kind: bytes, content: bytes) -> bytes:
    return riff((kind, content))


def vp8(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"\x00" * 8)


def vp8l(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\x00" * 8)


def vp8x(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    edges = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff((b"VP8X", b"\x00" * 4 + edges), *(chunks or [(b"VP8 ", b"\x07" * 40)]))


def gif(width: int, height: int, version: bytes = b"GIF89a") -> bytes:
    return version + struct.pack("<HH", width, height) + b"\x00\x00\x00" + GIF_IMAGE + b";"


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"

IMAGES = {
    "png": (png(640, 480), "image/png", "png"),
    "jpeg": (jpeg(640, 480), "image/jpeg", "jpg"),
    "progressive jpeg": (jpeg(640, 480, frame=0xC2), "image/jpeg", "jpg"),
    "jpeg after a profile": (jpeg(640, 480, segment(0xE2, b"\x00" * 65_000)), "image/jpeg", "jpg"),
    "jpeg after tables": (jpeg(640, 480, segment(0xC4, b"\x00" * 20)), "image/jpeg", "jpg"),
    "jpeg with fill bytes": (jpeg(640, 480, b"\xff\xff\xff"), "image/jpeg", "jpg"),
    "jpeg with a bare marker": (jpeg(640, 480, b"\xff\x01"), "image/jpeg", "jpg"),
    "jpeg before a film": (jpeg(640, 480) + b"\x00\x00\x00\x18ftypmp42" * 20_000, "image/jpeg", "jpg"),
    "jpeg whose end lies on the edge of a piece": (
        jpeg(640, 480)[:-2] + b"\x07" * (65_535 - 40) + b"\xff\xd9",
        "image/jpeg",
        "jpg",
    ),
    "webp": (vp8(640, 480), "image/webp", "webp"),
    "lossless webp": (vp8l(640, 480), "image/webp", "webp"),
    "extended webp": (vp8x(640, 480), "image/webp", "webp"),
    "gif": (gif(640, 480), "image/gif", "gif"),
    "gif with padding": (gif(640, 480) + b"\x00" * 9, "image/gif", "gif"),
    "png with something behind it": (png(640, 480) + b"x" * 9_000, "image/png", "png"),
    "jpeg with something behind it": (jpeg(640, 480) + b"x" * 900, "image/jpeg", "jpg"),
    "png after a text": (
        png(640, 480)[:33] + b"\x00\x00\x00\x02tEXthiCRC!" + png(640, 480)[33:],
        "image/png",
        "png",
    ),
    "jpeg after metadata": (jpeg(640, 480, segment(0xE1, b"Exif"), segment(0xFE, b"x")), "image/jpeg", "jpg"),
    "animated webp": (vp8x(640, 480, (b"ANIM", b"\x00" * 6), (b"ANMF", b"\x07" * 40)), "image/webp", "webp"),
    "webp after an odd profile": (
        vp8x(640, 480, (b"ICCP", b"odd"), (b"VP8L", b"\x07")),
        "image/webp",
        "webp",
    ),
    "webp with something behind it": (vp8(640, 480) + b"x" * 900, "image/webp", "webp"),
    "gif with colours": (GIF_HEAD + b"\x91\x00\x00" + b"RGB" * 4 + GIF_IMAGE + b";", "image/gif", "gif"),
    "gif with an extension": (
        GIF_HEAD + b"\x00\x00\x00" + b"!\xf9\x04\x00\x00\x00\x00\x00" + GIF_IMAGE + b";",
        "image/gif",
        "gif",
    ),
    "old gif": (gif(640, 480, b"GIF87a"), "image/gif", "gif"),
}

NOT_MEDIA = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><html><body>Access denied</body></html>",
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "JSON": b'{"detail":"not found"}',
    "a PDF": b"%PDF-1.7\n",
    "a program": b"MZ\x90\x00",
    "a BMP": b"BM\x00\x00\x00\x00",
    "a TIFF": b"II*\x00",
    "a page that begins like a picture": b"GIF89a<script>"[:6],
    "png: the signature only": b"\x89PNG\r\n\x1a\n",
    "png: another first chunk": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIDAT" + b"\x01" * 13,
    "png: no width": png(0, 480),
    "png: cut in the header": png(640, 480)[:22],
    "png: cut in the data": png(640, 480)[:80],
    "png: cut before the end": png(640, 480)[:-12],
    "png: cut in the end": png(640, 480)[:-1],
    "png: chunks without end": png(640, 480)[:33] + b"\x00\x00\x00\x00tEXtCRC!" * 65_536,
    "jpeg: the signature only": b"\xff\xd8\xff",
    "jpeg: no frame": b"\xff\xd8" + segment(0xE0, b"JFIF\x00" * 3) + b"\xff\xd9" + b"\x00" * 20,
    "jpeg: no height": jpeg(640, 0),
    "jpeg: cut before the end": jpeg(640, 480)[:-2],
    "jpeg: a segment past the end": b"\xff\xd8\xff\xe0\xff\xff" + b"\x00" * 100 + b"\xff\xd9",
    "jpeg: metadata without end": b"\xff\xd8" + segment(0xE1, b"") * 1_000 + b"\xff\xd9",
    "webp: cut in the data": vp8x(640, 480)[:-1],
    "webp: another RIFF": b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40,
    "webp: an unknown chunk": webp(b"ALPH", b"\x00" * 30),
    "webp: no start code": webp(b"VP8 ", b"\x00" * 30),
    "webp: no lossless signature": webp(b"VP8L", b"\x00" * 30),
    "webp: cut in the extended header": b"RIFF\x10\x00\x00\x00" + vp8x(640, 480)[8:29],
    "webp: cut in the lossy header": b"RIFF\x10\x00\x00\x00" + vp8(640, 480)[8:28],
    "gif: cut": gif(640, 480)[:-1],
    "gif: no image": GIF_HEAD + b"\x00\x00\x00;",
    "gif: cut in the extension": GIF_HEAD + b"\x00\x00\x00" + b"!\xf9\x04\x00;",
    "gif: extensions without end": GIF_HEAD + b"\x00\x00\x00" + b"!\xf9\x00" * 65_536 + b";",
    "gif: cut in the colours": GIF_HEAD + b"\xf7\x00\x00;",
    "png: no data": png(640, 480)[:33] + PNG_END,
    "png: empty data": png(640, 480)[:33] + b"\x00\x00\x00\x00IDATCRC!" + PNG_END,
    "png: no data between other chunks": png(640, 480)[:33] + b"\x00\x00\x00\x02tEXthiCRC!" + PNG_END,
    "png: absurd sides": png(2**31 - 1, 2**31 - 1),
    "png: an absurd height": png(640, 32_769),
    "jpeg: no scan": b"\xff\xd8" + segment(0xC0, b"\x08\x01\xe0\x02\x80\x03" + b"\x00" * 9) + b"\xff\xd9",
    "jpeg: nothing behind the scan": jpeg(640, 480)[:-42] + b"\x00" * 9,
    "jpeg: a scan and no data": jpeg(640, 480)[:-42] + b"\xff\xd9",
    "jpeg: absurd sides": jpeg(65_535, 65_535),
    "webp: no image": vp8x(640, 480, (b"ICCP", b"x" * 20)),
    "webp: an empty image": vp8x(640, 480, (b"VP8L", b"")),
    "webp: an image past the end": vp8x(640, 480)[:-44] + struct.pack("<I", 4_000) + b"\x07" * 40,
    "webp: chunks without end": vp8x(640, 480, *[(b"XMP ", b"")] * 300),
    "webp: absurd sides": vp8x(2**24, 2**24),
    "matroska": WEBM.replace(b"\x84webm", b"\x88matroska"),
    "ebml without a type": b"\x1a\x45\xdf\xa3" + b"\x00" * 40,
}


@pytest.mark.parametrize(("data", "content_type", "extension"), IMAGES.values(), ids=IMAGES.keys())
def test_an_image_is_recognised_with_its_size(data: bytes, content_type: str, extension: str) -> None:
    assert sniff(io.BytesIO(data)) == Media(MediaType.IMAGE, content_type, extension, 640, 480)


def test_a_webm_film_is_recognised() -> None:
    assert sniff(io.BytesIO(WEBM + b"\x00" * 100)) == Media(MediaType.VIDEO, "video/webm", "webm")


@pytest.mark.parametrize("data", NOT_MEDIA.values(), ids=NOT_MEDIA.keys())
def test_anything_else_is_not_media(data: bytes) -> None:
    assert sniff(io.BytesIO(data)) is None


@pytest.mark.parametrize("data", [data for data, _, _ in IMAGES.values()], ids=IMAGES.keys())
def test_no_beginning_of_an_image_makes_the_parsers_fail(data: bytes) -> None:
    for end in range(min(len(data), 200)):
        media = sniff(io.BytesIO(data[:end]))
        assert media is None or media.width == 640


def test_the_file_is_read_from_its_start_wherever_it_stands() -> None:
    file = io.BytesIO(png(1, 2))
    file.seek(5)
    assert sniff(file) == Media(MediaType.IMAGE, "image/png", "png", 1, 2)


@given(
    st.sampled_from([*(data for data, _, _ in IMAGES.values()), WEBM]),
    st.integers(min_value=0, max_value=120),
    st.binary(max_size=40),
)
def test_no_damage_makes_the_parsers_fail(data: bytes, at: int, damage: bytes) -> None:
    media = sniff(io.BytesIO(data[:at] + damage + data[at + len(damage) :]))
    assert media is None or media.width is None or media.width > 0
