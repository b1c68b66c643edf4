"""``tidegate config``: what the other commands would speak to."""

from __future__ import annotations

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import facts

group = typer.Typer(help="The target of the other commands.", no_args_is_help=True)


@command(group, "show")
def show(call: Invocation) -> Answer:
    """Show the target and the names of its resources; changes nothing."""
    target = call.target
    names = {name.removeprefix("TIDEGATE_").lower(): value for name, value in sorted(target.env.items())}
    data = {"target": target.label, "is_local": target.is_local, **names}
    return Answer(data, facts(data))
