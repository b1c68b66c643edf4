"""Pictures, drawn with Pillow: the prompt on a colour field that belongs to the seed."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from local.simulator.media.field import colour_field
from local.simulator.media.scene import Scene
from local.simulator.media.typeset import Font, fit, font

_INK = (255, 255, 255)
_FAINT = (226, 226, 236)
_SHADOW = (26, 22, 44)  # Pillow blends shapes but not letters, so this one has no alpha
_SHADE = (0, 0, 0, 84)


def render_picture(scene: Scene) -> bytes:
    """Draw the scene and encode it as its format says."""
    picture = Image.new("RGB", (scene.width, scene.height)) if scene.blocked else paint(scene)
    buffer = io.BytesIO()
    if scene.format == "png":
        picture.save(buffer, "PNG", compress_level=1)
    elif scene.format == "webp":
        picture.save(buffer, "WEBP", quality=80, method=0)
    else:
        picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def paint(scene: Scene) -> Image.Image:
    """Draw the scene: a badge on top, the prompt as large as it fits, and what made it at the foot."""
    picture = colour_field(scene.seed, scene.width, scene.height)
    draw = ImageDraw.Draw(picture, "RGBA")
    unit = min(scene.width, scene.height)
    margin = round(unit * 0.07)
    top = _badge(draw, margin, unit)
    foot = _footer(draw, scene, margin, unit)
    _prompt(draw, scene, (margin, top, scene.width - margin, foot))
    return picture


def _badge(draw: ImageDraw.ImageDraw, margin: int, unit: int) -> int:
    """Draw the badge; returns the y below it."""
    label = font(max(9, round(unit * 0.022)))
    pad = round(unit * 0.014)
    left, top, right, bottom = draw.textbbox((margin + 2 * pad, margin + pad), "SIMULATED", font=label)
    box = (left - 2 * pad, top - pad, right + 2 * pad, bottom + pad)
    draw.rounded_rectangle(box, radius=(box[3] - box[1]) / 2, fill=_SHADE)
    draw.text((margin + 2 * pad, margin + pad), "SIMULATED", font=label, fill=_INK)
    return round(box[3] + margin * 0.6)


def _footer(draw: ImageDraw.ImageDraw, scene: Scene, margin: int, unit: int) -> int:
    """Draw the model, the seed and the size; returns the y above them."""
    width = scene.width - 2 * margin
    facts = f"seed {scene.seed}  ·  {scene.width} x {scene.height}"
    maker = f"{scene.provider}  ·  {scene.model}"
    small = _narrowed(max(maker, facts, key=len), width, max(10, round(unit * 0.032)))
    line = round(small.size * 1.45)
    rule = scene.height - margin - 2 * line - round(unit * 0.02)
    draw.line((margin, rule, scene.width - margin, rule), fill=_FAINT, width=max(1, unit // 400))
    y = rule + round(unit * 0.02)
    draw.text((margin, y), maker, font=small, fill=_INK)
    draw.text((margin, y + line), facts, font=small, fill=_FAINT)
    return round(rule - margin * 0.6)


def _narrowed(text: str, width: int, size: int) -> Font:
    """The largest font up to ``size`` in which the line fits."""
    while size > 8 and font(size).getlength(text) > width:  # noqa: PLR2004  smaller cannot be read
        size -= 1
    return font(size)


def _prompt(draw: ImageDraw.ImageDraw, scene: Scene, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    unit = min(scene.width, scene.height)
    letters, lines = fit(scene.prompt, right - left, bottom - top, round(unit * 0.12))
    step = round(letters.size * 1.22)
    y = top + (bottom - top - step * len(lines)) // 2
    shadow = max(1, letters.size // 40)
    for line in lines:
        draw.text((left + shadow, y + shadow), line, font=letters, fill=_SHADOW)
        draw.text((left, y), line, font=letters, fill=_INK)
        y += step
