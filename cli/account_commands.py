"""``tidegate account``: who pays."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import dollars, facts, listing, moment
from tidegate.domain.account import Account
from tidegate.domain.limits import DEFAULT_PLAN, PLANS
from tidegate.usecases.accounts import create_account, get_account, set_plan

group = typer.Typer(help="Accounts: who pays.", no_args_is_help=True)

AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]


@command(group, "create")
def create(
    call: Invocation,
    name: Annotated[str, typer.Argument(help="What the account is called.")],
    email: Annotated[str | None, typer.Option(help="Whom to write to.")] = None,
    plan: Annotated[str, typer.Option(help=f"One of {', '.join(PLANS)}.")] = DEFAULT_PLAN,
) -> Answer:
    """Open an account with an empty wallet."""
    now_ms = call.runtime.now_ms()
    return _answer(create_account(call.runtime.wallets, name=name, email=email, plan=plan, now_ms=now_ms))


@command(group, "show")
def show(call: Invocation, account_id: AccountId) -> Answer:
    """Show one account with its wallet."""
    return _answer(get_account(call.runtime.wallets, account_id))


@command(group, "set-plan")
def change_plan(
    call: Invocation,
    account_id: AccountId,
    plan: Annotated[str, typer.Argument(help=f"One of {', '.join(PLANS)}.")],
) -> Answer:
    """Put an account and all its keys on another plan. Repeat it if it was interrupted."""
    runtime = call.runtime
    account, changed = set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan=plan)
    data = {"account_id": account_id, "plan": account.plan, "keys_changed": changed}
    return Answer(data, facts(data))


@command(group, "list")
def list_(
    call: Invocation,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
) -> Answer:
    """List the accounts."""
    wallets = call.runtime.wallets
    accounts = [get_account(wallets, account_id) for account_id in islice(wallets.account_ids(), limit)]
    columns = ("account", "name", "plan", "balance", "held", "created")
    rows = [
        (
            a.account_id,
            a.name,
            a.plan,
            dollars(a.wallet.balance),
            dollars(a.wallet.held),
            moment(a.created_at_ms),
        )
        for a in accounts
    ]
    return Answer([account_data(account) for account in accounts], listing(columns, rows))


def account_data(account: Account) -> dict[str, object]:
    """Write an account for scripts. Amounts are exact dollars as text."""
    return {
        "account_id": account.account_id,
        "name": account.name,
        "email": account.email,
        "plan": account.plan,
        "balance": dollars(account.wallet.balance),
        "held": dollars(account.wallet.held),
        "in_flight": account.wallet.in_flight,
        "generations": account.wallet.generations,
        "created_at": moment(account.created_at_ms),
    }


def _answer(account: Account) -> Answer:
    data = account_data(account)
    return Answer(data, facts(data))
