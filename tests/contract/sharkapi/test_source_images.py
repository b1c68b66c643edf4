"""Image-to-image: checked by content, kept by us, named by a reference that nobody sees."""

from __future__ import annotations

import base64
import struct
import zlib
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.sharkapi.client import Shark


def png(width: int = 64, height: int = 64) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


IMAGE = base64.b64encode(png()).decode()


@pytest.mark.parametrize("image", [IMAGE, f"data:image/png;base64,{IMAGE}"])
def test_a_source_image_is_kept_and_named_by_a_reference(shark: Shark, image: str) -> None:
    reply = shark.generate({"mode": "1k", "prompt": "x", "image": image, "image_strength": 0.8})
    assert reply.status == 202
    stored = shark.stored(reply.body["job_id"])
    references: Any = stored.params["generation_input_file"]
    key = references[0].removeprefix("stored:")
    assert key.startswith("inputs/")
    assert stored.model == "qwen/image"
    assert stored.params["generation_image_strength"] == Decimal("0.8")
    kept = shark.runtime._s3.get_object(Bucket="outputs", Key=key)
    assert (kept["Body"].read(), kept["ContentType"]) == (png(), "image/png")


def test_without_a_strength_half_of_the_source_is_kept(shark: Shark) -> None:
    job_id = shark.image({"prompt": "x", "image": IMAGE}).body["job_id"]
    assert shark.stored(job_id).params["generation_image_strength"] == Decimal("0.5")


def test_a_strength_that_is_hardly_any_is_none(shark: Shark) -> None:
    body = {"mode": "1k", "prompt": "x", "image": IMAGE, "image_strength": 5e-324}
    job_id = shark.generate(body).body["job_id"]
    assert shark.stored(job_id).params["generation_image_strength"] == 0


def test_a_size_without_a_strength_takes_the_image_all_the_same(shark: Shark) -> None:
    job_id = shark.generate({"mode": "2k", "prompt": "x", "image": IMAGE, "image_strength": 1}).body["job_id"]
    assert shark.stored(job_id).model == "bytedance/seedream-4"


@pytest.mark.parametrize("sides", [(100_000, 100), (16_000, 16_000), (2**31 - 1, 2**31 - 1), (0, 64)])
def test_a_picture_that_claims_sides_that_nobody_can_mean_is_refused(
    shark: Shark, sides: tuple[int, int]
) -> None:
    small = png()
    header = struct.pack(">IIBBBBB", *sides, 8, 0, 0, 0, 0)
    claim = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    image = base64.b64encode(small[:16] + header + claim + small[33:]).decode()
    reply = shark.generate({"mode": "1k", "prompt": "x", "image": image})
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_IMAGE_FORMAT")
    assert shark.books() == ("$1", "$0", 0)


@pytest.mark.parametrize("field", ["image", "image_url"])
def test_an_empty_image_makes_no_picture_from_the_prompt_alone(shark: Shark, field: str) -> None:
    reply = shark.generate({"mode": "1k", "prompt": "x", field: ""})
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("cut", [20, 60, len(png()) - 5])
def test_a_truncated_picture_is_refused(shark: Shark, cut: int) -> None:
    image = base64.b64encode(png()[:cut]).decode()
    reply = shark.generate({"mode": "1k", "prompt": "x", "image": image})
    assert (reply.status, reply.body["error"]["code"]) == (400, "INVALID_IMAGE_FORMAT")
