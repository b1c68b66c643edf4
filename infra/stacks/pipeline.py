"""From a written generation to a settled one: outbox, state machine, attempts, reaper, journal."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.config import Cell, Config
from infra.constructs.alarms import PERIOD
from infra.constructs.bedrock import use_bedrock
from infra.constructs.event_source import Batches, feed_from_queue
from infra.constructs.queue import DeadLetterQueue, WorkQueue
from infra.constructs.schedule import run_every
from infra.constructs.state_machine import GenerationMachine
from infra.constructs.stream_consumer import Changes, StreamConsumers
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack
from tidegate.domain.library.files import PREFIX
from tidegate.domain.output_key import INPUTS

TELEMETRY = Batches(size=100, window_s=5, halved=False)  # so much later a breaker opens
OUTBOX_LATE_MS = 60_000
WRITTEN = ["INSERT", "MODIFY"]
OF_WALLETS = {"dynamodb": {"Keys": {"item": {"S": ["wallet"]}}}}
PROVIDER_ALERT = "provider_account"  # tidegate.runtime logs it
UNDER_WAY = ["waiting", "submitting", "submitted"]
ENDED = ["used", "failed", "cancelled", "discarded"]


class PipelineStack(CellStack):
    """Everything that happens to a generation after it was accepted."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, data: DataStack) -> None:
        super().__init__(
            app, config, cell, "Pipeline", description="from an accepted generation to a settled one"
        )
        self._data = data
        self._functions = data.function_builder(self)
        self._consumers = StreamConsumers(self, config, data.alarms, self._functions)
        self.attempts = WorkQueue(
            self,
            "Attempts",
            config,
            data.alarms,
            worker=config.attempts,
            holds="messages of attempts that the worker could not handle",
            variable="ATTEMPTS_QUEUE_URL",
        )
        self._machine = self._make_machine()
        self._add_attempt()
        self._add_outbox()
        self._add_telemetry()
        self._add_journal()
        self._add_alerts()
        self._add_reaper()
        self.output("AttemptsQueueUrl", self.attempts.queue.queue_url, "Drives attempts")

    def _add_attempt(self) -> None:
        data = self._data
        attempt = self._functions.build(
            "pipeline.attempt",
            [
                data.generations.use("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
                data.telemetry.use("GetItem", "Query", "UpdateItem"),
                data.wallets.use("UpdateItem"),
                data.outputs_bucket.use("DeleteObject", "PutObject"),
                # What a generation looks at: the worker signs it for the provider.
                data.outputs_bucket.use_folder(INPUTS.rstrip("/"), "GetObject"),
                data.outputs_bucket.use_folder(PREFIX, "GetObject"),
                data.secret.read(),
                self.attempts.send(),
                self.attempts.consume(),
                self.attempts.hide(),
                self._machine.answer(),
                data.reach_out(),
                *(use_bedrock(self, data.outputs_bucket) if self.config.bedrock else ()),
            ],
            timeout_s=self.config.attempts.timeout_s,
            env={"TIDEGATE_WORKER_TIMEOUT_SECONDS": str(self.config.attempts.timeout_s)},
            memory_mb=1024,
        )
        # One message each: a slow provider's transfer must not hold up another generation's.
        feed_from_queue(self, "AttemptMessages", attempt, self.attempts, batch=1)
        data.alarms.add_for_log_line(
            self,
            "ProviderAccount",
            attempt.log_group,
            "A provider refuses our account: its credit is used up, or it does not accept our key.",
            alert=PROVIDER_ALERT,
        )

    def _make_machine(self) -> GenerationMachine:
        data = self._data
        conclude = self._functions.build(
            "pipeline.conclude",
            [
                data.generations.use("GetItem", "Query", "UpdateItem"),
                data.wallets.use("UpdateItem"),
                self.attempts.send(),
            ],
            timeout_s=30,
            alarmed=True,
        )
        machine = GenerationMachine(
            self, self.config, data.alarms, slug=self.slug, attempts=self.attempts, conclude=conclude
        )
        self.output("StateMachineArn", machine.machine.state_machine_arn, "Runs failover")
        return machine

    def _add_outbox(self) -> None:
        data = self._data
        written = {"eventName": WRITTEN, "dynamodb": {"NewImage": {"entity": {"S": ["generation"]}}}}
        outbox = self._consumers.add(
            "outbox",
            Changes(data.generations, written),
            [self._machine.start(), data.bus.publish()],
            missed="changes of generations that were not followed up",
        )
        age = outbox.metric("IteratorAge", period=PERIOD, statistic=cloudwatch.Stats.MAXIMUM)
        data.alarms.add(
            self, "OutboxLate", age, "Accepted generations wait a minute to start.", threshold=OUTBOX_LATE_MS
        )

    def _add_telemetry(self) -> None:
        data = self._data
        begun, given_up, ended = (
            {"eventName": [name], "dynamodb": {"NewImage": {"entity": {"S": ["attempt"]}, **new}, **old}}
            for name, new, old in (
                ("INSERT", {}, {}),
                ("MODIFY", {"status": {"S": ["orphaned"]}}, {"OldImage": {"status": {"S": UNDER_WAY}}}),
                ("MODIFY", {"status": {"S": ENDED}}, {}),
            )
        )
        self._consumers.add(
            "telemetry",
            Changes(data.generations, begun, (given_up, ended), TELEMETRY),
            [
                data.telemetry.use("BatchGetItem", "GetItem", "Query", "UpdateItem"),
                data.generations.use("GetItem", "PutItem"),  # the overrides: who has reached its cap
            ],
            missed="ends of attempts that were not counted",
        )

    def _add_journal(self) -> None:
        wallets = self._data.wallets
        self._consumers.add(
            "journal",
            Changes(wallets, {"eventName": WRITTEN, **OF_WALLETS}),
            [wallets.use("PutItem")],
            missed="wallet changes that are missing in the journal",
        )

    def _add_alerts(self) -> None:
        # Beside the journal, not in it: a bus that is down must not hold up the books.
        wallets = self._data.wallets
        self._consumers.add(
            "alerts",
            Changes(wallets, {"eventName": ["MODIFY"], **OF_WALLETS}),
            [wallets.use("GetItem", "UpdateItem"), self._data.bus.publish()],
            missed="wallet changes that nobody looked at for a low balance",
        )

    def _add_reaper(self) -> None:
        data = self._data
        failed = DeadLetterQueue(
            self, "ReapFailures", self.config, data.alarms, holds="runs of the reaper that failed"
        )
        reap = self._functions.build(
            "pipeline.reap",
            [
                data.wallets.use_index("Query"),
                data.wallets.use("GetItem", "UpdateItem"),
                data.generations.use("GetItem", "Query", "UpdateItem"),
                self.attempts.send(),
                self._machine.start(),
                self._machine.look_at(),
            ],
            timeout_s=60,
            dead_letters=failed,
            alarmed=True,
        )
        run_every(self, "ReapSchedule", reap, self.config.reap_every_min, dead_letters=failed)
