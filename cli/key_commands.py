"""``tidegate key``: what lets a client in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from cli.account_commands import AccountId, TestMode, chosen
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.project_commands import chosen_project
from cli.render import facts, listing, moment
from tidegate.domain.keys import (
    DEFAULT_GRACE_H,
    MAX_GRACE_H,
    PRESETS,
    SCOPES,
    TEST_SURFACES,
    Key,
    KeyState,
    Surface,
)
from tidegate.domain.library.records import Project
from tidegate.usecases.accounts import create_key, get_account, revoke_key, set_allowlist
from tidegate.usecases.library.bootstrap import open_bootstrap
from tidegate.usecases.library.project_keys import DAY_MS, DEFAULT_DAYS, MAX_DAYS
from tidegate.usecases.library.projects import first_project
from tidegate.usecases.rotate_key import rotate_key

group = typer.Typer(help="API keys: what lets a client in.", no_args_is_help=True)

KeyId = Annotated[str, typer.Argument(metavar="KEY", help="The key's id, as `key list` shows it.")]
PresetName = Literal["full_access", "generate_only", "read_only", "monitor_only"]


@command(group, "create")
def create(
    call: Invocation,
    account_id: AccountId,
    *,
    surface: Annotated[Surface, typer.Option(help="The wire protocol that the key speaks.")],
    preset: Annotated[PresetName | None, typer.Option(help="A named set of scopes.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help=f"Any of {', '.join(SCOPES)}; repeatable.")] = None,
    name: Annotated[str | None, typer.Option(help="Else the preset's name.")] = None,
    expires_in_days: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_DAYS, help="Else it never expires, and a project's key after 90 days."),
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option(help="Works from this IP address or network only; repeatable.")
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(help="Of Banatie's surface: the project's id or path; else the account's first."),
    ] = None,
    master: Annotated[
        bool, typer.Option("--master", help="Of Banatie's surface: for its admin paths, without a project.")
    ] = False,
    test: TestMode = False,
) -> Answer:
    """Mint a key and print it, this one time. A test key costs nothing and reaches no provider.

    A key of Banatie's surface opens a project: the account's first one is made with it.
    """
    if (master or project) and surface is not Surface.BANATIE:
        raise typer.BadParameter("only Banatie's surface has projects", param_hint="--surface")
    if master and project:
        raise typer.BadParameter("a master key has no project", param_hint="--master")
    if test and surface not in TEST_SURFACES:
        offered = ", ".join(TEST_SURFACES)
        raise typer.BadParameter(f"test keys are of {offered} only", param_hint="--test")
    scopes = _scopes(preset, scope)
    account_id = chosen(call, account_id, test=test)
    now_ms = call.runtime.now_ms()
    opens_project = surface is Surface.BANATIE and not master
    days = expires_in_days or (DEFAULT_DAYS if opens_project else None)
    text, key = create_key(
        call.runtime.keys,
        call.runtime.wallets,
        account_id=account_id,
        surface=surface,
        scopes=scopes,
        name=name if name is not None else preset or "custom",
        now_ms=now_ms,
        expires_at_ms=now_ms + days * DAY_MS if days else None,
        allowlist=address or (),
        project=_project(call, account_id, project, now_ms) if opens_project else None,
    )
    shown = key_data(key, now_ms)
    call.note("The key is shown this once: store it now.")
    return Answer({"key": text, **shown}, facts(shown), lines=(text,))


@command(group, "bootstrap")
def bootstrap(
    call: Invocation,
    account_id: AccountId,
    *,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it stays open.")] = 60,
) -> Answer:
    """Let the account's first master key be asked for over the network, once, by whoever has the secret.

    POST /api/bootstrap/initial-key with the header X-Bootstrap-Secret. Unopened, it answers 403 to everybody.
    """
    runtime = call.runtime
    secret = open_bootstrap(runtime, account_id, minutes=minutes, now_ms=runtime.now_ms())
    shown = {"account_id": account_id, "minutes": minutes}
    call.note("The secret is shown this once.")
    return Answer({"secret": secret, **shown}, facts(shown), lines=(secret,))


@command(group, "list")
def list_(call: Invocation, account_id: AccountId) -> Answer:
    """List an account's keys, oldest first."""
    now_ms = call.runtime.now_ms()
    get_account(call.runtime.wallets, account_id)  # an unknown account is not an account without keys
    keys = [key_data(key, now_ms) for key in call.runtime.keys.list(account_id)]
    columns = ("key_id", "name", "surface", "mode", "prefix", "scopes", "state", "expires_at", "last_used_at")
    return Answer(keys, listing(columns, [[key[column] for column in columns] for key in keys]))


