"""``tidegate ledger``: whether the books are right."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.console import Group

from cli.command import command
from cli.following import INTERVAL_S
from cli.invocation import Answer, Invocation
from cli.render import facts, listing
from tidegate.domain.mode import Mode
from tidegate.usecases.verify_ledger import Verification, verify_ledger

group = typer.Typer(help="The ledger: whether the books are right.", no_args_is_help=True)


@command(group, "verify")
def verify(
    call: Invocation,
    account_id: Annotated[str | None, typer.Argument(metavar="[ACCOUNT]", help="Else all accounts.")] = None,
    wait: Annotated[float, typer.Option(min=0, help="Seconds that the journal may be behind.")] = 30,
) -> Answer:
    """Recompute balances from journal, grants and generations. Exit code 1 names what differs."""
    runtime = call.runtime
    account_ids = [account_id] if account_id else runtime.wallets.account_ids()
    found = [
        verify_ledger(
            one,
            wallets=runtime.wallets,
            ledger=runtime.ledger,
            generations=runtime.generations,
            wait=_within(wait),
            now_ms=runtime.now_ms,
        )
        for one in account_ids
    ]
    differences = [entry for verification in found for entry in _differences(verification)]
    data = {**_counts(found, Mode.LIVE), **_counts(found, Mode.TEST, "test_"), "differences": differences}
    summary = facts({**data, "differences": len(differences)})
    if not differences:
        return Answer(data, summary)
    columns = ("account_id", "code", "subject", "message")
    table = listing(columns, [[entry[column] for column in columns] for entry in differences])
    return Answer(data, Group(summary, "", table), exit_code=1)


def _counts(found: Sequence[Verification], mode: Mode, prefix: str = "") -> dict[str, int]:
    counted = [verification for verification in found if verification.mode is mode]
    return {
        f"{prefix}accounts": len(counted),
        f"{prefix}movements": sum(verification.wallet.sequence for verification in counted),
        f"{prefix}generations": sum(verification.generations for verification in counted),
        f"{prefix}lapsed_generations": sum(verification.lapsed for verification in counted),
    }


def _differences(verification: Verification) -> list[dict[str, str]]:
    return [
        {
            "account_id": verification.account_id,
            "code": entry.code,
            "subject": entry.subject,
            "message": entry.message,
        }
        for entry in verification.differences
    ]


def _within(seconds: float) -> Callable[[Callable[[], bool]], None]:
    """Wait until something is true; after so many seconds go on anyway: the gap will be named."""

    def wait(is_true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not is_true() and time.monotonic() < deadline:
            time.sleep(INTERVAL_S)

    return wait
