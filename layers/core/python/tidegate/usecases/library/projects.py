"""Organizations and projects: whose library a key opens."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Final

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.domain.account import Account
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.generation import new_id
from tidegate.domain.library.errors import OrganizationNotFound, ProjectNotFound, SlugTaken
from tidegate.domain.library.records import ALIAS_CONFLICTS, Organization, Project

MAX_SLUG: Final = 60
MAX_NAME: Final = 100
FIRST_PROJECT: Final = "main"
_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_TRIES: Final = 5


def slug_of(name: str) -> str:
    """Return a name as it can stand in a URL; empty when nothing of it can."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_SLUG].strip("-")


def is_slug(text: str) -> bool:
    """Whether something can be an organization's or a project's name in URLs."""
    return len(text) <= MAX_SLUG and _SLUG.fullmatch(text) is not None


def project_at(library: LibraryTable, organization_slug: str, slug: str) -> str | None:
    """Return the id of the project with this path; None if there is none."""
    if not (is_slug(organization_slug) and is_slug(slug)):
        return None
    found = library.projects.find(organization_slug, slug)
    return found[1] if found else None


def read_slug(slug: str, field: str) -> str:
    """Return a slug that was chosen by somebody.

    Raises:
        InvalidInput: it cannot stand in a URL.
    """
    if not is_slug(slug):
        raise InvalidInput(
            f"{field} must have 1 to {MAX_SLUG} letters a-z, digits and inner hyphens.", field=field
        )
    return slug


def first_project(library: LibraryTable, account: Account, now_ms: int) -> Project:
    """Return the account's first project; made with an organization of the account's name if there is none.

    Raises:
        ServiceUnavailable: other accounts kept taking the names; nothing was made.
    """
    for number in range(_TRIES):
        project = library.projects.first(account.account_id)
        if project is not None:
            return project
        wanted = slug_of(account.name) or "account"
        slug = wanted if number == 0 else f"{wanted[: MAX_SLUG - 9]}-{secrets.token_hex(4)}"
        organization = Organization(
            new_id(now_ms), account.account_id, account.name, slug, now_ms, account.email
        )
        made = Project(
            project_id=new_id(now_ms),
            organization_id=organization.organization_id,
            account_id=account.account_id,
            organization_slug=slug,
            name=account.name,
            slug=FIRST_PROJECT,
            created_at_ms=now_ms,
        )
        if library.projects.create_first(made, organization):
            return made
    raise ServiceUnavailable("No name was free for the account's organization. Nothing was made; try again.")


def create_organization(
    library: LibraryTable,
    account_id: str,
    *,
    name: str,
    slug: str | None = None,
    email: str | None = None,
    now_ms: int,
) -> Organization:
    """Found an organization of an account; its slug comes from its name unless one is chosen.

    Raises:
        InvalidInput: no name, or a slug that cannot stand in a URL.
        SlugTaken: there is an organization of that slug, the account's or another's.
    """
    _check_name(name, "An organization")
    chosen = read_slug(slug if slug is not None else slug_of(name), "slug")
    organization = Organization(new_id(now_ms), account_id, name.strip(), chosen, now_ms, email)
    if not library.projects.found(organization):
        raise SlugTaken(f"There is an organization {chosen} already.", field="slug")
    return organization


def own_organization(
    library: LibraryTable, account: Account, wanted: str | None, now_ms: int
) -> Organization:
    """Return the account's organization with this id or slug; None means its first, made if there is none.

    Raises:
        OrganizationNotFound: the account has no such organization.
    """
    if wanted is None:  # first: it may make the one that is to be found
        wanted = first_project(library, account, now_ms).organization_id
    for organization in library.projects.organizations(account.account_id):
        if wanted in {organization.organization_id, organization.slug}:
            return organization
    raise OrganizationNotFound("Organization not found")


def create_project(
    library: LibraryTable, organization: Organization, *, name: str, slug: str | None = None, now_ms: int
) -> Project:
    """Add a project to an organization; its slug comes from its name unless one is chosen.

    Raises:
        InvalidInput: no name, or a slug that cannot stand in a URL.
        SlugTaken: the organization has a project of that slug.
    """
    _check_name(name, "A project")
    project = Project(
        project_id=new_id(now_ms),
        organization_id=organization.organization_id,
        account_id=organization.account_id,
        organization_slug=organization.slug,
        name=name.strip(),
        slug=read_slug(slug if slug is not None else slug_of(name), "slug"),
        created_at_ms=now_ms,
    )
    if not library.projects.create(project):
        raise SlugTaken(f"There is a project {project.slug} already.", field="slug")
    return project


def get_project(library: LibraryTable, account_id: str, project_id: str) -> Project:
    """Read a project.

    Raises:
        ProjectNotFound: the account has no such project.
    """
    project = library.projects.get(account_id, project_id)
    if project is None:
        raise ProjectNotFound("Project not found")
    return project


def change_project(
    library: LibraryTable,
    account_id: str,
    project_id: str,
    *,
    name: str | None = None,
    alias_conflict: str | None = None,
) -> Project:
    """Change what is given; the path stays. Returns the project as it is then.

    Raises:
        InvalidInput: no such name, or no such way to treat a taken alias.
        ProjectNotFound: the account has no such project.
    """
    settings: dict[str, object] = {}
    if name is not None:
        _check_name(name, "A project")
        settings["name"] = name.strip()
    if alias_conflict is not None:
        if alias_conflict not in ALIAS_CONFLICTS:
            raise InvalidInput(
                f"aliasConflict must be one of {', '.join(ALIAS_CONFLICTS)}.", field="aliasConflict"
            )
        settings["alias_conflict"] = alias_conflict
    if settings and not library.projects.change(account_id, project_id, settings):
        raise ProjectNotFound("Project not found")
    return get_project(library, account_id, project_id)


def _check_name(name: str, what: str) -> None:
    if not 0 < len(name.strip()) <= MAX_NAME:
        raise InvalidInput(f"{what} needs a name of at most {MAX_NAME} characters.", field="name")
