"""Make one attempt at one webhook delivery, and arrange for the next if it fails."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.http import HttpClient
from tidegate.adapters.scheduler import Schedules
from tidegate.adapters.sealing import Sealer
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhook_queue import queued_again
from tidegate.domain.webhook_retries import GONE, RetryPlan, ends_the_run, whole_seconds
from tidegate.domain.webhooks import (
    MAX_FAILURES,
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    DeliveryStatus,
    Endpoint,
)
from tidegate.usecases.drain import keep_for_later, move_on
from tidegate.usecases.post_webhook import Response, post

_LEASE_MARGIN_MS = 20_000  # for all that an attempt does beside waiting for the answer


class Outcome(StrEnum):
    """What came of one queue message."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    FAILED = "failed"
    DEFERRED = "deferred"  # not due: another worker is at it, or a copy of the message came early
    SETTLED = "settled"  # it was final before
    OVERTAKEN = "overtaken"  # this worker was so slow that another took over
    UNKNOWN = "unknown"  # no such delivery: it expired


@dataclass(frozen=True, slots=True)
class Sender:
    """What sends webhooks: the outside world of a delivery, its clock, and its times."""

    webhooks: WebhookTable
    queue: Queue
    schedules: Schedules
    http: HttpClient
    sealer: Sealer
    now_ms: Callable[[], int]
    plan: RetryPlan = field(default_factory=RetryPlan)
    on_disabled: Callable[[Endpoint], None] = lambda _: None  # tells the operator; called once each time
    chance: Callable[[], float] = random.random


def deliver(key: DeliveryKey, sender: Sender) -> Outcome:
    """Try a delivery once if it is due.

    The message says only which delivery; when it is due and how often it was tried is in its record. So
    a copy of the message, a late one, or one whose worker died can neither skip nor repeat an attempt
    beyond the lease, and every path leaves a message behind until the delivery is final.
    """
    now_ms = sender.now_ms()
    lease_ms = int(sender.plan.timeout_s * 1_000) + _LEASE_MARGIN_MS
    claim = sender.webhooks.claim(
        key, now_ms=now_ms, until_ms=now_ms + lease_ms, most=sender.plan.max_attempts
    )
    if claim.delivery is None:
        return Outcome.UNKNOWN
    if not claim.taken:
        return _pass_over(claim.delivery, sender, now_ms)
    return _attempt(claim.delivery, sender)


def _pass_over(delivery: Delivery, sender: Sender, now_ms: int) -> Outcome:
    if delivery.status is not DeliveryStatus.PENDING:
        _move_on(delivery, sender)  # a crash may have come in between
        return Outcome.SETTLED
    if delivery.due_at_ms > now_ms:
        _come_back(delivery, sender, delivery.due_at_ms)
        return Outcome.DEFERRED
    interrupted = Response(error="the last attempt was interrupted", final=True)
    return _conclude(delivery, None, interrupted, sender, started_ms=now_ms)


def _attempt(delivery: Delivery, sender: Sender) -> Outcome:
    started_ms = sender.now_ms()
    endpoint = sender.webhooks.get_endpoint(delivery.key.account_id, delivery.endpoint_id)
    if endpoint is None:
        gone = Response(error="the endpoint was removed", final=True)
        return _conclude(delivery, None, gone, sender, started_ms=started_ms)
    if not endpoint.enabled:
        return _conclude(delivery, None, _put_aside(delivery, sender), sender, started_ms=started_ms)
    response = post(
        delivery,
        endpoint,
        http=sender.http,
        sealer=sender.sealer,
        at_ms=started_ms,
        timeout_s=sender.plan.timeout_s,
    )
    return _conclude(delivery, endpoint, response, sender, started_ms=started_ms)


def _put_aside(delivery: Delivery, sender: Sender) -> Response:
    waiting = queued_again(delivery, sender.now_ms())
    if waiting is None:
        return Response(error="the endpoint is disabled", final=True)
    keep_for_later(waiting, webhooks=sender.webhooks, queue=sender.queue)
    return Response(error="the endpoint is disabled: the event is queued", final=True)


