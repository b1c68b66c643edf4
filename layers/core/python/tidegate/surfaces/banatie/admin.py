"""What a master key does: organizations, projects and keys of its own account (contracts: Banatie §9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tidegate.domain.errors import InvalidInput
from tidegate.domain.keys import Key
from tidegate.domain.library.errors import KeyNotFound, OrganizationNotFound, ProjectNotFound
from tidegate.domain.library.records import Organization, Project
from tidegate.surfaces.banatie.dialect import Answer
from tidegate.surfaces.banatie.reading import is_id, path_id, read_text
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.accounts import get_account
from tidegate.usecases.library import project_keys
from tidegate.usecases.library.project_keys import (
    DEFAULT_DAYS,
    MAX_DAYS,
    AskedKey,
    make_key,
    revoke_surface_key,
    surface_keys,
)
from tidegate.usecases.library.projects import (
    change_project,
    create_organization,
    create_project,
    own_organization,
)

MASTER, PROJECT = "master", "project"


class Services(project_keys.Services, Protocol):
    """What these endpoints need of the runtime."""

    def now_ms(self) -> int:
        """The time."""


def create_key(request: Request, master: Key, services: Services) -> Answer:
    """Make a key and show it, this one time. Organization and project are made if they are not there."""
    text, key, project = make_key(services, master, _asked(read_object(request)), services.now_ms())
    metadata = {
        "id": key.key_id,
        "type": _type(key),
        "name": key.name,
        "projectId": key.project_id,
        "organizationId": project.organization_id if project else None,
        "expiresAt": optional_timestamp(key.expires_at_ms),
    }
    told = "The key is shown this once: store it now."
    return Answer({"apiKey": text, "metadata": metadata, "message": told}, 201, bare=True)


def list_keys(_request: Request, master: Key, services: Services) -> Answer:
    """List the account's keys of this surface, newest first, without anything that could be used as one."""
    now_ms = services.now_ms()
    keys = surface_keys(services.keys, master.account_id)
    projects = {one.project_id: one for one in services.library.projects.of(master.account_id)}
    return Answer([_key(key, projects.get(key.project_id or ""), now_ms) for key in keys])


def revoke_key(request: Request, master: Key, services: Services) -> Answer:
    """Stop a key at once."""
    key_id = path_id(request, "id", lambda: KeyNotFound("Key not found"))
    key = revoke_surface_key(services.keys, master.account_id, key_id)
    return Answer({"id": key.key_id, "isActive": False})


def create_organization_of(request: Request, master: Key, services: Services) -> Answer:
    """Found an organization."""
    body = read_object(request)
    organization = create_organization(
        services.library,
        master.account_id,
        name=read_text(body, "name") or "",
        slug=read_text(body, "slug"),
        email=read_text(body, "email"),
        now_ms=services.now_ms(),
    )
    return Answer(_organization(organization), 201)


def list_organizations(_request: Request, master: Key, services: Services) -> Answer:
    """List the account's organizations, newest first."""
    return Answer([_organization(one) for one in services.library.projects.organizations(master.account_id)])


def create_project_of(request: Request, master: Key, services: Services) -> Answer:
    """Add a project to an organization of the account; its first, if none is named."""
    body, now_ms = read_object(request), services.now_ms()
    account = get_account(services.wallets, master.account_id)
    wanted = read_text(body, "organizationId") or read_text(body, "organizationSlug")
    organization = own_organization(services.library, account, wanted, now_ms)
    name = read_text(body, "name") or ""
    slug = read_text(body, "slug")
    return Answer(
        _project(create_project(services.library, organization, name=name, slug=slug, now_ms=now_ms)), 201
    )


def list_projects(_request: Request, master: Key, services: Services) -> Answer:
    """List the account's projects, newest first."""
    return Answer([_project(one) for one in services.library.projects.of(master.account_id)])


def update_project(request: Request, master: Key, services: Services) -> Answer:
    """Change a project's name, or what it does when an alias is taken; an absent field stays."""
    body = read_object(request)
    project_id = path_id(request, "id", lambda: ProjectNotFound("Project not found"))
    name, conflict = read_text(body, "name"), read_text(body, "aliasConflict")
    changed = change_project(
        services.library, master.account_id, project_id, name=name, alias_conflict=conflict
    )
    return Answer(_project(changed))


def _asked(body: Mapping[str, Any]) -> AskedKey:
    kind = read_text(body, "type")
    if kind not in {MASTER, PROJECT}:
        raise InvalidInput("type must be master or project.", field="type")
    name = read_text(body, "name") or f"{kind} key"
    if kind == MASTER:
        return AskedKey(master=True, name=name)
    project, organization = read_text(body, "projectId"), read_text(body, "organizationId")
    by_id = project is not None and is_id(project)
    slug = read_text(body, "projectSlug") or project
    if slug is None:
        raise InvalidInput("A project key needs projectId or projectSlug.", field="projectId")
    if organization is not None and not is_id(organization):
        raise OrganizationNotFound("Organization not found")
    return AskedKey(
        master=False,
        name=name,
        project_id=project.lower() if by_id and project else None,
        project_slug=slug,
        organization_id=organization.lower() if organization else None,
        organization_slug=read_text(body, "organizationSlug"),
        days=_days(body.get("expiresInDays")),
    )


def _days(value: object) -> int:
    if value is None:
        return DEFAULT_DAYS
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_DAYS:
        raise InvalidInput(f"expiresInDays must be 1 to {MAX_DAYS}.", field="expiresInDays")
    return value


def _type(key: Key) -> str:
    return MASTER if key.project_id is None else PROJECT


def _key(key: Key, project: Project | None, now_ms: int) -> dict[str, object]:
    return {
        "id": key.key_id,
        "type": _type(key),
        "name": key.name,
        "keyPrefix": f"{key.prefix}…",
        "projectId": key.project_id,
        "organizationId": project.organization_id if project else None,
        "scopes": list(key.scopes),
        "isActive": key.works(now_ms),
        "createdAt": timestamp(key.created_at_ms),
        "expiresAt": optional_timestamp(key.expires_at_ms),
        "lastUsedAt": optional_timestamp(key.last_used_at_ms),
    }


def _organization(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.organization_id,
        "name": organization.name,
        "slug": organization.slug,
        "email": organization.email,
        "createdAt": timestamp(organization.created_at_ms),
    }


def _project(project: Project) -> dict[str, object]:
    return {
        "id": project.project_id,
        "organizationId": project.organization_id,
        "organizationSlug": project.organization_slug,
        "name": project.name,
        "slug": project.slug,
        "aliasConflict": project.alias_conflict,
        "createdAt": timestamp(project.created_at_ms),
    }
