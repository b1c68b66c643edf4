"""``tidegate provider``: the keys that open the upstream providers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from cli.render import facts, listing
from tidegate.adapters.payments.credentials import PAYMENTS
from tidegate.adapters.payments.protocol import PaymentsNotConfigured
from tidegate.adapters.providers.credentials import BEDROCK, WEBHOOK_AUDIENCE, WEBHOOK_SECRET, Field
from tidegate.adapters.providers.protocol import KeyTest
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.adapters.secrets import SecretChanged, SecretEditor
from tidegate.domain.overrides import Out
from tidegate.usecases.credentials import (
    Credentials,
    fields_of,
    list_credentials,
    remove_credentials,
    set_credentials,
)
from tidegate.usecases.override_routing import disable_provider, enable_provider, note_keys

group = typer.Typer(help="Providers: the keys that open them.", no_args_is_help=True)

ProviderName = Annotated[str, typer.Argument(metavar="NAME", help="A provider, as `provider list` shows it.")]
NO_KEY = "{0} has no key: `tidegate provider set-key {0}`"
ON_OWN_PERMISSIONS = "runs on the deployment's own permissions"
TAKES_NO_KEY = f"bedrock takes no key: it {ON_OWN_PERMISSIONS}"
NOT_ENABLED = "bedrock is not enabled here: deploy with the setting bedrock=true"
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
    webhook_audience: Annotated[
        str | None,
        typer.Option(help="Google: whom it signs callbacks for, where that is not this deployment's URL."),
    ] = None,
) -> Answer:
    """Set a provider's credentials. They are asked for, or read from stdin: one line each, in that order."""
    fields = _fields_of(provider)
    if webhook_secret and WEBHOOK_SECRET not in {field.name for field in fields}:
        raise typer.BadParameter(f"{provider} has no {WEBHOOK_SECRET}")
    if webhook_audience is not None and WEBHOOK_AUDIENCE not in {field.name for field in fields}:
        raise typer.BadParameter(f"{provider} has no {WEBHOOK_AUDIENCE}")
    secret = _secret(call)  # names the target before anything is asked for
    wanted = [field for field in fields if field.required or webhook_secret]
    given = {field.name: _ask(f"{provider} {field.name}", unseen=field.secret) for field in wanted}
    if webhook_audience is not None:
        given[WEBHOOK_AUDIENCE] = webhook_audience
    data = _data(_written(lambda: set_credentials(secret, provider, given)))
    note_keys(call.runtime.overrides, secret)
    call.note("Warm functions find a first key within a minute, a new one when the old is refused.")
    return Answer(data, facts({**data, "credentials": _in_words(data["credentials"])}))


@command(group, "list")
def list_(call: Invocation) -> Answer:
    """List the providers: who has a key, and who is disabled. Routing learns of new keys."""
    secret = _secret(call)
    disabled = call.runtime.overrides.get().disabled
    providers = [*map(_data, list_credentials(secret)), _bedrock(call)]
    providers = [{**entry, "enabled": entry["provider"] not in disabled} for entry in providers]
    if note_keys(call.runtime.overrides, secret):
        call.note("Routing did not know of these keys, and does now.")
    rows = [
        [entry["provider"], entry["configured"], entry["enabled"], _in_words(entry["credentials"])]
        for entry in providers
    ]
    return Answer(providers, listing(("provider", "configured", "enabled", "credentials"), rows))


@command(group, "test")
def test(call: Invocation, provider: ProviderName) -> Answer:
    """Show a provider the stored key, without making anything; exits with 1 unless it is accepted."""
    if provider != BEDROCK:
        fields_of(provider)
    runtime = call.runtime
    if call.target.is_local and provider not in json.loads(runtime.setting("PROVIDER_BASE_URLS", "{}")):
        raise Refused("the stack file does not say where the simulator is: run `make up` to write it anew")
    try:
        result = (runtime.payments if provider in PAYMENTS else runtime.providers.get(provider)).try_key()
    except (PaymentsNotConfigured, ProviderNotConfigured) as error:
        raise Refused(NOT_ENABLED if provider == BEDROCK else NO_KEY.format(provider)) from error
    if provider == BEDROCK:
        call.note("Asked with your own AWS permissions; the worker has those that the deployment gave it.")
    data: dict[str, object] = {"provider": provider, "key": result.value}
    return Answer(data, facts(data), exit_code=0 if result is KeyTest.ACCEPTED else 1)


@command(group, "remove")
def remove(call: Invocation, provider: ProviderName) -> Answer:
    """Forget a provider's credentials. Generations then go to the other providers."""
    _fields_of(provider)
    secret = _secret(call)
    removed = _written(lambda: remove_credentials(secret, provider))
    note_keys(call.runtime.overrides, secret)
    if removed:
        call.note("Warm functions may use the key until they end: revoke it at the provider, too.")
    data: dict[str, object] = {"provider": provider, "configured": False, "removed": removed}
    return Answer(data, facts(data))


@command(group, "disable")
def disable(call: Invocation, provider: ProviderName) -> Answer:
    """Send nothing to a provider any more. What it works on still ends."""
    overrides = disable_provider(call.runtime.overrides, provider, _known(call))
    return _switched(call, provider, enabled=provider not in overrides.disabled)


@command(group, "enable")
def enable(call: Invocation, provider: ProviderName) -> Answer:
    """Send jobs to a provider again."""
    overrides = enable_provider(call.runtime.overrides, provider, _known(call))
    return _switched(call, provider, enabled=provider not in overrides.disabled)


def _known(call: Invocation) -> set[str]:
    return {route.provider for model in call.runtime.catalog.models for route in model.routes}


def _switched(call: Invocation, provider: str, *, enabled: bool) -> Answer:
    call.note("Warm functions follow within half a minute.")
    data: dict[str, object] = {"provider": provider, "enabled": enabled}
    return Answer(data, facts(data))


def _secret(call: Invocation) -> SecretEditor:
    return SecretEditor(call.runtime.client("secretsmanager"), call.runtime.setting("SECRET_ID"))


def _ask(what: str, *, unseen: bool) -> str:
    """Read one line, unseen in a terminal. Arguments would be in the shell's history and in `ps`."""
    if _is_terminal():
        return str(typer.prompt(what, hide_input=unseen, err=True)).strip()
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


def _fields_of(provider: str) -> tuple[Field, ...]:
    """Return what is asked for, unless the provider is the one that has no key."""
    if provider == BEDROCK:
        raise Refused(TAKES_NO_KEY)
    return fields_of(provider)


def _bedrock(call: Invocation) -> dict[str, object]:
    """Tell of the provider that has no key: whether the deployment lets it run."""
    runs = call.runtime.steering.why_out(BEDROCK) is not Out.NOT_ENABLED
    return {"provider": BEDROCK, "configured": runs, "credentials": {}}


def _data(credentials: Credentials) -> dict[str, object]:
    return {
        "provider": credentials.provider,
        "configured": credentials.is_configured,
        "credentials": credentials.shown,
    }


def _in_words(shown: object) -> str:
    if shown == {}:
        return f"none: {ON_OWN_PERMISSIONS}"
    fields = shown if isinstance(shown, dict) else {}
    return ", ".join(f"{name} {value}" for name, value in fields.items() if value)
