"""``tidegate generation``: what became of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import ConsoleRenderable
from rich.live import Live
from rich.text import Text

from cli.account_commands import AccountId
from cli.command import command
from cli.following import follow
from cli.generation_data import Snapshot, generation_data, snapshot_data, snapshot_line, snapshot_view
from cli.invocation import Answer, Invocation
from cli.render import dollars, listing, moment
from tidegate.domain.errors import GenerationNotFound
from tidegate.usecases.list_generations import list_generations

group = typer.Typer(help="Generations: what became of a request.", no_args_is_help=True)

GenerationId = Annotated[str, typer.Argument(metavar="GENERATION", help="The generation's id.")]
Account = Annotated[
    str | None,
    typer.Option(metavar="ACCOUNT", help="Whose it is; needed only before its first attempt began."),
]


@command(group, "show")
def show(call: Invocation, generation_id: GenerationId, account: Account = None) -> Answer:
    """Show a generation: attempts, price, settlement, outputs, timings."""
    return _answer(call, _read(call, generation_id, account))


@command(group, "watch")
def watch(
    call: Invocation,
    generation_id: GenerationId,
    account: Account = None,
    timeout: Annotated[float, typer.Option(min=0, help="Give up watching after this many seconds.")] = 1800,
) -> Answer:
    """Follow a generation until it ends. With --json: a line per change, the last one is the end."""
    with _progress(call) as tell:
        last = follow(
            lambda: _read(call, generation_id, account),
            lambda snapshot: snapshot.generation.status.is_terminal,
            tell,
            timeout_s=timeout,
            what=f"generation {generation_id}",
        )
    return _answer(call, last)


@command(group, "list")
def list_(
    call: Invocation,
    account_id: AccountId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many.")] = 20,
) -> Answer:
    """List an account's generations, newest first."""
    runtime = call.runtime
    generations = list_generations(
        runtime.wallets,
        runtime.listing,
        account_id=account_id,
        limit=limit,
        offset=0,
        now_ms=runtime.now_ms(),
    ).generations
    rows = [
        (
            g.generation_id,
            moment(g.created_at_ms),
            g.model,
            g.status,
            g.provider_used,
            dollars(g.price),
            g.error_code,
        )
        for g in generations
    ]
    columns = ("generation", "created", "model", "status", "provider", "price", "error")
    return Answer([generation_data(generation) for generation in generations], listing(columns, rows))


def _read(call: Invocation, generation_id: str, account_id: str | None) -> Snapshot:
    runtime = call.runtime
    attempts = runtime.generations.attempts.of(generation_id)
    owner = account_id or (attempts[0].account_id if attempts else call.target.account_id)
    generation = runtime.generations.get(owner, generation_id) if owner else None
    if generation is None or generation.has_lapsed(runtime.now_ms()):
        hint = "" if account_id else "; if it is brand-new, name its account with --account"
        raise GenerationNotFound(f"There is no generation {generation_id}{hint}.")
    removed = generation.is_removed(runtime.now_ms())
    urls = [] if removed else [runtime.output_url(output.key) for output in generation.outputs]
    return Snapshot(generation, attempts, urls)


@contextmanager
def _progress(call: Invocation) -> Iterator[Callable[[Snapshot], None]]:
    """Tell of changes as suits the reader: lines of JSON, a live table, or lines of text."""
    if call.as_json:
        yield lambda snapshot: _before_the_end(snapshot, lambda: call.emit(snapshot_data(snapshot)))
    elif call.out.is_terminal:
        shown: list[Snapshot] = []
        with Live(console=call.out, transient=True, get_renderable=lambda: _latest(call, shown)):
            yield shown.append
    else:
        yield lambda snapshot: call.out.print(snapshot_line(snapshot, call.runtime.now_ms()))


def _before_the_end(snapshot: Snapshot, tell: Callable[[], None]) -> None:
    if not snapshot.generation.status.is_terminal:  # the end is the command's own answer
        tell()


def _latest(call: Invocation, shown: list[Snapshot]) -> ConsoleRenderable:
    return snapshot_view(shown[-1], call.runtime.now_ms()) if shown else Text("…")


def _answer(call: Invocation, snapshot: Snapshot) -> Answer:
    view = snapshot_view(snapshot, call.runtime.now_ms())
    return Answer(snapshot_data(snapshot), view, lines=snapshot.output_urls)
