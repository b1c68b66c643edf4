"""What a master key does: keys, organizations and projects of its account (contracts: Banatie §9)."""

from __future__ import annotations

from typing import Final

from reference.banatie.admin_records import KeyRecord, NewKey, Organization, Project, RevokedKey
from reference.banatie.operations.terms import MASTER, OF_BODY
from reference.operation import Operation, Route

_KEYS: Final = (MASTER,)
_TAG: Final = "Administration"

ADMIN: Final[dict[Route, Operation]] = {
    ("POST", "/api/admin/keys"): Operation(
        "create_key",
        _TAG,
        "generation:write",
        "Make a key",
        "With the master key's scopes, and shown this once. An organization or project that is named and not "
        "there is made.",
        NewKey,
        (*OF_BODY, "project_not_found", "organization_not_found", "slug_taken", "too_many_keys"),
        body="create_key",
        status=201,
        bare=True,
        keys=_KEYS,
    ),
    ("GET", "/api/admin/keys"): Operation(
        "list_keys",
        _TAG,
        "account:read",
        "List keys",
        "Newest first, those too that do not work any more; without their text.",
        KeyRecord,
        many=True,
        whole=True,
        keys=_KEYS,
    ),
    ("DELETE", "/api/admin/keys/{id}"): Operation(
        "revoke_key",
        _TAG,
        "generation:write",
        "Revoke a key",
        "It stops at once.",
        RevokedKey,
        ("key_not_found", "route_not_found"),
        ("key_id",),
        keys=_KEYS,
    ),
    ("POST", "/api/admin/organizations"): Operation(
        "create_organization",
        _TAG,
        "generation:write",
        "Found an organization",
        "Its slug stands in the URLs of images, and comes from its name unless one is sent.",
        Organization,
        (*OF_BODY, "slug_taken"),
        body="create_organization",
        status=201,
        keys=_KEYS,
    ),
    ("GET", "/api/admin/organizations"): Operation(
        "list_organizations",
        _TAG,
        "account:read",
        "List organizations",
        "Newest first.",
        Organization,
        many=True,
        whole=True,
        keys=_KEYS,
    ),
    ("POST", "/api/admin/projects"): Operation(
        "create_project",
        _TAG,
        "generation:write",
        "Add a project",
        "To the organization that is named, else to the account's first.",
        Project,
        (*OF_BODY, "organization_not_found", "slug_taken"),
        body="create_project",
        status=201,
        keys=_KEYS,
    ),
    ("GET", "/api/admin/projects"): Operation(
        "list_projects",
        _TAG,
        "account:read",
        "List projects",
        "Newest first.",
        Project,
        many=True,
        whole=True,
        keys=_KEYS,
    ),
    ("PUT", "/api/admin/projects/{id}"): Operation(
        "update_project",
        _TAG,
        "generation:write",
        "Change a project",
        "Its name, or what it does when an alias is taken. Its path stays.",
        Project,
        (*OF_BODY, "project_not_found", "route_not_found"),
        ("project_id",),
        body="update_project",
        keys=_KEYS,
    ),
}
