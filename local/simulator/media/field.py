"""The colour field behind a picture: a soft gradient with a few discs, all chosen by the seed."""

from __future__ import annotations

import colorsys
import random

from PIL import Image, ImageDraw, ImageFilter, ImageOps

_SHORT_SIDE_PX = 160  # drawn this small and scaled up: quick, and as soft as it should be
Colour = tuple[int, int, int]


def colour_field(seed: int, width: int, height: int) -> Image.Image:
    """An RGB picture of that size; the same seed gives the same field."""
    choose = random.Random(seed)  # noqa: S311  decoration
    scale = _SHORT_SIDE_PX / min(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    hue = choose.random()
    field = _gradient(
        size,
        choose.uniform(20, 70),
        _colour(hue, 0.75, 0.28),
        _colour(hue + choose.uniform(0.06, 0.14), 0.72, 0.58),
        _colour(hue + choose.uniform(0.18, 0.3), 0.62, 0.86),
    )
    for _ in range(5):
        _disc(field, choose, _colour(hue + choose.uniform(-0.08, 0.35), 0.55, 0.95))
    return field.filter(ImageFilter.GaussianBlur(1.2)).resize((width, height), Image.Resampling.BICUBIC)


def _gradient(
    size: tuple[int, int], angle: float, dark: Colour, middle: Colour, light: Colour
) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(angle, Image.Resampling.BICUBIC, expand=True)
    inset = round(ramp.width * 0.26)  # cut off the corners that the turn left empty
    ramp = ramp.crop((inset, inset, ramp.width - inset, ramp.height - inset))
    return ImageOps.colorize(ImageOps.autocontrast(ramp).resize(size), dark, light, mid=middle)


def _disc(field: Image.Image, choose: random.Random, colour: Colour) -> None:
    x, y = choose.uniform(0, field.width), choose.uniform(0, field.height)
    radius = choose.uniform(0.12, 0.45) * _SHORT_SIDE_PX
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(field, "RGBA").ellipse(box, fill=(*colour, choose.randint(24, 56)))


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
