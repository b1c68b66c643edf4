"""``tidegate provider``: the keys that open the upstream providers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from cli.render import facts, listing
from tidegate.adapters.secrets import SecretChanged, SecretEditor
from tidegate.usecases.credentials import (
    API_KEY,
    WEBHOOK_SECRET,
    Credentials,
    fields_of,
    list_credentials,
    remove_credentials,
    set_credentials,
)

group = typer.Typer(help="Providers: the keys that open them.", no_args_is_help=True)

ProviderName = Annotated[str, typer.Argument(metavar="NAME", help="A provider, as `provider list` shows it.")]
_Done = TypeVar("_Done")


@command(group, "set-key")
def set_key(
    call: Invocation,
    provider: ProviderName,
    *,
    webhook_secret: Annotated[
        bool,
        typer.Option("--webhook-secret", help="Ask for the secret that verifies its callbacks, too."),
    ] = False,
) -> Answer:
    """Set a provider's key. It is asked for, or read from stdin: one line each, the key first."""
    wanted = (API_KEY, WEBHOOK_SECRET) if webhook_secret else (API_KEY,)
    if unknown := set(wanted) - set(fields_of(provider)):
        raise typer.BadParameter(f"{provider} has no {', '.join(sorted(unknown))}")
    secret = _secret(call)  # names the target before anything is asked for
    given = {name: _ask(f"{provider} {name}") for name in wanted}
    data = _data(_written(lambda: set_credentials(secret, provider, given)))
    call.note("Warm functions find a first key within a minute, a new one when the old is refused.")
    return Answer(data, facts(data))


@command(group, "list")
def list_(call: Invocation) -> Answer:
    """List the providers and whether each has a key."""
    providers = [_data(entry) for entry in list_credentials(_secret(call))]
    columns = ("provider", "configured", API_KEY, WEBHOOK_SECRET)
    return Answer(providers, listing(columns, [[entry[column] for column in columns] for entry in providers]))


@command(group, "remove")
def remove(call: Invocation, provider: ProviderName) -> Answer:
    """Forget a provider's key and webhook secret. Generations then go to the other providers."""
    fields_of(provider)
    secret = _secret(call)
    removed = _written(lambda: remove_credentials(secret, provider))
    if removed:
        call.note("Warm functions may use the key until they end: revoke it at the provider, too.")
    data: dict[str, object] = {"provider": provider, "configured": False, "removed": removed}
    return Answer(data, facts(data))


def _secret(call: Invocation) -> SecretEditor:
    return SecretEditor(call.runtime.client("secretsmanager"), call.runtime.setting("SECRET_ID"))


def _ask(what: str) -> str:
    """Read one line, unseen in a terminal. Arguments would be in the shell's history and in `ps`."""
    if _is_terminal():
        return str(typer.prompt(what, hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _written(change: Callable[[], _Done]) -> _Done:
    try:
        return change()
    except SecretChanged as error:
        raise Refused(
            f"{error}: look at `tidegate provider list`, then try again", code="changed_meanwhile"
        ) from error


def _data(credentials: Credentials) -> dict[str, object]:
    return {
        "provider": credentials.provider,
        "configured": credentials.is_configured,
        API_KEY: credentials.masked(API_KEY),
        WEBHOOK_SECRET: credentials.masked(WEBHOOK_SECRET),
    }
