"""A queue that loses no message unseen: what fails for good, and what nobody takes, alarms."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config, Worker
from infra.constructs.alarms import PERIOD, Alarms
from infra.constructs.use import Use

CONSUMER_CALLS = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


class DeadLetterQueue(Construct):
    """Keeps failures for 14 days, SQS's longest, and alarms on the first one."""

    def __init__(
        self, scope: Construct, construct_id: str, config: Config, alarms: Alarms, *, holds: str
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=config.require_tls,
            retention_period=cdk.Duration.days(14),
        )
        visible = self.queue.metric_approximate_number_of_messages_visible(
            period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
        )
        alarms.add(self, "Alarm", visible, f"The dead-letter queue holds {holds}.")

    def send(self, variable: str | None = None) -> Use:
        """Allow a failure to be put here; with ``variable``, by the function itself, which is told where."""
        env = {variable: self.queue.queue_url} if variable else {}
        return Use(env=env, actions=("sqs:SendMessage",), resources=(self.queue.queue_arn,))


class WorkQueue(Construct):
    """A queue with its dead-letter queue. ``variable`` names its URL to the functions that use it.

    A dead letter keeps the age it had, so the dead-letter queue must keep messages for longer than this one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: Config,
        alarms: Alarms,
        *,
        worker: Worker,
        holds: str,
        variable: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.worker = worker
        self.dead_letters = DeadLetterQueue(self, "DeadLetters", config, alarms, holds=holds)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=config.require_tls,
            retention_period=cdk.Duration.days(7),
            visibility_timeout=cdk.Duration.seconds(worker.visibility_s),
            dead_letter_queue=sqs.DeadLetterQueue(
                max_receive_count=worker.receives, queue=self.dead_letters.queue
            ),
        )
        self._env = {variable: self.queue.queue_url}
        age = self.queue.metric_approximate_age_of_oldest_message(
            period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM
        )
        alarms.add(
            self,
            "Late",
            age,
            f"Nobody takes the {construct_id.lower()} queue's messages: see whether its worker runs.",
            threshold=worker.late_s,
        )

    def send(self) -> Use:
        """Allow messages to be sent, and tell where."""
        return Use(env=self._env, actions=("sqs:SendMessage",), resources=(self.queue.queue_arn,))

    def consume(self) -> Use:
        """Allow an event source mapping to take messages."""
        return Use(actions=CONSUMER_CALLS, resources=(self.queue.queue_arn,))

    def hide(self) -> Use:
        """Allow the worker to say when a message that it could not handle comes again."""
        return Use(env=self._env, actions=("sqs:ChangeMessageVisibility",), resources=(self.queue.queue_arn,))
