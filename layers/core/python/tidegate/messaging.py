"""The part of the runtime by which functions set each other going."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.settings import Settings

if TYPE_CHECKING:
    from tidegate.adapters.eventbridge import EventBus
    from tidegate.adapters.scheduler import Schedules
    from tidegate.adapters.sqs import Queue
    from tidegate.adapters.stepfunctions import StateMachine


class Messaging(Settings):
    """Queues, schedules, the state machine, the bus. A property that nobody touches costs nothing."""

    @cached_property
    def attempts(self) -> Queue:
        """The queue that drives attempts."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("ATTEMPTS_QUEUE_URL"))

    @cached_property
    def deliveries(self) -> Queue:
        """The queue that drives webhook deliveries."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("DELIVERIES_QUEUE_URL"))

    @cached_property
    def events(self) -> Queue:
        """The queue of events that are to be fanned out."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("EVENTS_QUEUE_URL"))

    @cached_property
    def endings(self) -> Queue:
        """The queue of what happens to generations that belong to libraries."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("ENDINGS_QUEUE_URL"))

    @cached_property
    def schedules(self) -> Schedules:
        """Messages to the deliveries queue that are to come later than SQS can delay them."""
        from tidegate.adapters.scheduler import Schedules, ScheduleTarget  # noqa: PLC0415

        target = ScheduleTarget(
            queue_arn=self.setting("DELIVERIES_QUEUE_ARN"),
            role_arn=self.setting("SCHEDULES_ROLE_ARN"),
            dead_letters_arn=self.setting("DELIVERIES_DEAD_LETTERS_ARN"),
        )
        return Schedules(lambda: self._scheduler, self.setting("SCHEDULES_GROUP"), target)

    @cached_property
    def failures(self) -> Queue:
        """The queue of stream records that nobody can read."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("FAILURES_QUEUE_URL"))

    @cached_property
    def machine(self) -> StateMachine:
        """The state machine that runs failover."""
        from tidegate.adapters.stepfunctions import StateMachine  # noqa: PLC0415

        return StateMachine(self._sfn, self._env.get("TIDEGATE_STATE_MACHINE_ARN", ""))

    @cached_property
    def bus(self) -> EventBus:
        """The event bus that customers' webhooks hang on."""
        from tidegate.adapters.eventbridge import EventBus  # noqa: PLC0415

        return EventBus(self._events, self.setting("EVENT_BUS_NAME"))
