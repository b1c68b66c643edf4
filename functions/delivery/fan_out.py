"""An event of the bus becomes one delivery for each endpoint that wants it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.domain.webhooks import Event
from tidegate.runtime import runtime
from tidegate.surfaces.messages import MessageConsumer, Note
from tidegate.usecases.fan_out import fan_out

logger = Logger(service="delivery.fan_out")


def _fan_out(message: dict[str, Any], note: Note) -> None:
    event = Event.from_detail(message["detail"])
    note(event_id=event.event_id, event_type=event.event_type, account_id=event.account_id)
    queued = fan_out(
        event,
        webhooks=runtime.webhooks,
        queue=runtime.deliveries,
        now_ms=runtime.now_ms(),
        log_s=runtime.retentions.default.log_s,
    )
    note(delivery_ids=[key.delivery_id for key in queued])


handler = MessageConsumer(logger, lambda: runtime.events, "event fanned out", _fan_out)
