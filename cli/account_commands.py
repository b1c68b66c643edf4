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
from tidegate.usecases.accounts import DEFAULT_TRIALS, check_trials, create_account, get_account, set_plan
from tidegate.usecases.sandboxes import find_sandbox, open_sandbox

group = typer.Typer(help="Accounts: who pays.", no_args_is_help=True)

TestMode = Annotated[
    bool, typer.Option("--test", help="For the account's test account, which is made if there is none.")
]
AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]


@command(group, "create")
def create(
    call: Invocation,
    name: Annotated[str, typer.Argument(help="What the account is called.")],
    email: Annotated[str | None, typer.Option(help="Whom to write to.")] = None,
    plan: Annotated[str, typer.Option(help=f"One of {', '.join(PLANS)}.")] = DEFAULT_PLAN,
    trials: Annotated[int, typer.Option(help="Free generations on the SharkApi surface.")] = DEFAULT_TRIALS,
) -> Answer:
    """Open an account with an empty wallet."""
    runtime = call.runtime
    account = create_account(
        runtime.wallets, name=name, email=email, plan=plan, trials=trials, now_ms=runtime.now_ms()
    )
    return _answer(account)


@command(group, "show")
def show(call: Invocation, account_id: AccountId) -> Answer:
    """Show one account with its wallet, and its test account if it has one."""
    wallets = call.runtime.wallets
    account = get_account(wallets, account_id)
    return _answer(account, find_sandbox(wallets, account))


@command(group, "set-plan")
def change_plan(
    call: Invocation,
    account_id: AccountId,
    plan: Annotated[str, typer.Argument(help=f"One of {', '.join(PLANS)}.")],
) -> Answer:
    """Put an account, its test account and all their keys on another plan. Repeat it if interrupted."""
    runtime = call.runtime
    account, changed = set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan=plan)
    data = {"account_id": account_id, "plan": account.plan, "keys_changed": changed}
    return Answer(data, facts(data))


@command(group, "set-trials")
def set_trials(
    call: Invocation,
    account_id: AccountId,
    trials: Annotated[int, typer.Argument(help="How many free generations are left.")],
) -> Answer:
    """Set how many free generations an account has on the SharkApi surface."""
    check_trials(trials)
    call.runtime.wallets.set_trials(account_id, trials)
    return _answer(get_account(call.runtime.wallets, account_id))


@command(group, "suspend")
def suspend(call: Invocation, account_id: AccountId) -> Answer:
    """Refuse an account's submits, on every surface. What is in flight ends as it would have."""
    call.runtime.wallets.suspend(account_id, call.runtime.now_ms())
    return _answer(get_account(call.runtime.wallets, account_id))


@command(group, "resume")
def resume(call: Invocation, account_id: AccountId) -> Answer:
    """Take a suspended account's submits again."""
    call.runtime.wallets.resume(account_id)
    return _answer(get_account(call.runtime.wallets, account_id))


@command(group, "list")
def list_(
    call: Invocation,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
) -> Answer:
    """List the accounts, test accounts among them."""
    wallets = call.runtime.wallets
    accounts = [get_account(wallets, account_id) for account_id in islice(wallets.account_ids(), limit)]
    columns = ("account", "mode", "name", "plan", "balance", "held", "created")
    rows = [
        (
            a.account_id,
            a.mode.value,
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
        "mode": account.mode.value,
        "sandbox_of": account.sandbox_of,
        "balance": dollars(account.wallet.balance),
        "held": dollars(account.wallet.held),
        "in_flight": account.wallet.in_flight,
        "generations": account.wallet.generations,
        "trials": account.wallet.trials,
        "suspended_at": moment(account.suspended_at_ms),
        "created_at": moment(account.created_at_ms),
    }


def chosen(call: Invocation, account_id: str, *, test: bool) -> str:
    """Return the id of the account that is meant: with ``--test``, of its test account, opened if need be.

    Raises:
        AccountNotFound: no such account.
    """
    runtime = call.runtime
    if not test:
        return get_account(runtime.wallets, account_id).account_id
    sandbox = open_sandbox(runtime.wallets, account_id, runtime.now_ms())
    call.note(f"test account {sandbox.account_id}")
    return sandbox.account_id


def _answer(account: Account, sandbox: Account | None = None) -> Answer:
    data = {
        **account_data(account),
        "test_account_id": sandbox.account_id if sandbox else None,
        "test_balance": dollars(sandbox.wallet.balance) if sandbox else None,
    }
    return Answer(data, facts(data))
