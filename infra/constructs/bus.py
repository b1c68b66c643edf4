"""The event bus that customers' webhooks hang on."""

from __future__ import annotations

from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.use import Use


class Bus(Construct):
    """A bus of the cell's own, so that no other application's events are near."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Events")
        self.bus = events.EventBus(self, "Bus")

    def publish(self) -> Use:
        """Allow events to be put on this bus, and tell which it is."""
        return Use(
            env={"EVENT_BUS_NAME": self.bus.event_bus_name},
            actions=("events:PutEvents",),
            resources=(self.bus.event_bus_arn,),
        )
