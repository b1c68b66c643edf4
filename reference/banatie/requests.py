"""Shapes of what Banatie's surface takes. Unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Final, NotRequired

from pydantic import Field

from reference.banatie.records import NAMES_ONLY, FocalPoint, MimeType, Ratio
from reference.shapes import Shape, Uuid
from tidegate.domain.library.aliases import MAX_LENGTH, RESERVED
from tidegate.domain.library.enhancement import Template
from tidegate.domain.parameters import PROMPT_MAX_LENGTH
from tidegate.usecases.library.flows import MAX_NAMES
from tidegate.usecases.library.references import MAX_REFERENCES
from tidegate.usecases.library.upload import MAX_BYTES

_NOT_RESERVED: Final[dict[str, Any]] = {"not": {"enum": sorted(RESERVED)}}
_NAME: Final = rf"@[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}"
Prompt = Annotated[str, Field(min_length=1, max_length=PROMPT_MAX_LENGTH, pattern=r"\S")]
NewAlias = Annotated[str, Field(pattern=f"^{_NAME}$", json_schema_extra=_NOT_RESERVED)]
NewAliasOrNone = Annotated[str, Field(pattern=f"^({_NAME})?$", json_schema_extra=_NOT_RESERVED)]
Reference = Annotated[str, Field(description="An image's id, or its alias.")]
Meta = dict[str, Any]


class NewFocalPoint(FocalPoint):
    """What must stay in sight: shares of width and height, and nothing else."""


class EnhancementOptions(Shape):
    """How a prompt is rewritten."""

    template: NotRequired[Template]


class GenerationRequest(Shape):
    """What to make."""

    prompt: Prompt
    aspectRatio: NotRequired[Ratio | None]
    """`1:1` when left out."""
    referenceImages: NotRequired[Annotated[list[Reference], Field(max_length=MAX_REFERENCES)] | None]
    flowId: NotRequired[Uuid | None]
    """Left out: a new flow. Null: none."""
    alias: NotRequired[NewAliasOrNone | None]
    """What the picture is to be called in the project."""
    flowAlias: NotRequired[NewAliasOrNone | None]
    """What it is to be called in its flow."""
    assignAlias: NotRequired[NewAliasOrNone | None]
    """The older name of `alias`."""
    assignFlowAlias: NotRequired[NewAliasOrNone | None]
    """The older name of `flowAlias`."""
    autoEnhance: NotRequired[bool | None]
    """Whether the prompt is rewritten first; so unless switched off."""
    enhancementOptions: NotRequired[EnhancementOptions | None]
    meta: NotRequired[Meta | None]


class GenerationUpdate(Shape):
    """What to change. Another prompt or ratio makes another picture of the same id."""

    prompt: NotRequired[Prompt | None]
    aspectRatio: NotRequired[Ratio | None]
    flowId: NotRequired[Uuid | None]
    """Null takes it out of its flow."""
    meta: NotRequired[Meta]


class RetryRequest(Shape):
    """What to make instead; what is left out stays."""

    prompt: NotRequired[Prompt | None]
    aspectRatio: NotRequired[Ratio | None]


class FlowRequest(Shape):
    """A flow to be begun."""

    meta: NotRequired[Meta | None]


class FlowAliases(Shape):
    """Names to give in a flow: to each the id of an image."""

    aliases: Annotated[dict[NewAlias, Uuid], Field(max_length=MAX_NAMES, json_schema_extra=NAMES_ONLY)]


class ImageUpdate(Shape):
    """What to change; what is left out stays."""

    alias: NotRequired[NewAlias | None]
    """Null takes the name away."""
    focalPoint: NotRequired[NewFocalPoint | None]
    meta: NotRequired[Meta]


class AliasRequest(Shape):
    """What an image is to be called; null: nothing."""

    alias: NewAlias | None


class UploadAnnouncement(Shape):
    """A file that is too large for a form."""

    fileSize: Annotated[int, Field(ge=1, le=MAX_BYTES)]
    """In bytes."""
    mimeType: MimeType


class UploadClaim(Shape):
    """A file that was sent to its URL."""

    uploadId: Uuid
    alias: NotRequired[NewAliasOrNone | None]
    flowId: NotRequired[Uuid | None]
    flowAlias: NotRequired[NewAliasOrNone | None]
    assignAlias: NotRequired[NewAliasOrNone | None]
    """The older name of `alias`."""
    assignFlowAlias: NotRequired[NewAliasOrNone | None]
    """The older name of `flowAlias`."""
    meta: NotRequired[Meta | None]
    description: NotRequired[str]


# The body of each operation that has one, and whether it may be left out.
BODIES: Final[dict[str, tuple[type, bool]]] = {
    "create_generation": (GenerationRequest, True),
    "update_generation": (GenerationUpdate, True),
    "retry_generation": (RetryRequest, False),
    "create_flow": (FlowRequest, False),
    "set_flow_aliases": (FlowAliases, True),
    "update_image": (ImageUpdate, True),
    "set_image_alias": (AliasRequest, True),
    "announce_upload": (UploadAnnouncement, True),
}
