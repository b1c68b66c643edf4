"""Shapes of the webhooks (contracts §8.2). What is absent is left out, never null."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import Field

from reference.openapi import json_content, parameter
from reference.shapes import Amount, Shape, Shapes, Url, Uuid

_ACCOUNT: Final = "5f0b6c1e-3a52-4f57-9a57-0f6f2b8f6a10"
_GENERATION: Final = "01987b2e-6d1c-7c30-8a4e-2f9d1b7c5e44"


class OfGeneration(Shape):
    """What every event of a generation says."""

    account_id: Uuid
    model_identifier: str
    generation_id: Uuid


class StartedData(OfGeneration):
    """Accepted, and given to a provider."""

    generation_status: Literal["processing"]
    generation_provider_initialize: NotRequired[str]
    generation_prediction_id: NotRequired[str]


class CompletedData(OfGeneration):
    """The files are there."""

    generation_status: Literal["succeeded"]
    generation_provider_used: str
    generation_output_file: list[Url]
    generation_prediction_id: NotRequired[str]


class FailedData(OfGeneration):
    """No provider could do it; the price was given back."""

    generation_status: Literal["failed"]
    generation_error: str
    generation_error_code: Annotated[str, Field(pattern="^BSE[0-9]{4}$")]
    generation_prediction_id: NotRequired[str]
    generation_provider_used: NotRequired[str]


class CanceledData(OfGeneration):
    """Canceled before it ended."""

    generation_status: Literal["canceled"]
    generation_prediction_id: NotRequired[str]
    credits_refunded: NotRequired[bool]


class ThresholdCrossed(Shape):
    """A threshold, and the balance when it was crossed."""

    threshold: Amount
    balance_at: Amount


class LowBalanceData(Shape):
    """The balance fell below one of the account's thresholds."""

    account_id: Uuid
    current_balance: Amount
    thresholds_crossed: Annotated[list[ThresholdCrossed], Field(min_length=1)]


class TestData(OfGeneration):
    """Sent on the operator's word, to try an endpoint. The generation's id is all zeros."""

    generation_status: Literal["succeeded"]


_BASE: Final = {"account_id": _ACCOUNT, "model_identifier": "bfl/flux-schnell", "generation_id": _GENERATION}
_PREDICTION: Final = {"generation_prediction_id": "pred_2f9d1b7c5e44"}
EVENTS: Final[dict[str, tuple[type, dict[str, object]]]] = {
    "generation.started": (
        StartedData,
        {
            **_BASE,
            "generation_status": "processing",
            "generation_provider_initialize": "replicate",
            **_PREDICTION,
        },
    ),
    "generation.completed": (
        CompletedData,
        {
            **_BASE,
            "generation_status": "succeeded",
            "generation_provider_used": "replicate",
            "generation_output_file": [f"https://api.example.com/outputs/{_GENERATION}/k3v9/0.png"],
            **_PREDICTION,
        },
    ),
    "generation.failed": (
        FailedData,
        {
            **_BASE,
            "generation_status": "failed",
            "generation_error": "Every provider failed.",
            "generation_error_code": "BSE4006",
            **_PREDICTION,
        },
    ),
    "generation.canceled": (
        CanceledData,
        {**_BASE, "generation_status": "canceled", **_PREDICTION, "credits_refunded": True},
    ),
    "credits.low_balance": (
        LowBalanceData,
        {
            "account_id": _ACCOUNT,
            "current_balance": 0.481,
            "thresholds_crossed": [{"threshold": 0.5, "balance_at": 0.496}],
        },
    ),
    "webhook.test": (
        TestData,
        {
            "account_id": _ACCOUNT,
            "model_identifier": "webhook/test",
            "generation_id": "00000000-0000-0000-0000-000000000000",
            "generation_status": "succeeded",
        },
    ),
}
_HEADERS: Final = (
    ("X-BabySea-Event", "The event, as in the body."),
    ("X-BabySea-Timestamp", "When it happened, as in the body."),
    ("X-BabySea-Delivery-Id", "The delivery, as in the body. Every retry keeps it: drop what you have seen."),
    (
        "X-BabySea-Signature",
        "`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<raw body>`, keyed by the whole secret.",
    ),
    ("webhook-id", "Standard Webhooks: the delivery."),
    ("webhook-timestamp", "Standard Webhooks: unix seconds."),
    ("webhook-signature", "Standard Webhooks: `v1,<base64>` of `<id>.<timestamp>.<raw body>`."),
)


def describe_webhooks(shapes: Shapes) -> dict[str, Any]:
    """The six events, each as the request that an endpoint of the customer gets."""
    return {event: {"post": _event(event, shape, data, shapes)} for event, (shape, data) in EVENTS.items()}


def _event(event: str, shape: type, data: dict[str, object], shapes: Shapes) -> dict[str, Any]:
    example = {
        "webhook_event": event,
        "webhook_timestamp": "2026-05-14T09:30:00.000Z",
        "webhook_delivery_id": "0d1c8e0a-52a1-5d3c-9f0b-6a7c3e2f1b48",
        "webhook_data": data,
    }
    known = {
        "webhook_event": {"const": event},
        "webhook_timestamp": {"type": "string", "format": "date-time"},
        "webhook_delivery_id": {"type": "string", "format": "uuid"},
        "webhook_data": shapes.ref(shape),
    }
    schema = {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    name = "Webhook" + event.rpartition(".")[2].title().replace("_", "")
    reference = shapes.add(name, schema)
    return {
        "operationId": f"on_{event.replace('.', '_')}",
        "summary": event,
        "description": (shape.__doc__ or "").strip(),
        "security": [],
        "parameters": [
            parameter("header", name, {"type": "string"}, told, required=True) for name, told in _HEADERS
        ],
        "requestBody": {"required": True, "content": json_content(reference, {"example": example})},
        "responses": {
            "2XX": {"description": "Taken. Anything else is repeated for up to 75 hours."},
            "410": {"description": "The endpoint is gone: it is disabled, and the delivery fails."},
        },
    }