@command(group, "revoke")
def revoke(
    call: Invocation,
    account_id: AccountId,
    key_id: KeyId,
) -> Answer:
    """Stop a key at once. A revoked key stays revoked."""
    key = revoke_key(call.runtime.keys, account_id=account_id, key_id=key_id)
    already = key.state is KeyState.REVOKED
    data = {
        "key_id": key.key_id,
        "name": key.name,
        "state": KeyState.REVOKED.value,
        "already_revoked": already,
    }
    return Answer(data, facts(data))


@command(group, "rotate")
def rotate(
    call: Invocation,
    account_id: AccountId,
    key_id: KeyId,
    grace_hours: Annotated[
        int, typer.Option(min=1, max=MAX_GRACE_H, help="How long the old key still works.")
    ] = DEFAULT_GRACE_H,
) -> Answer:
    """Replace a key and print the new one, this one time. The old one works on for a while."""
    runtime, now_ms = call.runtime, call.runtime.now_ms()
    rotation = rotate_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        key_id=key_id,
        grace_h=grace_hours,
        now_ms=now_ms,
    )
    old = {"rotated_from": rotation.old.key_id, "rotated_ends_at": moment(rotation.old.expires_at_ms)}
    shown = {**key_data(rotation.new, now_ms), **old}
    call.note("The key is shown this once: store it now.")
    return Answer({"key": rotation.text, **shown}, facts(shown), lines=(rotation.text,))


@command(group, "allow")
def allow(
    call: Invocation,
    account_id: AccountId,
    key_id: KeyId,
    *,
    address: Annotated[
        list[str] | None, typer.Option(help="An IP address or network; repeatable, replaces the list.")
    ] = None,
    anywhere: Annotated[bool, typer.Option("--anywhere", help="From every address.")] = False,
) -> Answer:
    """Say from which addresses a key works. It holds from the next request on."""
    if anywhere == bool(address):
        raise typer.BadParameter("choose the addresses: either one or more --address or --anywhere")
    key = set_allowlist(call.runtime.keys, account_id=account_id, key_id=key_id, entries=address or ())
    data = {"key_id": key.key_id, "name": key.name, "allowlist": list(key.allowlist)}
    return Answer(data, facts(data))


def key_data(key: Key, now_ms: int) -> dict[str, object]:
    """Write a key for scripts, without anything that could be used as one."""
    return {
        "key_id": key.key_id,
        "account_id": key.account_id,
        "name": key.name,
        "surface": key.surface.value,
        "mode": key.mode.value,
        "project_id": key.project_id,
        "prefix": f"{key.prefix}…",
        "scopes": list(key.scopes),
        "allowlist": list(key.allowlist),
        "state": "expired" if key.has_expired(now_ms) else key.state.value,
        "created_at": moment(key.created_at_ms),
        "expires_at": moment(key.expires_at_ms),
        "last_used_at": moment(key.last_used_at_ms),
    }


def _project(call: Invocation, account_id: str, wanted: str | None, now_ms: int) -> Project:
    if wanted is not None:
        return chosen_project(call, account_id, wanted)
    runtime = call.runtime
    return first_project(runtime.library, get_account(runtime.wallets, account_id), now_ms)


def _scopes(preset: str | None, scopes: Sequence[str] | None) -> Sequence[str]:
    if (preset is None) == (not scopes):
        raise typer.BadParameter("choose the scopes: either --preset or one or more --scope")
    return PRESETS[preset] if preset is not None else scopes or ()
