"""Shapes of what is answered about live pictures (contracts: Banatie §8, §10)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reference.banatie.records import Image
from reference.shapes import Count, Shape, Timestamp, Url, Uuid
from tidegate.domain.library.live import MAX_LIMIT, MAX_SLUG

Slug = Annotated[str, Field(pattern=rf"^[A-Za-z0-9_-]{{1,{MAX_SLUG}}}$")]
PictureLimit = Annotated[int, Field(ge=0, le=MAX_LIMIT)]


class LiveScope(Shape):
    """What may come of the public URLs of one name."""

    id: Uuid
    projectId: Uuid
    slug: Slug
    """As it stands in the URLs."""
    allowNewGenerations: bool
    """Whether URLs that are not signed have new pictures made."""
    newGenerationsLimit: PictureLimit
    """How many pictures may be made, in all."""
    currentGenerations: Count
    """How many of them are made, or being made."""
    allowedOrigins: list[str]
    """The pages that may have new ones made; empty: all."""
    lastGeneratedAt: Timestamp | None
    meta: dict[str, Any]
    createdAt: Timestamp
    updatedAt: Timestamp


class LiveScopeWithImages(LiveScope):
    """A scope, with what its URLs show."""

    images: list[Image]


class DeletedScope(Shape):
    """A scope that is gone."""

    id: Uuid


class Regenerated(Shape):
    """What came of making pictures again."""

    regenerated: Count
    """How many were begun."""
    images: list[Image]


class LiveSettings(Shape):
    """What holds for all live URLs of a project."""

    allowNewLiveScopes: bool
    """Whether URLs alone may begin scopes."""
    visitorScopes: Count
    """How many they began since that was last said."""
    signingKeyId: Annotated[str, Field(pattern="^[0-9a-f]{8}$")] | None
    """Names the secret that signs; null before the first signature."""


class SignedUrl(Shape):
    """A URL for the `src` of an image tag."""

    url: Url
    scope: Slug
    expiresAt: Timestamp
