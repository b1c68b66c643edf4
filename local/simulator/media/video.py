"""Videos, encoded with PyAV: H.264 in MP4 that any browser plays."""

from __future__ import annotations

import io
import math
from fractions import Fraction

import av
from PIL import Image, ImageDraw

from local.simulator.media.picture import paint
from local.simulator.media.scene import Scene
from local.simulator.media.typeset import font

FPS = 8


def render_video(scene: Scene) -> bytes:
    """Draw and encode the scene: exactly ``duration_s`` seconds at :data:`FPS` frames a second."""
    frames = max(1, round((scene.duration_s or 1) * FPS))
    backdrop = Image.new("RGB", (scene.width, scene.height)) if scene.blocked else paint(scene)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "28"})
        stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS)
        for number in range(frames):
            picture = av.VideoFrame.from_image(_frame(backdrop, number, frames))  # type: ignore[no-untyped-call]
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _frame(backdrop: Image.Image, number: int, frames: int) -> Image.Image:
    """One frame: the painted scene, its number, and a dot that travels so that motion can be seen."""
    picture = backdrop.copy()
    draw = ImageDraw.Draw(picture, "RGBA")
    unit = min(picture.size)
    small = font(max(10, round(unit * 0.045)))
    label = f"frame {number + 1} / {frames}"
    edge = picture.width - round(unit * 0.07)
    draw.text((edge, round(unit * 0.075)), label, font=small, fill=(255, 255, 255), anchor="rt")
    done = (number + 1) / frames
    draw.rectangle(
        (0, picture.height - unit // 60, picture.width * done, picture.height), fill=(255, 255, 255, 220)
    )
    x = picture.width * done
    y = picture.height * (0.5 + 0.3 * math.sin(done * 2 * math.pi))
    radius = unit * 0.05
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 255, 255, 110))
    return picture
