"""Messages of a queue, one by one: what fails comes again by itself, soon at first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from tidegate.adapters.sqs import Queue

# How long a failed message hides after its first, second, … receipt; the last one repeats. A message whose
# worker was killed waits for the queue's visibility timeout instead: another might still be at it.
HIDE_S: Final = (2, 5, 10, 20, 40, 60)

Note = Callable[..., None]  # takes what the log lines about this message shall tell
Take = Callable[[dict[str, Any], Note], None]


def hide_s(receipts: int) -> int:
    """How long a message hides that failed after so many receipts, this one included."""
    return HIDE_S[min(max(receipts, 1), len(HIDE_S)) - 1]


class MessageConsumer:
    """A Lambda handler of an SQS event source with ``ReportBatchItemFailures``.

    One line in the log for each message, whatever became of it.
    """

    def __init__(self, logger: Logger, queue: Callable[[], Queue], done: str, take: Take) -> None:
        """Consume a queue.

        Args:
            logger: of the function.
            queue: where the messages come from; asked for only when one fails.
            done: what the log says of a message that was taken.
            take: takes one message, and tells the log about it. What it raises lets the message come again,
                and the queue's dead letters have it in the end.
        """
        self._logger = logger
        self._queue = queue
        self._done = done
        self._take = take

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Take each message of a batch; one that fails comes back alone."""
        failed = [record for record in event["Records"] if not self._taken(record)]
        for record in failed:
            self._hide(record)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}

    def _taken(self, record: Mapping[str, Any]) -> bool:
        told: dict[str, Any] = {}
        try:
            self._take(json.loads(record["body"]), told.update)
        except Exception:  # one bad message must not hold up the others
            told["message_id"] = record["messageId"]
            self._logger.exception("failed; the message comes again", extra=told)
            return False
        self._logger.info(self._done, extra=told)
        return True

    def _hide(self, record: Mapping[str, Any]) -> None:
        try:
            receipts = int(record["attributes"]["ApproximateReceiveCount"])
            self._queue().hide(record["receiptHandle"], hide_s(receipts))
        except Exception:  # nothing is lost: the message comes back when its visibility timeout ends
            self._logger.exception("the message hides for longer", extra={"message_id": record["messageId"]})
