"""A queue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

MAX_DELAY_S: Final = 900  # SQS limit of DelaySeconds


class Queue:
    """Sends JSON messages to one SQS queue, and says when a received one shall come again."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: Mapping[str, object], *, delay_s: int = 0) -> None:
        """Queue a message, visible after ``delay_s`` seconds (capped at 900)."""
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=json.dumps(body, separators=(",", ":")),
            DelaySeconds=min(max(delay_s, 0), MAX_DELAY_S),
        )

    def hide(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message come again after ``seconds``, not at the end of the queue's own timeout."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )
