"""``python -m local up|down|status``: the embedded stack from the command line (``make up`` calls it)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from local.stack import Ports, Stack, StackError
from local.stack.progress import Shown, console_of

app = typer.Typer(help="The embedded stack on 127.0.0.1.", no_args_is_help=True, add_completion=False)
console = console_of()

Directory = Annotated[Path, typer.Option("--dir", help="Where state, logs and tidegate.json are kept.")]
Listen = Annotated[
    str,
    typer.Option(
        "--ports", help="auto, or some of emulator=,proxy=,simulator=,receiver=; else as last time."
    ),
]
HERE = Path(".local")


def stack_of(directory: Path, ports: str) -> Stack:
    """Return the stack that the options describe."""
    stack = Stack(directory)
    return Stack(directory, Ports.parse(ports, stack.ports)) if ports else stack


@app.command()
def up(directory: Directory = HERE, ports: Listen = "") -> None:
    """Start what is not running and deploy what changed. Doing it again is quick."""
    stack = stack_of(directory, ports)
    info = stack.up(Shown(console))
    where = Table.grid(padding=(0, 2))
    where.add_row("gateway", info.base_url)
    where.add_row("provider simulator", info.simulator_url)
    where.add_row("webhook receiver", info.receiver_url)
    where.add_row("AWS endpoint", info.aws_endpoint_url)
    where.add_row("keys, account, outputs", str(directory / "tidegate.json"))
    console.print(where)


@app.command()
def down(directory: Directory = HERE) -> None:
    """Stop everything and keep the state."""
    Stack(directory).down(Shown(console))


@app.command()
def status(directory: Directory = HERE) -> None:
    """Show what runs; exits with 1 when something does not."""
    found = Stack(directory).status()
    for name, pid in found.items():
        console.print(f"{name:<10} {'not running' if pid is None else f'pid {pid}'}")
    if None in found.values():
        raise typer.Exit(1)


def main() -> None:
    """Run a command; what the stack cannot do becomes one message and exit code 1."""
    try:
        app()
    except StackError as error:
        console_of(stderr=True).print(str(error), style="red", soft_wrap=True, markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
