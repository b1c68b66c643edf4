"""Answers that DynamoDB gives and no emulator does, put where botocore reads and retries them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

CONFLICT = "TransactionConflictException"  # another writer's transaction is at the item
_EVENT = "before-send.dynamodb"
_NOWHERE = "https://nowhere.example.com/"


class _Raw(io.BytesIO):
    def stream(self) -> list[bytes]:
        return [self.read()]


def answer(url: str, error: str | None) -> AWSResponse:
    """An HTTP answer of DynamoDB: this error, or nothing special."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{error}"} if error else {}
    return AWSResponse(url, 400 if error else 200, HTTPHeaders(), _Raw(json.dumps(body).encode()))


@contextmanager
def answering(client: Any, answers: Callable[[Any], AWSResponse | None]) -> Iterator[None]:
    """Let this answer the client's requests; those for which it returns None go where they would go."""

    def before(request: Any, **_: Any) -> AWSResponse | None:
        answered = answers(request)
        if answered is not None:
            request.url = _NOWHERE  # moto sees each request, also one that has its answer
        return answered

    client.meta.events.register_first(_EVENT, before)
    try:
        yield
    finally:
        client.meta.events.unregister(_EVENT, before)


@contextmanager
def busy(client: Any, times: int, table: str) -> Iterator[None]:
    """A transaction is at every item of a table, for so many of the next single writes."""
    left = iter(range(times))
    single = {"DynamoDB_20120810.PutItem", "DynamoDB_20120810.UpdateItem", "DynamoDB_20120810.DeleteItem"}

    def refuse(request: Any) -> AWSResponse | None:
        named = request.headers["X-Amz-Target"]
        operation = named.decode() if isinstance(named, bytes) else named
        if operation not in single or json.loads(request.body)["TableName"] != table:
            return None
        return answer(request.url, CONFLICT) if next(left, None) is not None else None

    with answering(client, refuse):
        yield
