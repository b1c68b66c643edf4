"""The state machine of one generation, from its readable ASL file."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.constructs.alarms import PERIOD, Alarms
from infra.constructs.log_group import log_group
from infra.constructs.queue import WorkQueue
from infra.constructs.use import Use, statements

DEFINITION = Path(__file__).resolve().parent.parent / "state_machine" / "generation.asl.json"
# AWS offers no resource to name here (Step Functions guide, "Logging using CloudWatch Logs", "Tracing").
OBSERVE = Use(
    actions=(
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ),
    resources=("*",),
)
TRACE = Use(
    actions=(
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ),
    resources=("*",),
)


class GenerationMachine(Construct):
    """Owns failover: one task token per provider asked, then a verdict."""

    def __init__(
        self,
        scope: Construct,
        config: Config,
        alarms: Alarms,
        *,
        slug: str,
        attempts: WorkQueue,
        conclude: lambda_.Function,
    ) -> None:
        super().__init__(scope, "Machine")
        self._emulated_iam = config.emulated_iam
        self._name = f"{slug}-generation"
        uses = [
            Use(actions=("sqs:SendMessage",), resources=(attempts.queue.queue_arn,)),
            Use(actions=("lambda:InvokeFunction",), resources=(conclude.function_arn,)),
            OBSERVE,
            *([TRACE] if config.tracing else []),
        ]
        role = iam.Role(
            self,
            "Role",
            description="Tidegate generation machine",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={"Uses": iam.PolicyDocument(statements=statements(uses))},
        )
        self.machine = sfn.StateMachine(
            self,
            "Generation",
            state_machine_name=self._name,
            definition_body=sfn.DefinitionBody.from_string(DEFINITION.read_text()),
            definition_substitutions={
                "AttemptsQueueUrl": attempts.queue.queue_url,
                "ConcludeFunctionArn": conclude.function_arn,
            },
            role=role.without_policy_updates(),
            tracing_enabled=config.tracing,
            logs=sfn.LogOptions(
                destination=log_group(self, "Log", config, f"/aws/vendedlogs/states/{slug}"),
                # Step Functions itself keeps every execution's history for 90 days.
                level=sfn.LogLevel.ERROR,
                include_execution_data=False,
            ),
        )
        failed = self.machine.metric_failed(period=PERIOD)
        alarms.add(self, "Failed", failed, "An execution failed: its generation waits for the reaper.")

    def start(self) -> Use:
        """Allow executions to be started, and tell of which machine."""
        arn = self.machine.state_machine_arn
        return Use(env={"STATE_MACHINE_ARN": arn}, actions=("states:StartExecution",), resources=(arn,))

    def look_at(self) -> Use:
        """Allow asking how an execution of this machine stands."""
        executions = cdk.Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self._name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        return Use(actions=("states:DescribeExecution",), resources=(executions,))

    def answer(self) -> Use:
        """Allow a task's outcome to be reported by its token.

        AWS checks these calls against the machine that the token belongs to, though its reference lists no
        resource for them; the emulator goes by the reference (docs/adr/0020).
        """
        resource = "*" if self._emulated_iam else self.machine.state_machine_arn
        return Use(actions=("states:SendTaskFailure", "states:SendTaskSuccess"), resources=(resource,))
