"""Alarms, and whom they call."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.config import Config

PERIOD = cdk.Duration.minutes(5)


class Alarms(Construct):
    """Makes a cell's alarms, at $0.10 a month each (docs/adr/0021). With an address, their topic mails it.

    The topic is there without an address too: other stacks import it, and CloudFormation refuses to take
    away what another stack imports.
    """

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(scope, "Alarms")
        self.topic = _topic(self, config)
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))

    def add(
        self,
        scope: Construct,
        alarm_id: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: float = 1,
    ) -> None:
        """Alarm when ``metric`` reaches ``threshold`` in one period. Silence is good news."""
        alarm = cloudwatch.Alarm(
            scope,
            alarm_id,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"{description} What to do: docs/operations.md.",
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))

    def add_for_log_line(
        self, scope: Construct, alarm_id: str, log_group: logs.ILogGroup, description: str, **fields: str
    ) -> None:
        """Alarm on the first JSON log line with these fields.

        Its metric has no default value, so that CloudWatch bills it only for hours in which a line came.
        """
        alike = [logs.FilterPattern.string_value(f"$.{name}", "=", value) for name, value in fields.items()]
        lines = logs.MetricFilter(
            scope,
            f"{alarm_id}Lines",
            log_group=log_group,
            filter_pattern=logs.FilterPattern.all(*alike),
            metric_namespace=cdk.Stack.of(scope).stack_name,
            metric_name=alarm_id,
        )
        self.add(scope, alarm_id, lines.metric(period=PERIOD, statistic="Sum"), description)


def _topic(scope: Construct, config: Config) -> sns.Topic:
    topic = sns.Topic(scope, "Topic", enforce_ssl=config.require_tls)
    # A topic with a policy of its own loses the default one, by which CloudWatch publishes.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}},
        )
    )
    return topic
