"""Shapes of what is sent about live pictures. Unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Final, NotRequired

from pydantic import Field

from reference.banatie.live_records import PictureLimit, Slug
from reference.banatie.records import Ratio
from reference.banatie.requests import EnhancementOptions, Prompt
from reference.shapes import Shape, Uuid
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.live import MAX_ORIGINS
from tidegate.domain.library.signed_urls import MAX_LIFETIME_S

_PORT: Final = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
Origin = Annotated[str, Field(pattern=f"^https?://[A-Za-z0-9.-]+(:({_PORT}))?$")]


class LiveScopeUpdate(Shape):
    """What is to hold from now on."""

    allowNewGenerations: NotRequired[bool | None]
    newGenerationsLimit: NotRequired[PictureLimit | None]
    allowedOrigins: NotRequired[Annotated[list[Origin], Field(max_length=MAX_ORIGINS)] | None]
    """By `Origin` or `Referer`; an empty list: all pages."""
    meta: NotRequired[dict[str, Any] | None]


class LiveScopeRequest(LiveScopeUpdate):
    """A scope to be set up."""

    slug: Slug


class LiveSettingsUpdate(Shape):
    """What is to hold for all live URLs."""

    allowNewLiveScopes: bool


class SignRequest(Shape):
    """A picture that a URL is to show."""

    scope: Slug
    prompt: Prompt
    aspectRatio: NotRequired[Ratio | None]
    autoEnhance: NotRequired[bool | None]
    template: NotRequired[Template | None]
    enhancementOptions: NotRequired[EnhancementOptions | None]
    """As in generations; `template` is the same, shorter."""
    expiresIn: NotRequired[Annotated[int, Field(ge=1, le=MAX_LIFETIME_S)] | None]
    """Seconds; a day when left out."""


class RegenerateScopeRequest(Shape):
    """Which picture is to be made again."""

    imageId: NotRequired[Uuid | None]
    """Left out: all of them."""


# The body of each operation that has one, and whether it may be left out.
BODIES: Final[dict[str, tuple[type, bool]]] = {
    "sign_live_url": (SignRequest, True),
    "update_live_settings": (LiveSettingsUpdate, True),
    "create_scope": (LiveScopeRequest, True),
    "update_scope": (LiveScopeUpdate, True),
    "regenerate_scope": (RegenerateScopeRequest, False),
}
