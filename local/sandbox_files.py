"""Makes the files that test mode hands out where it cannot draw them: ``python -m local.sandbox_files``.

One picture or clip for each ratio and format, a few kilobytes each, drawn with Pillow and encoded with PyAV.
The results are committed: the functions have neither.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from PIL import Image, ImageDraw

from local.simulator.media.typeset import font
from tidegate.adapters.providers import sandbox_files
from tidegate.adapters.providers.sandbox_files import RATIOS, TICKS, size_of

FOLDER: Final = Path(sandbox_files.__file__).parent / "sandbox_media"
CLIP_SIDE_PX: Final = 320
FRAMES: Final = 8  # in the one second that a clip lasts until it is lengthened
_SKY, _SEA, _INK = (28, 92, 138), (12, 38, 74), (255, 255, 255)


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for ratio in RATIOS:
        name = ratio.replace(":", "x")
        picture = paint(*size_of(ratio))
        picture.save(FOLDER / f"{name}.jpg", "JPEG", quality=60, optimize=True)
        picture.save(FOLDER / f"{name}.webp", "WEBP", quality=60, method=6)
        encode(FOLDER / f"{name}.mp4", *size_of(ratio, CLIP_SIDE_PX))


def paint(width: int, height: int, shift: float = 0.0) -> Image.Image:
    """Draw the mark over a plain horizon, which lies ``shift`` of the height lower than the middle."""
    picture = Image.new("RGB", (width, height), _SKY)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, round(height * (0.5 + shift)), width, height), fill=_SEA)
    letters = font(max(10, min(width, height) // 4))
    draw.text((width / 2, height / 2), "TEST", font=letters, fill=_INK, anchor="mm")
    return picture


def encode(file: Path, width: int, height: int) -> None:
    """Encode a clip whose clocks tick ``TICKS`` times in its second, its index at the front."""
    options = {"movie_timescale": str(TICKS), "video_track_timescale": str(TICKS), "movflags": "faststart"}
    with av.open(str(file), "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=FRAMES, options={"preset": "veryslow", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(FRAMES):
            picture = paint(width, height, 0.3 * number / FRAMES)
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = number, Fraction(1, FRAMES)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    main()
