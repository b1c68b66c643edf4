"""Shapes of what Banatie's surface answers (contracts: Banatie §4 to §6)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape, Timestamp, Url, Uuid
from tidegate.domain.library.aliases import MAX_LENGTH, Tier
from tidegate.domain.library.records import Progress, Source
from tidegate.surfaces.banatie.asking import RATIOS
from tidegate.usecases.library.upload import CONTENT_TYPES

Alias = Annotated[str, Field(pattern=rf"^@[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}$")]
NAMES_ONLY: Final = {"additionalProperties": False}  # besides what the pattern of the keys allows
Share = Annotated[float, Field(ge=0, le=1)]
Ratio = Annotated[str, Field(json_schema_extra={"enum": list(RATIOS)})]
MimeType = Annotated[str, Field(json_schema_extra={"enum": list(CONTENT_TYPES)})]
Side = Annotated[int, Field(ge=1)]


class FocalPoint(Shape):
    """What must stay in sight when a picture is cut: shares of width and height."""

    x: Share
    y: Share


class OutputImage(Shape):
    """The picture of a generation."""

    id: Uuid
    storageKey: str
    storageUrl: Url
    """Where everybody gets it."""
    mimeType: str
    fileSize: Count
    width: Side
    height: Side


class ReferenceImage(Shape):
    """A picture that a generation looked at."""

    id: Uuid
    storageUrl: Url
    alias: Alias | None


class ReferencedImage(Shape):
    """What an alias stood for when the latest run began."""

    imageId: Uuid
    alias: Alias


class Generation(Shape):
    """A generation: its latest run, and the picture that all its runs make."""

    id: Uuid
    projectId: Uuid
    flowId: Uuid | None
    prompt: str
    """What was used."""
    originalPrompt: str
    """What was sent."""
    enhancedPrompt: str | None
    """Null when nothing was rewritten."""
    autoEnhance: bool
    aspectRatio: Ratio
    status: Progress
    outputImageId: Uuid | None
    outputImage: OutputImage | None
    """Null until the first success, and after the picture was deleted."""
    referenceImages: list[ReferenceImage]
    referencedImages: list[ReferencedImage]
    processingTimeMs: Count | None
    cost: Amount | None
    """In dollars."""
    retryCount: Count
    errorMessage: str | None
    meta: dict[str, Any]
    createdAt: Timestamp
    updatedAt: Timestamp
    deletedAt: Timestamp | None


class Flow(Shape):
    """What belongs together, and the names in it. Counts are of what is not deleted."""

    id: Uuid
    projectId: Uuid
    aliases: Annotated[dict[Alias, Uuid], Field(json_schema_extra=NAMES_ONLY)]
    meta: dict[str, Any]
    generationCount: Count
    imageCount: Count
    createdAt: Timestamp
    updatedAt: Timestamp


class Image(Shape):
    """A picture of the library."""

    id: Uuid
    projectId: Uuid
    flowId: Uuid | None
    generationId: Uuid | None
    storageKey: str
    storageUrl: Url
    mimeType: str
    fileSize: Count
    width: Side
    height: Side
    fileHash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None
    """SHA-256 of what was uploaded."""
    source: Source
    alias: Alias | None
    focalPoint: FocalPoint | None
    meta: dict[str, Any]
    createdAt: Timestamp
    updatedAt: Timestamp
    deletedAt: Timestamp | None


class Resolution(Shape):
    """What an alias stands for, and where it was found."""

    alias: Alias
    imageId: Uuid
    scope: Tier
    flowId: Uuid | None
    image: Image


class Removal(Shape):
    """What was deleted."""

    id: Uuid
    deletedAt: NotRequired[Timestamp]
    """There when it can be restored."""


class DeletedFlow(Shape):
    """A flow that is gone."""

    id: Uuid


class UploadPlace(Shape):
    """Where one file can be sent, exactly as announced."""

    uploadId: Uuid
    method: Literal["PUT"]
    url: Url
    headers: dict[str, str]
    expiresIn: Count
    """Seconds."""


class Pagination(Shape):
    """Where in a list an answer lies."""

    total: Count
    limit: Annotated[int, Field(ge=1, le=100)]
    offset: Count
    hasMore: bool


class ErrorBody(Shape):
    """What went wrong."""

    message: str
    """For people; may change, but for the hosted product's own."""
    code: str
    """Stable: decide by this."""


class Error(Shape):
    """Every error comes in this envelope."""

    success: Literal[False]
    error: ErrorBody
