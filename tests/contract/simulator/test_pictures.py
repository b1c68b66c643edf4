"""The pictures that the simulator offers for sending along."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.contract.simulator.client import Client


@pytest.mark.parametrize("name", ["640x480.png", "64x8192.jpg", "100x200.webp", "32x32.gif"])
def test_a_picture_is_what_its_name_says(simulator: Client, name: str) -> None:
    answer = simulator.call("GET", f"/pictures/{name}")
    picture = Image.open(io.BytesIO(answer.data))
    size, _, extension = name.partition(".")
    assert f"{picture.width}x{picture.height}" == size
    assert picture.format == {"jpg": "JPEG"}.get(extension, extension.upper())


def test_a_picture_can_be_heavy_broken_elsewhere_or_missing(simulator: Client) -> None:
    assert len(simulator.call("GET", "/pictures/64x64.png?bytes=5000").data) == 5_000
    assert len(simulator.call("GET", "/pictures/64x64.png?broken").data) == 20
    moved = simulator.call("GET", "/pictures/64x64.png?to=http://10.0.0.1/")
    assert (moved.status, moved.headers["location"]) == (302, "http://10.0.0.1/")
    for name in ("seal.png", "0x64.png", "64x64.tiff", "99999x99999.png"):
        assert simulator.call("GET", f"/pictures/{name}").status == 404
