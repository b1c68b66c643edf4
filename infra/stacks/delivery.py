"""From an event on the bus to a signed POST at each customer's endpoint."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from infra.config import Cell, Config
from infra.constructs.event_source import feed_from_queue
from infra.constructs.log_group import count_messages
from infra.constructs.queue import WorkQueue
from infra.constructs.schedules import Schedules
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack

EVENT_SOURCE = "tidegate"


class DeliveryStack(CellStack):
    """Fan-out to endpoints, then one delivery at a time."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, data: DataStack) -> None:
        super().__init__(app, config, cell, "Delivery", description="signed webhooks")
        self._data = data
        self._functions = data.function_builder(self)
        self._events = WorkQueue(
            self,
            "Events",
            config,
            data.alarms,
            worker=config.events,
            holds="events that reached no endpoint",
            variable="EVENTS_QUEUE_URL",
        )
        self._deliveries = WorkQueue(
            self,
            "Deliveries",
            config,
            data.alarms,
            worker=config.deliveries,
            holds="deliveries that the worker could not handle",
            variable="DELIVERIES_QUEUE_URL",
        )
        self._schedules = Schedules(
            self, "Retries", config, self._deliveries, name=f"{self.slug}-webhook-retries"
        )
        self._add_rule()
        self._add_fan_out()
        self._add_deliver()
        self.output("DeliveriesQueueUrl", self._deliveries.queue.queue_url, "Drives webhook deliveries")

    def _add_rule(self) -> None:
        # What the rule cannot hand over joins what the consumer could not handle: same event, one alarm.
        target = targets.SqsQueue(self._events.queue, dead_letter_queue=self._events.dead_letters.queue)
        events.Rule(
            self,
            "AllEvents",
            description="Every event of the gateway goes to fan-out",
            event_bus=self._data.bus.bus,
            event_pattern=events.EventPattern(source=[EVENT_SOURCE]),
            targets=[target],
        )

    def _add_fan_out(self) -> None:
        fan_out = self._functions.build(
            "delivery.fan_out",
            [
                self._data.webhooks.use("GetItem", "PutItem", "Query"),
                self._deliveries.send(),
                self._events.consume(),
                self._events.hide(),
            ],
            timeout_s=self.config.events.timeout_s,
        )
        feed_from_queue(self, "EventMessages", fan_out, self._events, batch=10)

    def _add_deliver(self) -> None:
        data = self._data
        deliver = self._functions.build(
            "delivery.deliver",
            [
                data.webhooks.use("GetItem", "PutItem", "Query", "UpdateItem"),
                data.secret.read(),
                self._deliveries.send(),
                self._deliveries.consume(),
                self._deliveries.hide(),
                self._schedules.create(),
                self._schedules.pass_role(),
                data.reach_out(),
            ],
            timeout_s=self.config.deliveries.timeout_s,
            env={"TIDEGATE_WEBHOOK_TIMES": times} if (times := self.config.webhook_times) else {},
        )
        count_messages(self, "EndpointsDisabled", deliver, "webhook endpoint disabled")
        # One message each: a customer's slow endpoint must not hold up another's delivery.
        feed_from_queue(self, "DeliveryMessages", deliver, self._deliveries, batch=1)
