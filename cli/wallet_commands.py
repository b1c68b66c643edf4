"""``tidegate wallet``: the prepaid money."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer
from rich.console import Group

from cli.account_commands import AccountId, account_data
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import dollars, facts, listing, moment
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement
from tidegate.usecases.accounts import get_account, grant
from tidegate.usecases.alerts import set_thresholds

group = typer.Typer(help="Wallets: prepaid dollars.", no_args_is_help=True)

_AMOUNT: Final = re.compile(
    r"[0-9]{1,9}(\.[0-9]{1,12})?"
)  # one way to write it; how fine is Money's own rule


def read_amount(text: str) -> Money:
    """Read dollars as an operator types them.

    Raises:
        typer.BadParameter: not a plain decimal, or finer than a micro-dollar.
    """
    if not _AMOUNT.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is not an amount of dollars such as 10.00")
    try:
        return Money.of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@command(group, "add")
def add(
    call: Invocation,
    account_id: AccountId,
    amount: Annotated[
        Money, typer.Argument(parser=read_amount, metavar="DOLLARS", help="Exact, such as 10.00.")
    ],
    reference: Annotated[str, typer.Option(help="Why, such as invoice:123. One reference adds once.")],
) -> Answer:
    """Add credits, once per reference: repeating the command is safe."""
    account, added = grant(
        call.runtime.wallets,
        account_id=account_id,
        amount=amount,
        reference=reference,
        now_ms=call.runtime.now_ms(),
    )
    if not added:
        call.note(f"Nothing was added: {reference} was granted to this account before.")
    data = {
        "account_id": account_id,
        "added": dollars(amount) if added else "0.00",
        "reference": reference,
        "already_granted": not added,
        "balance": dollars(account.wallet.balance),
        "held": dollars(account.wallet.held),
    }
    return Answer(data, facts(data))


@command(group, "show")
def show(
    call: Invocation,
    account_id: AccountId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Newest movements to show.")] = 20,
) -> Answer:
    """Show balance, held money and the newest movements."""
    account = account_data(get_account(call.runtime.wallets, account_id))
    data = {name: account[name] for name in ("account_id", "name", "balance", "held", "in_flight")}
    movements = [_movement_data(entry) for entry in call.runtime.wallets.journal(account_id, limit)]
    columns = ("sequence", "at", "kind", "amount", "balance", "held", "reference")
    table = listing(columns, [[entry[column] for column in columns] for entry in movements])
    return Answer({**data, "movements": movements}, Group(facts(data), "", table))


@command(group, "alerts")
def alerts(
    call: Invocation,
    account_id: AccountId,
    *,
    threshold: Annotated[
        list[Money] | None,
        typer.Option(parser=read_amount, metavar="DOLLARS", help="Tell below this balance; repeatable."),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Tell nothing.")] = False,
) -> Answer:
    """Show at which balances the event credits.low_balance is sent, or set them."""
    if threshold and none:
        raise typer.BadParameter("choose either --threshold or --none")
    table = call.runtime.alerts
    if threshold or none:
        found = set_thresholds(table, account_id=account_id, amounts=threshold or ())
    else:
        found = table.get(account_id)
    data = [{"threshold": dollars(alert.threshold), "armed": alert.armed} for alert in found]
    return Answer(data, listing(("threshold", "armed"), [(row["threshold"], row["armed"]) for row in data]))


def _movement_data(entry: Movement) -> dict[str, object]:
    return {
        "sequence": entry.sequence,
        "at": moment(entry.at_ms),
        "kind": entry.kind.value,
        "amount": dollars(entry.amount),
        "balance": dollars(entry.balance),
        "held": dollars(entry.held),
        "reference": entry.reference,
    }
