"""The rule that picks the target from the options and the place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from cli.refusal import Refused
from cli.target import Target
from cli.target_aws import aws_target
from cli.target_local import find_stack_file, local_target


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that name a target."""

    profile: str | None = None
    region: str | None = None
    stage: str | None = None
    cell: str | None = None


def choose(choice: Choice, start: Path) -> Target:
    """Return the AWS cell when a profile is named, else the local stack of the project around ``start``.

    Raises:
        Refused: there is neither, or what was named cannot be used.
        typer.BadParameter: options of AWS without a profile.
    """
    if choice.profile:
        return aws_target(choice.profile, choice.region, choice.stage, choice.cell)
    if choice.region or choice.stage or choice.cell:
        raise typer.BadParameter("--region, --stage and --cell choose among AWS cells: add --profile")
    path = find_stack_file(start)
    if path is None:
        raise Refused(
            "no target: run `make up` and stand in the project for the local stack, or name an AWS profile "
            "with --profile",
            code="no_target",
        )
    return local_target(path)
