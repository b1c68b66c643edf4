"""``tidegate project`` and ``tidegate organization``: whose libraries the keys of Banatie's surface open."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from cli.account_commands import AccountId
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import facts, listing, moment
from tidegate.domain.library.errors import ProjectNotFound
from tidegate.domain.library.records import Organization, Project
from tidegate.usecases.accounts import get_account
from tidegate.usecases.library.projects import (
    change_project,
    create_organization,
    create_project,
    own_organization,
)

group = typer.Typer(help="Projects: libraries of Banatie's surface.", no_args_is_help=True)
organizations = typer.Typer(help="Organizations: what projects belong to.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="For people.")]
Slug = Annotated[str | None, typer.Option(help="For URLs, for ever; else made from the name.")]


@command(group, "create")
def create(
    call: Invocation,
    account_id: AccountId,
    *,
    name: Name,
    slug: Slug = None,
    organization: Annotated[
        str | None, typer.Option(help="Its id or slug; else the account's first.")
    ] = None,
) -> Answer:
    """Add a project to an organization of the account."""
    runtime, now_ms = call.runtime, call.runtime.now_ms()
    account = get_account(runtime.wallets, account_id)
    owner = own_organization(runtime.library, account, organization, now_ms)
    data = _project_data(create_project(runtime.library, owner, name=name, slug=slug, now_ms=now_ms))
    return Answer(data, facts(data))


@command(group, "list")
def list_(call: Invocation, account_id: AccountId) -> Answer:
    """List an account's projects, newest first."""
    get_account(call.runtime.wallets, account_id)
    projects = [_project_data(one) for one in call.runtime.library.projects.of(account_id)]
    columns = ("project_id", "path", "name", "alias_conflict", "created_at")
    return Answer(projects, listing(columns, [[one[column] for column in columns] for one in projects]))


@command(group, "set")
def set_(
    call: Invocation,
    account_id: AccountId,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Its id or path.")],
    *,
    name: Annotated[str | None, typer.Option(help="Another name; the path stays.")] = None,
    alias_conflict: Annotated[
        Literal["reject", "move"] | None, typer.Option(help="What happens when an alias is taken.")
    ] = None,
) -> Answer:
    """Change what is given."""
    library = call.runtime.library
    project_id = chosen_project(call, account_id, project).project_id
    changed = change_project(library, account_id, project_id, name=name, alias_conflict=alias_conflict)
    data = _project_data(changed)
    return Answer(data, facts(data))


@command(organizations, "create")
def create_organization_(call: Invocation, account_id: AccountId, *, name: Name, slug: Slug = None) -> Answer:
    """Found an organization of the account."""
    runtime = call.runtime
    get_account(runtime.wallets, account_id)
    made = create_organization(runtime.library, account_id, name=name, slug=slug, now_ms=runtime.now_ms())
    data = _organization_data(made)
    return Answer(data, facts(data))


@command(organizations, "list")
def list_organizations(call: Invocation, account_id: AccountId) -> Answer:
    """List an account's organizations, newest first."""
    get_account(call.runtime.wallets, account_id)
    found = [_organization_data(one) for one in call.runtime.library.projects.organizations(account_id)]
    columns = ("organization_id", "slug", "name", "created_at")
    return Answer(found, listing(columns, [[one[column] for column in columns] for one in found]))


def chosen_project(call: Invocation, account_id: str, wanted: str) -> Project:
    """Return the account's project with this id or path (``organization/project``).

    Raises:
        ProjectNotFound: there is none.
    """
    for project in call.runtime.library.projects.of(account_id):
        if wanted in {project.project_id, project.path}:
            return project
    raise ProjectNotFound(f"Account {account_id} has no project {wanted}.")


def _project_data(project: Project) -> dict[str, object]:
    return {
        "project_id": project.project_id,
        "account_id": project.account_id,
        "organization_id": project.organization_id,
        "path": project.path,
        "name": project.name,
        "alias_conflict": project.alias_conflict,
        "created_at": moment(project.created_at_ms),
    }


def _organization_data(organization: Organization) -> dict[str, object]:
    return {
        "organization_id": organization.organization_id,
        "account_id": organization.account_id,
        "slug": organization.slug,
        "name": organization.name,
        "created_at": moment(organization.created_at_ms),
    }
