"""A log group with an end."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.config import Config

NAMESPACE = "Tidegate"
RETENTION = {1: logs.RetentionDays.ONE_DAY, 30: logs.RetentionDays.ONE_MONTH}


def log_group(scope: Construct, construct_id: str, config: Config, name: str) -> logs.LogGroup:
    """Make a named log group. It goes with its stack: a kept one would be in the next deployment's way."""
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=RETENTION[config.log_days],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )


def count_messages(scope: Construct, metric: str, function: lambda_.Function, message: str) -> None:
    """Count a function's log lines with this message in a metric; it costs nothing while there are none."""
    logs.MetricFilter(
        scope,
        f"{metric}Filter",
        log_group=function.log_group,
        filter_pattern=logs.FilterPattern.string_value("$.message", "=", message),
        metric_namespace=NAMESPACE,
        metric_name=metric,
        metric_value="1",
    )
