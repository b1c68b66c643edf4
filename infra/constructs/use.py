"""What a function may do and what it must be told, in one value: neither is given without the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_iam as iam


@dataclass(frozen=True, slots=True)
class Use:
    """One function's use of one resource: the variables that name it and the calls that it makes on it.

    ``env`` names lack the ``TIDEGATE_`` prefix. Without ``actions`` the function only learns the name.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def environment(uses: Iterable[Use]) -> dict[str, str]:
    """The variables of all uses together, as the function sees them."""
    return {f"TIDEGATE_{name}": value for use in uses for name, value in use.env.items()}


def statements(uses: Iterable[Use]) -> list[iam.PolicyStatement]:
    """One statement per use that calls anything: its actions on its resources, nothing else."""
    return [
        iam.PolicyStatement(actions=list(use.actions), resources=list(use.resources))
        for use in uses
        if use.actions
    ]
