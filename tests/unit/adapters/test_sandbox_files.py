"""The files of test mode are what was asked for."""

from __future__ import annotations

import io
from collections.abc import Mapping

import av
import pytest
from PIL import Image

from local.sandbox_files import FOLDER, paint
from tidegate.adapters.providers.sandbox_files import RATIOS, draw_png, make_files, size_of
from tidegate.domain.catalog import load_catalog
from tidegate.domain.media import sniff
from tidegate.domain.model import Model


def _params(**more: object) -> Mapping[str, object]:
    return {"generation_prompt": "A seal", "generation_ratio": "16:9", **more}


def _asked_for() -> set[tuple[str, str]]:
    models: tuple[Model, ...] = tuple(load_catalog().models)
    return {(extension, ratio) for m in models for extension in m.schema.formats for ratio in m.schema.ratios}


@pytest.mark.parametrize(("extension", "ratio"), sorted(_asked_for() | {("webp", ratio) for ratio in RATIOS}))
def test_a_file_has_the_format_and_the_ratio(extension: str, ratio: str) -> None:
    params = _params(generation_output_format=extension, generation_ratio=ratio, generation_duration=5)
    (file,) = make_files(params)
    assert file.data is not None
    media = sniff(io.BytesIO(file.data))
    assert media is not None
    assert (media.extension, media.content_type) == (extension, file.content_type)
    assert media.width is not None
    assert media.height is not None
    width, height = map(int, ratio.split(":"))
    assert media.width / media.height == pytest.approx(width / height, rel=0.02)
    assert len(file.data) < 12_000


@pytest.mark.parametrize("seconds", [1, 2, 5, 7, 12, 13])
def test_a_clip_plays_as_long_as_was_asked_for(seconds: int) -> None:
    (file,) = make_files(_params(generation_output_format="mp4", generation_duration=seconds))
    assert file.data is not None
    with av.open(io.BytesIO(file.data), "r") as clip:
        assert clip.duration == pytest.approx(seconds * 1_000_000, rel=0.001)
        assert len(list(clip.decode(video=0))) == 8


@pytest.mark.parametrize("extension", ["png", "jpg", "webp"])
def test_a_picture_decodes(extension: str) -> None:
    (file,) = make_files(_params(generation_output_format=extension))
    picture = Image.open(io.BytesIO(file.data or b""))
    picture.load()
    assert picture.size == (512, 288)


def test_drawn_pictures_differ_by_prompt_and_by_number() -> None:
    first, second = make_files(_params(generation_output_format="png", generation_output_number=2))
    (other,) = make_files(_params(generation_output_format="png", generation_prompt="A whale"))
    assert len({first.data, second.data, other.data}) == 3
    assert first.data == draw_png("A seal/0", 512, 288)


def test_every_stored_file_is_asked_for_as_often_as_wanted() -> None:
    files = make_files(_params(generation_output_format="jpg", generation_output_number=3))
    assert len(files) == 3


def test_a_ratio_of_tomorrow_gets_the_nearest_file() -> None:
    (file,) = make_files(_params(generation_output_format="jpg", generation_ratio="7:5"))
    assert file.data == (FOLDER / "4x3.jpg").read_bytes()
    (file,) = make_files(_params(generation_output_format="jpg", generation_ratio="0:wide"))
    assert file.data == (FOLDER / "1x1.jpg").read_bytes()


def test_the_stored_files_are_those_that_the_script_makes() -> None:
    names = {f"{ratio.replace(':', 'x')}.{kind}" for ratio in RATIOS for kind in ("jpg", "webp", "mp4")}
    assert {file.name for file in FOLDER.iterdir()} == names
    assert paint(*size_of("21:9")).size == (512, 220)
