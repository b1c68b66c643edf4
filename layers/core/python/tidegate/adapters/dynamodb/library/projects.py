"""Organizations and projects, under the account that owns them; their slugs are items of their own.

A slug is taken by a conditional write, so that two can never have the same, and a path of two slugs is one
read away from its project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.dynamodb import transaction
from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.rows import Rows
from tidegate.domain.library.records import Organization, Project

_FIRST: Final = "first project"
_REMEMBERED: Final = 1_000  # paths, in one process


class ProjectTable:
    """Projects and their organizations."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._found: dict[tuple[str, str], tuple[str, str]] = {}

    def create(self, project: Project, organization: Organization | None = None) -> bool:
        """Store a project, with its organization if that is new; False when one of the slugs is taken.

        Raises:
            transaction.StillInConflict: try again later.
        """
        return self._write(self._actions(project, organization))

    def create_first(self, project: Project, organization: Organization) -> bool:
        """Store an account's first project; False when a slug is taken or the account has one.

        Raises:
            transaction.StillInConflict: try again later.
        """
        first = {
            "pk": _account(project.account_id),
            "sk": _FIRST,
            "entity": "first_project",
            "project_id": project.project_id,
        }
        return self._write([*self._actions(project, organization), self._rows.put(first)])

    def found(self, organization: Organization) -> bool:
        """Store an organization without projects; False when its slug is taken.

        Raises:
            transaction.StillInConflict: try again later.
        """
        return self._write(self._founding(organization))

    def get(self, account_id: str, project_id: str) -> Project | None:
        """Read a project of this account."""
        values = self._rows.get(_account(account_id), f"project#{project_id}")
        return _project(values) if values else None

    def first(self, account_id: str) -> Project | None:
        """Read the account's first project."""
        values = self._rows.get(_account(account_id), _FIRST)
        return self.get(account_id, values["project_id"]) if values else None

    def organizations(self, account_id: str) -> list[Organization]:
        """All organizations of an account, newest first."""
        return [_organization(values) for values in self._rows.each(_account(account_id), "organization#")]

    def of(self, account_id: str) -> list[Project]:
        """All projects of an account, newest first."""
        return [_project(values) for values in self._rows.each(_account(account_id), "project#")]

    def find(self, organization_slug: str, slug: str) -> tuple[str, str] | None:
        """Return the account and the id of the project with these slugs; None if there is none.

        A path means the same project for ever, so that what was found once is not read again.
        """
        path = (organization_slug, slug)
        if path not in self._found:
            values = self._rows.get(_slug(organization_slug), f"project#{slug}")
            if values is None:
                return None
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[path] = (values["account_id"], values["project_id"])
        return self._found[path]

    def find_organization(self, slug: str) -> tuple[str, str] | None:
        """Return the account and the id of the organization with this slug; None if there is none."""
        values = self._rows.get(_slug(slug), "organization")
        return (values["account_id"], values["organization_id"]) if values else None

    def change(self, account_id: str, project_id: str, settings: Mapping[str, object]) -> bool:
        """Set attributes of a project; False when there is no such project."""
        return self._rows.run(self._rows.change(_account(account_id), f"project#{project_id}", sets=settings))

    def _actions(self, project: Project, organization: Organization | None) -> list[Item]:
        owner = {"account_id": project.account_id}
        slugs = _slug(project.organization_slug)
        taken = {"pk": slugs, "sk": f"project#{project.slug}", "entity": "slug"}
        actions = [
            self._rows.put({**taken, **owner, "project_id": project.project_id}),
            self._rows.put(_project_values(project)),
        ]
        return actions + (self._founding(organization) if organization else [])

    def _founding(self, organization: Organization) -> list[Item]:
        named = {"pk": _slug(organization.slug), "sk": "organization", "entity": "slug"}
        owner = {"account_id": organization.account_id, "organization_id": organization.organization_id}
        return [self._rows.put({**named, **owner}), self._rows.put(_organization_values(organization))]

    def _write(self, actions: list[Item]) -> bool:
        try:
            transaction.write(self._rows.client, actions)
        except transaction.ConditionsFailed:
            return False
        return True


def _account(account_id: str) -> str:
    return f"account#{account_id}"


def _slug(organization_slug: str) -> str:
    return f"slug#{organization_slug}"


def _project_values(project: Project) -> dict[str, object]:
    return {
        "pk": _account(project.account_id),
        "sk": f"project#{project.project_id}",
        "entity": "project",
        **{name: getattr(project, name) for name in _PROJECT},
    }


_PROJECT: Final = (
    "project_id",
    "organization_id",
    "account_id",
    "organization_slug",
    "name",
    "slug",
    "created_at_ms",
    "alias_conflict",
)


def _project(values: Mapping[str, Any]) -> Project:
    return Project(**{name: values[name] for name in _PROJECT})


def _organization_values(organization: Organization) -> dict[str, object]:
    return {
        "pk": _account(organization.account_id),
        "sk": f"organization#{organization.organization_id}",
        "entity": "organization",
        **{name: getattr(organization, name) for name in _ORGANIZATION},
    }


_ORGANIZATION: Final = ("organization_id", "account_id", "name", "slug", "created_at_ms", "email")


def _organization(values: Mapping[str, Any]) -> Organization:
    optional: Mapping[str, Any] = {name: values.get(name) for name in _ORGANIZATION}
    return Organization(**optional)