def _conclude(
    delivery: Delivery, endpoint: Endpoint | None, response: Response, sender: Sender, *, started_ms: int
) -> Outcome:
    """Record what came of an attempt; ``endpoint`` is None when nobody was asked."""
    now_ms = sender.now_ms()
    attempt = DeliveryAttempt(
        number=delivery.attempts,
        at_ms=started_ms,
        duration_ms=now_ms - started_ms,
        status_code=response.status_code,
        error=response.error,
    )
    if attempt.error is None:
        return _succeed(delivery, endpoint, attempt, sender)
    due_at_ms = None
    if not response.final:
        due_at_ms = sender.plan.next_due_ms(
            delivery, now_ms=now_ms, asked_s=response.retry_after_s, chance=sender.chance()
        )
    outcome = _fail(delivery, attempt, sender, due_at_ms)
    if outcome is not Outcome.OVERTAKEN and endpoint is not None:
        _blame(endpoint, attempt, sender, final=due_at_ms is None)
    return outcome


def _succeed(
    delivery: Delivery, endpoint: Endpoint | None, attempt: DeliveryAttempt, sender: Sender
) -> Outcome:
    recorded = sender.webhooks.record_success(delivery.key, attempt)
    if endpoint is not None and endpoint.failures:
        sender.webhooks.end_failures(endpoint.account_id, endpoint.endpoint_id)
    if recorded:
        _move_on(replace(delivery, status=DeliveryStatus.DELIVERED), sender)
    return Outcome.DELIVERED if recorded else Outcome.OVERTAKEN


def _fail(delivery: Delivery, attempt: DeliveryAttempt, sender: Sender, due_at_ms: int | None) -> Outcome:
    if due_at_ms is None:
        if not sender.webhooks.record_failure(delivery.key, attempt):
            return Outcome.OVERTAKEN
        _move_on(replace(delivery, status=DeliveryStatus.FAILED), sender)
        return Outcome.FAILED
    if not sender.webhooks.record_retry(delivery.key, attempt, due_at_ms=due_at_ms):
        return Outcome.OVERTAKEN
    # A crash right here loses nothing: SQS brings this message back, which then finds the new due time.
    _come_back(delivery, sender, due_at_ms)
    return Outcome.RETRYING


def _come_back(delivery: Delivery, sender: Sender, due_at_ms: int) -> None:
    """Have a message sent when the delivery is due. Copies of a message that is scheduled become one."""
    message, wait_s = delivery.key.to_message(), whole_seconds(due_at_ms - sender.now_ms())
    if wait_s > sender.plan.queue_wait_s:
        name = f"{delivery.key.delivery_id}-{delivery.attempts}"
        if sender.schedules.send_at(name, message, due_at_ms):
            return
    sender.queue.send(message, delay_s=wait_s)  # it caps the delay; an early message comes by here again


def _blame(endpoint: Endpoint, attempt: DeliveryAttempt, sender: Sender, *, final: bool) -> None:
    """Count a delivery that failed, and turn off an endpoint that is gone or fails again and again."""
    who, disabled = (endpoint.account_id, endpoint.endpoint_id), None
    if attempt.status_code == GONE:
        disabled = sender.webhooks.disable(*who, because=f"it answered {GONE}", at_ms=sender.now_ms())
    elif ends_the_run(attempt.number, final=final) and sender.webhooks.count_failure(*who):
        reason = f"{MAX_FAILURES} deliveries in a row failed, the last with: {attempt.error}"
        disabled = sender.webhooks.disable(
            *who, because=reason, at_ms=sender.now_ms(), after_failures=MAX_FAILURES
        )
    if disabled is not None:
        sender.on_disabled(disabled)


def _move_on(delivery: Delivery, sender: Sender) -> None:
    move_on(delivery, webhooks=sender.webhooks, queue=sender.queue, now_ms=sender.now_ms())
