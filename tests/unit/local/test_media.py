"""What the simulated models draw."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import av
import pytest
from PIL import Image, ImageChops

from local.simulator.media.picture import render_picture
from local.simulator.media.scene import Scene
from local.simulator.media.typeset import fit
from local.simulator.media.video import FPS, render_video

SCENE = Scene("fal", "fal-ai/flux/schnell", "a lighthouse at dawn", 7, 640, 384, "png")
CLIP = replace(SCENE, width=320, height=180, format="mp4", duration_s=2.5)


def picture(scene: Scene) -> Image.Image:
    return Image.open(io.BytesIO(render_picture(scene))).convert("RGB")


@pytest.mark.parametrize(
    ("extension", "kind", "content_type"),
    [
        ("png", "PNG", "image/png"),
        ("jpg", "JPEG", "image/jpeg"),
        ("jpeg", "JPEG", "image/jpeg"),
        ("webp", "WEBP", "image/webp"),
    ],
)
def test_a_picture_has_the_format_and_size_asked_for(extension: str, kind: str, content_type: str) -> None:
    scene = replace(SCENE, format=extension)
    opened = Image.open(io.BytesIO(render_picture(scene)))
    assert (opened.format, opened.size, scene.content_type) == (kind, (640, 384), content_type)


def test_the_same_scene_gives_the_same_bytes() -> None:
    assert render_picture(SCENE) == render_picture(SCENE)


@pytest.mark.parametrize(
    "change",
    [{"prompt": "a cat"}, {"seed": 8}, {"model": "fal-ai/veo2"}, {"provider": "replicate"}],
)
def test_a_picture_shows_everything_about_itself(change: dict[str, object]) -> None:
    other = replace(SCENE, **change)  # type: ignore[arg-type]
    assert ImageChops.difference(picture(SCENE), picture(other)).getbbox() is not None


def test_a_blocked_picture_is_black() -> None:
    assert picture(replace(SCENE, blocked=True)).getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("prompt", ["", "x" * 5000, "word " * 1000, "日本語 émoji 🙂", "a\nb\tc"])
@pytest.mark.parametrize("size", [(64, 64), (1536, 640), (256, 1440)])
def test_any_prompt_fits_any_picture(prompt: str, size: tuple[int, int]) -> None:
    width, height = size
    assert picture(replace(SCENE, prompt=prompt, width=width, height=height)).size == size


def test_text_is_set_as_large_as_it_fits() -> None:
    short, _ = fit("one two", 400, 200, largest=80)
    long, lines = fit("one two three four five six seven eight nine ten " * 4, 400, 200, largest=80)
    assert short.size > long.size
    assert all(long.getlength(line) <= 400 for line in lines)


def test_text_that_cannot_fit_ends_in_an_ellipsis() -> None:
    _, lines = fit("word " * 500, 100, 40, largest=80)
    assert lines[-1].endswith("…")


def frames(data: bytes) -> list[Image.Image]:
    with av.open(io.BytesIO(data), "r") as container:
        return [frame.to_image() for frame in container.decode(video=0)]  # type: ignore[no-untyped-call]


def test_a_video_is_playable_and_lasts_as_long_as_asked() -> None:
    data = render_video(CLIP)
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.video[0]
        assert container.duration == 2_500_000
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (320, 180)
    assert len(frames(data)) == 2.5 * FPS


def test_every_frame_differs_from_the_one_before() -> None:
    shown = frames(render_video(CLIP))
    assert all(ImageChops.difference(before, after).getbbox() for before, after in pairwise(shown))
