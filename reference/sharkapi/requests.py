"""Shapes of what the SharkApi surface takes. Unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, NotRequired

from pydantic import Field

from reference.openapi import json_content
from reference.shapes import Shape, Shapes
from reference.sharkapi.examples import REQUESTS
from tidegate.surfaces.sharkapi.generate import PROMPT_MAX_LENGTH
from tidegate.surfaces.sharkapi.modes import load_modes
from tidegate.surfaces.sharkapi.source_image import MAX_BYTES
from tidegate.surfaces.sharkapi.top_up import MAXIMUM, STEP

_MODES: Final = ", ".join(f"`{mode.name}`" for mode in load_modes().values())
_MEGABYTES: Final = MAX_BYTES // 1024 // 1024
Prompt = Annotated[str, Field(min_length=1, max_length=PROMPT_MAX_LENGTH, pattern=r"\S")]
Size = Annotated[str, Field(description=f"{_MODES}, unless the operator sells others.")]
Source = Annotated[
    str,
    Field(
        description=f"A JPEG, PNG or WebP of at most {_MEGABYTES} MB in base64, or as a `data:` URL.",
        json_schema_extra={"contentEncoding": "base64"},
    ),
]
SourceUrl = Annotated[
    str,
    Field(
        description="Where a source image is fetched from. Never together with `image`.",
        json_schema_extra={"format": "uri"},
    ),
]


class JobRequest(Shape):
    """A picture to make."""

    prompt: Prompt
    mode: Size
    image: NotRequired[Source | None]
    image_url: NotRequired[SourceUrl | None]
    image_strength: NotRequired[Annotated[float, Field(ge=0, le=1)] | None]
    """How much of the source stays; 0.5 when left out. Not every size has this."""


class ImageRequest(Shape):
    """A picture to make."""

    prompt: Prompt
    variant: NotRequired[Size]
    """`1k` when left out."""
    image: NotRequired[Source | None]
    image_url: NotRequired[SourceUrl | None]


class TokenRequest(Shape):
    """A token to make."""

    name: Annotated[str, Field(min_length=1, pattern=r"\S")]
    """What it is called in lists."""


class TopUpRequest(Shape):
    """How much to pay in."""

    amount: Annotated[int, Field(ge=STEP, le=MAXIMUM, multiple_of=STEP)]
    """Whole dollars."""


_BODIES: Final[dict[str, type]] = {
    "submit_job": JobRequest,
    "submit_image": ImageRequest,
    "top_up": TopUpRequest,
    "make_token": TokenRequest,
}


def bodies(shapes: Shapes) -> Mapping[str, Mapping[str, Any]]:
    """Every request body by the name that operations take it under."""
    return {
        name: {"required": True, "content": json_content(shapes.open_ref(shape), REQUESTS[name])}
        for name, shape in _BODIES.items()
    }
