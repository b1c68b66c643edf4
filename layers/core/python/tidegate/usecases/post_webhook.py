"""One signed POST to an endpoint, and what its answer means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhook_retries import GONE, is_success, retry_after_s
from tidegate.domain.webhook_signing import signed_headers
from tidegate.domain.webhooks import Delivery, Endpoint

_MAX_ANSWER_BYTES: Final = 64 * 1024  # nobody reads it; the bound is what matters


@dataclass(frozen=True, slots=True)
class Response:
    """What a receiver said, or why it said nothing. ``error`` is None exactly when it took the webhook."""

    status_code: int | None = None
    error: str | None = None
    final: bool = False  # there is no use in trying again
    retry_after_s: int | None = None


def post(
    delivery: Delivery,
    endpoint: Endpoint,
    *,
    http: HttpClient,
    sealer: Sealer,
    at_ms: int,
    timeout_s: float,
) -> Response:
    """Sign and send one attempt. Whatever the receiver does is an answer.

    Raises:
        UnsealingFailed: the endpoint's secret cannot be read; nothing was sent.
    """
    secret = _open(endpoint.sealed_secret, endpoint, sealer)
    previous = None
    if endpoint.sealed_previous is not None and at_ms < (endpoint.previous_until_ms or 0):
        previous = _open(endpoint.sealed_previous, endpoint, sealer)
    headers = signed_headers(delivery, secret, at_ms // 1_000, previous)
    try:
        answer = http.request(
            "POST",
            endpoint.url,
            headers=headers,
            body=delivery.body.encode(),
            timeout_s=timeout_s,
            max_bytes=_MAX_ANSWER_BYTES,
            https_only=True,
        )
    except BodyTooLarge as error:
        return _answered(error.status)  # the answer was given; nobody reads the rest
    except UnsafeUrl as error:
        return Response(error=f"the URL is not allowed: {error}", final=True)
    except ConnectFailed:
        return Response(error="the connection failed")
    except ResponseLost:
        return Response(error=f"no complete answer within {timeout_s:g} s")
    return _answered(answer.status, retry_after_s(answer.headers.get("retry-after"), at_ms))


def _answered(status: int, asked_s: int | None = None) -> Response:
    if is_success(status):
        return Response(status)
    return Response(status, f"HTTP {status}", final=status == GONE, retry_after_s=asked_s)


def _open(sealed: bytes, endpoint: Endpoint, sealer: Sealer) -> str:
    return sealer.open(sealed, account_id=endpoint.account_id, endpoint_id=endpoint.endpoint_id)
