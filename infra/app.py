"""From the CDK context to stacks: one cell per configured region."""

from __future__ import annotations

import aws_cdk as cdk

from infra.context import read_config
from infra.stacks.api import ApiStack
from infra.stacks.banatie import BanatieStack
from infra.stacks.data import DataStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.sharkapi import SharkApiStack
from infra.suppressions import acknowledge


def compose(app: cdk.App, *, acknowledged: bool = True) -> None:
    """Add every cell to ``app``. With ``acknowledged`` False, cdk-nag shows the accepted findings too."""
    config = read_config(app.node)
    for cell in config.cells:
        data = DataStack(app, config, cell)
        pipeline = PipelineStack(app, config, cell, data)
        DeliveryStack(app, config, cell, data)
        ApiStack(app, config, cell, data, pipeline)
        SharkApiStack(app, config, cell, data)
        BanatieStack(app, config, cell, data)
    if acknowledged:
        acknowledge(app)
