"""The state machine that owns failover."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

FAIL_OVER: Final = "Tidegate.FailOver"  # the state machine's Catch knows this name
# A token that nobody waits for any more: the task timed out, was answered before, or its machine is gone.
_STALE_TOKEN: Final = {"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"}
_MAX_CAUSE: Final = 1_000


class StateMachine:
    """Starts executions and answers their task tokens; both may be repeated safely."""

    def __init__(self, client: SFNClient, arn: str) -> None:
        self._client = client
        self._arn = arn

    def start(self, name: str, payload: Mapping[str, object]) -> bool:
        """Start the execution of this name; False when it was started before."""
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(payload))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def status(self, name: str) -> str | None:
        """Return how the execution of this name stands (``RUNNING``, ``FAILED`` …); None if there is none."""
        execution = f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            return self._client.describe_execution(executionArn=execution)["status"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise

    def succeed(self, token: str, output: Mapping[str, object]) -> None:
        """End the waiting task well. A stale token is no error."""
        self._answer(lambda: self._client.send_task_success(taskToken=token, output=json.dumps(output)))

    def fail_over(self, token: str, cause: str) -> None:
        """End the waiting task so that the machine goes to the next provider. A stale token is no error."""
        self._answer(
            lambda: self._client.send_task_failure(taskToken=token, error=FAIL_OVER, cause=cause[:_MAX_CAUSE])
        )

    @staticmethod
    def _answer(call: object) -> None:
        try:
            call()  # type: ignore[operator]
        except ClientError as error:
            if error.response["Error"]["Code"] not in _STALE_TOKEN:
                raise
