"""Shapes of administration, and of what the surface says of itself (contracts: Banatie §9)."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape, Timestamp, Uuid
from tidegate.domain.keys import SCOPES
from tidegate.domain.library.records import ALIAS_CONFLICTS
from tidegate.usecases.library.projects import MAX_NAME, MAX_SLUG

SLUG: Final = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
KeyText = Annotated[str, Field(pattern="^bnt_[0-9a-f]{64}$")]
KeyType = Literal["master", "project"]
Scope = Annotated[str, Field(json_schema_extra={"enum": list(SCOPES)})]
PathSlug = Annotated[str, Field(max_length=MAX_SLUG, pattern=f"^{SLUG}$")]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
AliasConflict = Annotated[str, Field(json_schema_extra={"enum": list(ALIAS_CONFLICTS)})]


class KeyMetadata(Shape):
    """What a key that was made opens."""

    id: Uuid
    type: KeyType
    name: Name
    projectId: Uuid | None
    organizationId: Uuid | None
    expiresAt: Timestamp | None
    """Null: never."""


class NewKey(Shape):
    """A key, shown this once."""

    apiKey: KeyText
    metadata: KeyMetadata
    message: str


class KeyRecord(Shape):
    """A key, without its text."""

    id: Uuid
    type: KeyType
    name: Name
    keyPrefix: str
    projectId: Uuid | None
    organizationId: Uuid | None
    scopes: list[Scope]
    isActive: bool
    createdAt: Timestamp
    expiresAt: Timestamp | None
    lastUsedAt: Timestamp | None


class RevokedKey(Shape):
    """A key that is good for nothing any more."""

    id: Uuid
    isActive: Literal[False]


class Organization(Shape):
    """What projects belong to."""

    id: Uuid
    name: str
    slug: PathSlug
    """As it stands in the URLs of images."""
    email: str | None
    createdAt: Timestamp


class Project(Shape):
    """A library with its own keys."""

    id: Uuid
    organizationId: Uuid
    organizationSlug: PathSlug
    name: str
    slug: PathSlug
    aliasConflict: AliasConflict
    """What comes of an alias that another image has."""
    createdAt: Timestamp


class InitialKey(Shape):
    """The first master key, shown this once."""

    apiKey: KeyText
    type: Literal["master"]
    name: str
    expiresAt: None
    message: str


class Limits(Shape):
    """What a request may carry."""

    maxFileSize: str
    maxFiles: Count
    supportedFormats: list[str]


class KeyInfo(Shape):
    """The key that was sent."""

    id: Uuid
    type: KeyType
    name: str
    projectId: Uuid | None
    expiresAt: Timestamp | None


class Info(Shape):
    """What this API is."""

    name: str
    version: str
    description: str
    endpoints: dict[str, str]
    limits: Limits
    authenticated: bool
    keyInfo: NotRequired[KeyInfo]
    """There if a key was sent that works."""


class Health(Shape):
    """That functions run."""

    status: Literal["healthy"]
    timestamp: Timestamp
    uptime: Amount
    """Seconds, of this function's own."""
    environment: str
    version: str
