"""One-time schedules that send a message to a queue, hours or days later (docs/adr/0031)."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra.config import Config
from infra.constructs.queue import WorkQueue
from infra.constructs.use import Use, statements


class Schedules(Construct):
    """A group for the schedules of one queue, and the role by which the Scheduler sends to it."""

    def __init__(
        self, scope: Construct, construct_id: str, config: Config, queue: WorkQueue, *, name: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._emulated_iam = config.emulated_iam
        self._queue = queue
        self._group = scheduler.CfnScheduleGroup(self, "Group", name=name)
        self._role = self._sending_role()

    def create(self) -> Use:
        """Allow schedules to be made, and tell in which group, by which role and for which queue."""
        stack = cdk.Stack.of(self)
        # The emulator checks every schedule as one of the default group.
        group = "default" if self._emulated_iam else self._group.ref
        schedules = stack.format_arn(service="scheduler", resource="schedule", resource_name=f"{group}/*")
        return Use(
            env={
                "SCHEDULES_GROUP": self._group.ref,
                "SCHEDULES_ROLE_ARN": self._role.role_arn,
                "DELIVERIES_QUEUE_ARN": self._queue.queue.queue_arn,
                "DELIVERIES_DEAD_LETTERS_ARN": self._queue.dead_letters.queue.queue_arn,
            },
            actions=("scheduler:CreateSchedule",),
            resources=(schedules,),
        )

    def pass_role(self) -> Use:
        """Allow the sending role to be given to a schedule; nothing but the Scheduler can take it on."""
        return Use(actions=("iam:PassRole",), resources=(self._role.role_arn,))

    def _sending_role(self) -> iam.Role:
        own = {"aws:SourceAccount": cdk.Stack.of(self).account, "aws:SourceArn": self._group.attr_arn}
        queues = (self._queue.queue.queue_arn, self._queue.dead_letters.queue.queue_arn)
        send = Use(actions=("sqs:SendMessage",), resources=queues)
        return iam.Role(
            self,
            "Role",
            description="Tidegate: sends webhook deliveries to their queue when they are due",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions={"StringEquals": own}),
            inline_policies={"Uses": iam.PolicyDocument(statements=statements([send]))},
        )
