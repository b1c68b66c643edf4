"""Messages that are to come in hours or days: one-time schedules of EventBridge Scheduler (docs/adr/0031)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_scheduler import EventBridgeSchedulerClient

# The Scheduler has no room or no time for this one (API reference, CreateSchedule, "Errors").
_BUSY: Final = {"ThrottlingException", "ServiceQuotaExceededException", "InternalServerException"}
_EXISTS: Final = "ConflictException"


@dataclass(frozen=True, slots=True)
class ScheduleTarget:
    """Where scheduled messages go: the queue, what may put them there, and where failures end. All ARNs."""

    queue_arn: str
    role_arn: str
    dead_letters_arn: str


class Schedules:
    """Makes one-time schedules in one group. Each sends one message and is then deleted by the service."""

    def __init__(
        self, client: Callable[[], EventBridgeSchedulerClient], group: str, target: ScheduleTarget
    ) -> None:
        """Name the group; ``client`` is asked for the API client when one is needed, which is seldom."""
        self._client = client
        self._group = group
        self._target = target

    def send_at(self, name: str, body: Mapping[str, object], at_ms: int) -> bool:
        """Have a message sent at ``at_ms``, to the minute. A name is used once: a second call does nothing.

        Returns False when the service cannot take it now.
        """
        try:
            self._client().create_schedule(
                Name=name,
                GroupName=self._group,
                ScheduleExpression=f"at({_second(at_ms)})",
                ScheduleExpressionTimezone="UTC",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target={
                    "Arn": self._target.queue_arn,
                    "RoleArn": self._target.role_arn,
                    "Input": json.dumps(body, separators=(",", ":")),
                    "DeadLetterConfig": {"Arn": self._target.dead_letters_arn},
                },
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _BUSY | {_EXISTS}:
                raise
            return code == _EXISTS
        return True


def _second(at_ms: int) -> str:
    """Write an instant as the Scheduler does, rounded up: a message that comes early is sent back."""
    return datetime.fromtimestamp(-(-at_ms // 1_000), UTC).strftime("%Y-%m-%dT%H:%M:%S")
