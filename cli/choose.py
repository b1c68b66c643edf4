"""The rule that picks the target from the options and the place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from cli.refusal import Refused
from cli.target import Target
from cli.target_aws import aws_target
from cli.target_local import STACK_FILE, find_stack_file, local_target


@dataclass(frozen=True, slots=True)
class Choice:
    """The options that name a target."""

    profile: str | None = None
    region: str | None = None
    stage: str | None = None
    cell: str | None = None
    stack: Path | None = None  # the folder of an embedded stack


def choose(choice: Choice, start: Path) -> Target:
    """Return the AWS cell when a profile is named, else the local stack that is named or around ``start``.

    Raises:
        Refused: there is neither, or what was named cannot be used.
        typer.BadParameter: options of AWS without a profile, or a profile and a local stack.
    """
    if choice.profile and choice.stack:
        raise typer.BadParameter("--profile means AWS and --stack a stack of this machine: give one of them")
    if choice.profile:
        return aws_target(choice.profile, choice.region, choice.stage, choice.cell)
    if choice.region or choice.stage or choice.cell:
        raise typer.BadParameter("--region, --stage and --cell choose among AWS cells: add --profile")
    path = choice.stack / STACK_FILE.name if choice.stack else find_stack_file(start)
    if path is None:
        raise Refused(
            "no target: run `make up` and stand in the project for the local stack, or name an AWS profile "
            "with --profile",
            code="no_target",
        )
    return local_target(path)
