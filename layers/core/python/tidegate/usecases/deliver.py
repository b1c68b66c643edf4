"""Make one attempt at one webhook delivery, and arrange for the next if it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.sealing import Sealer
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhook_signing import signed_headers
from tidegate.domain.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    DeliveryStatus,
    Endpoint,
    delay_before_next_ms,
    is_success,
    whole_seconds,
)

TIMEOUT_S: Final = 10  # contracts: BabySea §8.4
_MAX_ANSWER_BYTES: Final = 64 * 1024  # nobody reads it; the bound is what matters
_LEASE_MARGIN_MS: Final = 20_000  # for all that an attempt does beside waiting for the answer


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
    """What sends webhooks: the outside world of a delivery, and its clock."""

    webhooks: WebhookTable
    queue: Queue
    http: HttpClient
    sealer: Sealer
    now_ms: Callable[[], int]
    timeout_s: float = TIMEOUT_S


@dataclass(frozen=True, slots=True)
class _Answer:
    status_code: int | None = None
    error: str | None = None
    final: bool = False


def deliver(key: DeliveryKey, sender: Sender) -> Outcome:
    """Try a delivery once if it is due.

    The message says only which delivery; when it is due and how often it was tried is in its record. So
    a copy of the message, a late one, or one whose worker died can neither skip nor repeat an attempt
    beyond the lease, and every path leaves a message behind until the delivery is final.
    """
    now_ms = sender.now_ms()
    lease_ms = int(sender.timeout_s * 1_000) + _LEASE_MARGIN_MS
    claim = sender.webhooks.claim(key, now_ms=now_ms, until_ms=now_ms + lease_ms)
    if claim.delivery is None:
        return Outcome.UNKNOWN
    if not claim.taken:
        return _pass_over(claim.delivery, sender, now_ms)
    return _attempt(claim.delivery, sender)


def _pass_over(delivery: Delivery, sender: Sender, now_ms: int) -> Outcome:
    if delivery.status is not DeliveryStatus.PENDING:
        return Outcome.SETTLED
    if delivery.due_at_ms > now_ms:
        sender.queue.send(delivery.key.to_message(), delay_s=whole_seconds(delivery.due_at_ms - now_ms))
        return Outcome.DEFERRED
    interrupted = _Answer(error="the last attempt was interrupted", final=True)
    return _conclude(delivery, interrupted, sender, started_ms=now_ms)


def _attempt(delivery: Delivery, sender: Sender) -> Outcome:
    started_ms = sender.now_ms()
    endpoint = sender.webhooks.get_endpoint(delivery.key.account_id, delivery.endpoint_id)
    if endpoint is None:
        answer = _Answer(error="the endpoint was removed", final=True)
    elif not endpoint.enabled:
        answer = _Answer(error="the endpoint is disabled", final=True)
    else:
        answer = _post(delivery, endpoint, sender, started_ms)
    return _conclude(delivery, answer, sender, started_ms=started_ms)


def _post(delivery: Delivery, endpoint: Endpoint, sender: Sender, at_ms: int) -> _Answer:
    secret = sender.sealer.open(
        endpoint.sealed_secret, account_id=endpoint.account_id, endpoint_id=endpoint.endpoint_id
    )
    try:
        status = sender.http.request(
            "POST",
            endpoint.url,
            headers=signed_headers(delivery, secret, at_ms // 1_000),
            body=delivery.body.encode(),
            timeout_s=sender.timeout_s,
            max_bytes=_MAX_ANSWER_BYTES,
            https_only=True,
        ).status
    except BodyTooLarge as error:
        status = error.status  # the answer was given; nobody reads the rest
    except UnsafeUrl as error:
        return _Answer(error=f"the URL is not allowed: {error}", final=True)
    except ConnectFailed:
        return _Answer(error="the connection failed")
    except ResponseLost:
        return _Answer(error=f"no complete answer within {sender.timeout_s:g} s")
    return _Answer(status, error=None if is_success(status) else f"HTTP {status}")


def _conclude(delivery: Delivery, answer: _Answer, sender: Sender, *, started_ms: int) -> Outcome:
    now_ms = sender.now_ms()
    attempt = DeliveryAttempt(
        number=delivery.attempts,
        at_ms=started_ms,
        duration_ms=now_ms - started_ms,
        status_code=answer.status_code,
        error=answer.error,
    )
    if attempt.error is None:
        recorded = sender.webhooks.record_success(delivery.key, attempt)
        return Outcome.DELIVERED if recorded else Outcome.OVERTAKEN
    delay_ms = None if answer.final else delay_before_next_ms(delivery.attempts)
    if delay_ms is None:
        recorded = sender.webhooks.record_failure(delivery.key, attempt)
        return Outcome.FAILED if recorded else Outcome.OVERTAKEN
    return _retry(delivery, attempt, sender, due_at_ms=now_ms + delay_ms, delay_ms=delay_ms)


def _retry(
    delivery: Delivery, attempt: DeliveryAttempt, sender: Sender, *, due_at_ms: int, delay_ms: int
) -> Outcome:
    if not sender.webhooks.record_retry(delivery.key, attempt, due_at_ms=due_at_ms):
        return Outcome.OVERTAKEN
    # A crash right here loses nothing: SQS brings this message back, which then finds the new due time.
    sender.queue.send(delivery.key.to_message(), delay_s=whole_seconds(delay_ms))
    return Outcome.RETRYING
