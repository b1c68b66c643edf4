"""One-time schedules of the service that carries long waits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from tidegate.adapters.scheduler import Schedules, ScheduleTarget
from tidegate.runtime import Runtime

if TYPE_CHECKING:
    from types_boto3_scheduler import EventBridgeSchedulerClient

BODY = {"delivery_id": "d-1"}
AT_MS = 1_800_000_000_001


def stored(runtime: Runtime, name: str) -> dict[str, Any]:
    return dict(runtime.client("scheduler").get_schedule(Name=name))


def test_a_schedule_sends_one_message_by_its_role_and_is_deleted(runtime: Runtime) -> None:
    assert runtime.schedules.send_at("d-1-6", BODY, AT_MS)
    schedule = stored(runtime, "d-1-6")
    assert schedule["ScheduleExpression"] == "at(2027-01-15T08:00:01)"  # rounded up
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    target = schedule["Target"]
    assert json.loads(target["Input"]) == BODY
    assert target["Arn"].endswith(":deliveries")
    assert target["RoleArn"].endswith(":role/schedules")
    assert target["DeadLetterConfig"]["Arn"].endswith(":deliveries-dead")


def test_a_name_is_used_once_and_the_first_stays(runtime: Runtime) -> None:
    runtime.schedules.send_at("d-1-6", BODY, AT_MS)
    assert runtime.schedules.send_at("d-1-6", BODY, AT_MS + 3_600_000)
    assert stored(runtime, "d-1-6")["ScheduleExpression"] == "at(2027-01-15T08:00:01)"


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ServiceQuotaExceededException", "InternalServerException"]
)
def test_a_service_that_is_full_or_busy_says_so(code: str) -> None:
    assert not failing(code).send_at("d-1-6", BODY, AT_MS)


def test_any_other_refusal_is_an_error() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        failing("AccessDeniedException").send_at("d-1-6", BODY, AT_MS)


def failing(code: str) -> Schedules:
    """Schedules of a service that refuses with this code."""

    class Refusing:
        def create_schedule(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "CreateSchedule")

    target = ScheduleTarget("queue", "role", "dead")
    return Schedules(lambda: cast("EventBridgeSchedulerClient", Refusing()), "default", target)
