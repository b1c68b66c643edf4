"""What the stacks of a cell have in common: names, region, tags."""

from __future__ import annotations

import aws_cdk as cdk

from infra.config import Cell, Config


class CellStack(cdk.Stack):
    """A stack named ``Tidegate-<Stage>-<Cell>-<part>``, tagged with stage and cell, in the cell's region."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, part: str, *, description: str) -> None:
        super().__init__(
            app,
            f"Tidegate-{config.stage.capitalize()}-{cell.label.capitalize()}-{part}",
            description=f"Tidegate {config.stage} {cell.label}: {description}",
            env=cdk.Environment(region=cell.region) if cell.region else None,
            tags={"tidegate:stage": config.stage, "tidegate:cell": cell.label},
            synthesizer=_synthesizer(config),
            analytics_reporting=False,
        )
        self.config = config
        self.slug = f"tidegate-{config.stage}-{cell.label}"

    def output(self, key: str, value: str, description: str) -> None:
        """Publish a value under an exact output key: the CLI and the local runner find resources by it."""
        cdk.CfnOutput(self, key, value=value, description=description)


def _synthesizer(config: Config) -> cdk.IStackSynthesizer:
    """Deploy with the roles of the bootstrap stack, or with the caller's own credentials (docs/adr/0020)."""
    if config.bootstrap_roles:
        return cdk.DefaultStackSynthesizer()
    return cdk.CliCredentialsStackSynthesizer()
