"""An attempt as an item, under its generation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.attempt import (
    Attempt,
    AttemptStatus,
    Failure,
    FailureClass,
    FailureCode,
    Prediction,
)
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money

ENTITY: Final = "attempt"


def sort_key(number: int) -> str:
    """Where attempt ``number`` lies under its generation."""
    return f"attempt#{number:02d}"


def to_item(attempt: Attempt) -> Item:
    """Write an attempt."""
    return encode_item(
        {
            "pk": attempt.generation_id,
            "sk": sort_key(attempt.number),
            "entity": ENTITY,
            "account_id": attempt.account_id,
            "number": attempt.number,
            "provider": attempt.provider,
            "model": attempt.model or None,
            "status": attempt.status,
            "callback_token": attempt.callback_token,
            "cost": attempt.cost.micros,
            "started_at_ms": attempt.started_at_ms,
            "deadline_ms": attempt.deadline_ms,
            "lease_until_ms": attempt.lease_until_ms,
            "owner": attempt.owner,
            "task_tokens": attempt.task_tokens,
            "prediction": prediction_value(attempt.prediction),
            "polls": attempt.polls,
            "retries": attempt.retries,
            "resolved_at_ms": attempt.resolved_at_ms,
            "failure": failure_value(attempt.failure),
            "mode": attempt.mode.stored,
        }
    )


def from_item(item: Mapping[str, Any]) -> Attempt:
    """Read an attempt."""
    values = decode_item(item)
    prediction, failure = values.get("prediction"), values.get("failure")
    return Attempt(
        account_id=values["account_id"],
        generation_id=values["pk"],
        number=values["number"],
        provider=values["provider"],
        status=AttemptStatus(values["status"]),
        callback_token=values["callback_token"],
        cost=Money(values["cost"]),
        started_at_ms=values["started_at_ms"],
        deadline_ms=values["deadline_ms"],
        lease_until_ms=values["lease_until_ms"],
        owner=values["owner"],
        task_tokens=tuple(values["task_tokens"]),
        prediction=Prediction(**prediction) if prediction else None,
        polls=values["polls"],
        retries=values["retries"],
        resolved_at_ms=values.get("resolved_at_ms"),
        failure=_failure(failure) if failure else None,
        mode=Mode(values.get("mode", Mode.LIVE)),
        model=values.get("model", ""),
    )


def prediction_value(prediction: Prediction | None) -> dict[str, object] | None:
    """Write a prediction."""
    if prediction is None:
        return None
    return {
        "provider": prediction.provider,
        "prediction_id": prediction.prediction_id,
        "native_model": prediction.native_model,
        "urls": prediction.urls,
    }


def failure_value(failure: Failure | None) -> dict[str, object] | None:
    """Write a failure."""
    if failure is None:
        return None
    return {
        "class": failure.failure_class,
        "code": failure.code,
        "message": failure.message,
        "http_status": failure.http_status,
    }


def _failure(values: Mapping[str, Any]) -> Failure:
    return Failure(
        failure_class=FailureClass(values["class"]),
        code=FailureCode(values["code"]),
        message=values["message"],
        http_status=values.get("http_status"),
    )
