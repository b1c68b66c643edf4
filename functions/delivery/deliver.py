"""One attempt at one webhook delivery per message, or the next event of a queue that is being delivered."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhook_queue import Drain
from tidegate.domain.webhooks import DeliveryKey, Endpoint
from tidegate.runtime import runtime
from tidegate.surfaces.messages import MessageConsumer, Note
from tidegate.usecases.deliver import Sender, deliver
from tidegate.usecases.drain import drain_next

logger = Logger(service="delivery.deliver")


def _consume(message: dict[str, Any], note: Note) -> None:
    drain = Drain.from_message(message)
    if drain is not None:
        _drain(drain, note)
        return
    key = DeliveryKey.from_message(message)
    note(account_id=key.account_id, delivery_id=key.delivery_id)
    note(outcome=deliver(key, _sender()))


def _drain(drain: Drain, note: Note) -> None:
    note(account_id=drain.account_id, endpoint_id=drain.endpoint_id)
    key = drain_next(drain, webhooks=runtime.webhooks, queue=runtime.deliveries, now_ms=runtime.now_ms())
    note(outcome="queued event sent off" if key else "queue is done")
    note(delivery_id=key.delivery_id if key else None)


def _tell_operator(endpoint: Endpoint) -> None:
    # A metric filter of the stack counts this message: change both together.
    logger.warning(
        "webhook endpoint disabled",
        extra={
            "account_id": endpoint.account_id,
            "endpoint_id": endpoint.endpoint_id,
            "reason": endpoint.disabled_because,
        },
    )


def _sender() -> Sender:
    return Sender(
        webhooks=runtime.webhooks,
        queue=runtime.deliveries,
        schedules=runtime.schedules,
        http=runtime.http,
        sealer=Sealer(runtime.secrets.sealing_key),
        now_ms=runtime.now_ms,
        plan=runtime.retry_plan,
        on_disabled=_tell_operator,
    )


handler = MessageConsumer(logger, lambda: runtime.deliveries, "delivery attempted", _consume)
