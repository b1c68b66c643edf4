"""``tidegate catalog``: the file of models and prices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from cli import models_page
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from cli.render import facts, listing
from tidegate.domain.catalog import CATALOG_FILE, load_catalog, read_catalog
from tidegate.domain.catalog_rules import validate_catalog

group = typer.Typer(help="The catalogue of models and prices.", no_args_is_help=True)


@command(group, "check", has_target=False)
def check(
    call: Invocation,  # noqa: ARG001  every command gets one
    file: Annotated[Path | None, typer.Argument(help="Else the catalogue of this installation.")] = None,
    *,
    simulator: Annotated[
        bool, typer.Option("--simulator", help="Also name what the provider simulator lacks.")
    ] = False,
) -> Answer:
    """Check a catalogue file against every rule. Speaks to no deployment. Exit code 1 names what is wrong."""
    file = file or CATALOG_FILE
    raw = _read(file)
    problems = validate_catalog(raw)
    models = () if problems else read_catalog(raw).models
    if simulator:
        from local.simulator.coverage import uncovered  # noqa: PLC0415  other commands need no simulator

        problems += [gap for model in models for gap in uncovered(model)]
    providers = sorted({name for model in models for name in model.providers})
    data = {"file": str(file), "models": len(models), "providers": providers, "problems": problems}
    if problems:
        return Answer(
            data, listing((f"{len(problems)} problems in {file}",), [[p] for p in problems]), exit_code=1
        )
    rows = [(model.identifier, model.media_type, model.providers, model.retires_on) for model in models]
    table = listing(("model", "makes", "providers", "retires"), rows)
    return Answer(data, Group(facts({"file": file, "models": len(models), "problems": "none"}), "", table))


@command(group, "page", has_target=False)
def page(call: Invocation) -> Answer:  # noqa: ARG001  every command gets one
    """Write docs/models.md: every model with its price, providers and parameters. Speaks to no deployment."""
    first, *others = models_page.page(load_catalog())
    return Answer({"page": "\n".join([first, *others])}, Text(first), others)


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{file} cannot be read: {error}", code="unreadable") from error
