"""``tidegate live``: signed URLs of Banatie's surface, and the secret that signs them."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.account_commands import AccountId
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import facts, moment
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.errors import ProjectNotFound
from tidegate.domain.library.live import read_slug
from tidegate.domain.library.records import Project
from tidegate.domain.library.signed_urls import DEFAULT_LIFETIME_S, MAX_LIFETIME_S
from tidegate.surfaces.banatie.live_signing import query_of, read_live
from tidegate.usecases.accounts import get_account
from tidegate.usecases.library.live_signing import Signer
from tidegate.usecases.library.projects import first_project

group = typer.Typer(help="Live URLs: pictures of Banatie's surface for web pages.", no_args_is_help=True)

ProjectName = Annotated[str | None, typer.Option(help="Its id or path; else the account's first.")]


@command(group, "sign")
def sign(
    call: Invocation,
    account_id: AccountId,
    *,
    scope: Annotated[str, typer.Option(help="Where its pictures are counted.")],
    prompt: Annotated[str, typer.Option(help="What is to be seen.")],
    aspect_ratio: Annotated[str, typer.Option(help="Such as 16:9.")] = "1:1",
    template: Annotated[Template, typer.Option(help="How the prompt is rewritten.")] = Template.GENERAL,
    as_it_is: Annotated[bool, typer.Option("--as-it-is", help="Do not rewrite the prompt.")] = False,
    expires_in_s: Annotated[
        int, typer.Option(min=1, max=MAX_LIFETIME_S, help="For how many seconds it has a picture made.")
    ] = DEFAULT_LIFETIME_S,
    project: ProjectName = None,
) -> Answer:
    """Sign a URL for a page: whoever sees it has this one picture made, at most once, and shown."""
    runtime = call.runtime
    asked = read_live(
        {
            "prompt": prompt,
            "aspectRatio": aspect_ratio,
            "autoEnhance": not as_it_is,
            "template": template.value,
        }
    )
    until_s = runtime.now_ms() // 1000 + expires_in_s
    signer = _signer(call, account_id, project)
    url = signer.url(runtime.public_base_url, read_slug(scope), query_of(asked), until_s)
    shown = {"scope": scope, "project_id": signer.project_id, "expires_at": moment(until_s * 1000)}
    return Answer({"url": url, **shown}, facts(shown), lines=(url,))


@command(group, "renew-secret")
def renew_secret(call: Invocation, account_id: AccountId, *, project: ProjectName = None) -> Answer:
    """Put another secret in force at once: no URL that was signed before has a picture made any more."""
    signer = _signer(call, account_id, project)
    shown = {"project_id": signer.project_id, "signing_key_id": signer.renew()}
    return Answer(shown, facts(shown))


def _signer(call: Invocation, account_id: str, wanted: str | None) -> Signer:
    project = _project(call, account_id, wanted)
    return Signer(call.runtime.library, call.runtime.secrets, project.project_id, project.path)


def _project(call: Invocation, account_id: str, wanted: str | None) -> Project:
    runtime = call.runtime
    account = get_account(runtime.wallets, account_id)
    if wanted is None:
        return first_project(runtime.library, account, runtime.now_ms())
    for project in runtime.library.projects.of(account_id):
        if wanted in {project.project_id, project.path}:
            return project
    raise ProjectNotFound(f"Account {account_id} has no project {wanted}.")
