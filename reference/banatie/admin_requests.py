"""Shapes of what administration takes. Unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field

from reference.banatie.admin_records import SLUG, AliasConflict, KeyType
from reference.shapes import Shape, Uuid
from tidegate.usecases.library.project_keys import MAX_DAYS
from tidegate.usecases.library.projects import MAX_NAME, MAX_SLUG

NewName = Annotated[str, Field(max_length=MAX_NAME, pattern=r"\S")]
# An empty text counts as left out.
NameOrNone = Annotated[str, Field(max_length=MAX_NAME)]
SlugOrNone = Annotated[str, Field(max_length=MAX_SLUG, pattern=f"^({SLUG})?$")]


class KeyRequest(Shape):
    """A key to be made. One of a project needs `projectId` or `projectSlug`."""

    type: KeyType
    name: NotRequired[NameOrNone | None]
    projectId: NotRequired[str | None]
    """An id, or the slug of a project that is made if it is not there."""
    projectSlug: NotRequired[SlugOrNone | None]
    organizationId: NotRequired[Uuid | Literal[""] | None]
    organizationSlug: NotRequired[SlugOrNone | None]
    """Of one that is made if it is not there. None is named: the account's first."""
    expiresInDays: NotRequired[Annotated[int, Field(ge=1, le=MAX_DAYS)] | None]
    """Of a project's key, 90 when left out; a master key never expires."""


class OrganizationRequest(Shape):
    """An organization to be founded."""

    name: NewName
    slug: NotRequired[SlugOrNone | None]
    """Left out: made of the letters a-z and digits of the name, which then has some."""
    email: NotRequired[str | None]


class ProjectRequest(Shape):
    """A project to be added."""

    name: NewName
    slug: NotRequired[SlugOrNone | None]
    """Left out: made of the letters a-z and digits of the name, which then has some."""
    organizationId: NotRequired[str | None]
    """Its id, or its slug."""
    organizationSlug: NotRequired[str | None]


class ProjectUpdate(Shape):
    """What to change; what is left out stays."""

    name: NotRequired[NameOrNone | None]
    aliasConflict: NotRequired[AliasConflict | None]
    """`move`: another image's alias is taken from it, without `onAliasConflict`."""


# The body of each operation that has one, and whether it may be left out.
BODIES: Final[dict[str, tuple[type, bool]]] = {
    "create_key": (KeyRequest, True),
    "create_organization": (OrganizationRequest, True),
    "create_project": (ProjectRequest, True),
    "update_project": (ProjectUpdate, True),
}
