"""A cell on AWS, found by the tags of its stacks and read from their outputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import ProfileNotFound
from botocore.session import Session

from cli.refusal import Refused
from cli.target import Target, environment


@dataclass(slots=True)
class Cell:
    """One deployed cell: what the outputs of its stacks say together."""

    stage: str
    name: str
    account: str
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Stage and cell as the operator names them."""
        return f"{self.stage}/{self.name}"


def aws_target(profile: str, region: str | None, stage: str | None, cell: str | None) -> Target:
    """Find the one cell that the options describe.

    Raises:
        Refused: no such profile, no region, no such cell, or more than one.
    """
    session = _session(profile, region)
    where = str(session.get_config_variable("region"))
    cells = [found for found in _cells(_stacks(session)) if _matches(found, stage, cell)]
    chosen = _only(cells, f"profile {profile}, {where}")
    label = f"AWS account {chosen.account} (profile {profile}), {where}, {chosen.label}"
    env = {
        **environment(chosen.outputs, label),
        "TIDEGATE_STAGE": chosen.stage,
        "TIDEGATE_REGION_LABEL": chosen.name,
    }
    return Target(label, env, session, is_local=False)


def _session(profile: str, region: str | None) -> Session:
    redirected = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    if redirected:
        raise Refused(
            f"{', '.join(redirected)} would send AWS requests elsewhere: unset it", code="redirected"
        )
    session = Session(profile=profile)
    try:
        session.get_scoped_config()
    except ProfileNotFound as error:
        raise Refused(f"no AWS profile {profile!r}: `aws configure list-profiles` shows yours") from error
    if region:
        session.set_config_variable("region", region)
    if not session.get_config_variable("region"):
        raise Refused(f"profile {profile} has no region: name one with --region")
    return session


def _stacks(session: Session) -> Iterator[Mapping[str, Any]]:
    config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=5, read_timeout=10)
    client = session.create_client("cloudformation", config=config)
    for page in client.get_paginator("describe_stacks").paginate():
        yield from page["Stacks"]


def _cells(stacks: Iterable[Mapping[str, Any]]) -> list[Cell]:
    cells: dict[tuple[str, str], Cell] = {}
    for stack in stacks:
        tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
        stage, name = tags.get("tidegate:stage"), tags.get("tidegate:cell")
        if stage is None or name is None:
            continue
        account = stack["StackId"].split(":")[4]  # arn:aws:cloudformation:<region>:<account>:stack/…
        cell = cells.setdefault((stage, name), Cell(stage, name, account))
        cell.outputs |= {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", ())}
    return sorted(cells.values(), key=lambda cell: cell.label)


def _matches(cell: Cell, stage: str | None, name: str | None) -> bool:
    wanted_stage, wanted_name = stage or cell.stage, name or cell.name
    return (cell.stage.lower(), cell.name.lower()) == (wanted_stage.lower(), wanted_name.lower())


def _only(cells: list[Cell], where: str) -> Cell:
    if not cells:
        raise Refused(
            f"no such Tidegate cell for {where}: check --region, --stage and --cell, or deploy it first",
            code="cell_not_found",
        )
    if len(cells) > 1:
        found = ", ".join(cell.label for cell in cells)
        raise Refused(f"several cells for {where}: choose one of {found} with --stage and --cell")
    return cells[0]
