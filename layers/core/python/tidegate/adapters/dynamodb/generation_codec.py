"""A generation as an item. Small on purpose: up to 1 KB it costs two write units in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.generation import (
    Generation,
    MediaType,
    Output,
    ProviderFailure,
    Settlement,
    Status,
)
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.retention import DEFAULT_RETENTION, read_row

ENTITY: Final = "generation"
_OPTIONAL: Final = (
    "started_at_ms",
    "completed_at_ms",
    "provider_initialize",
    "provider_used",
    "predict_ms",
    "error_code",
    "error_message",
    "removed_at_ms",
    "script",
)


def to_item(generation: Generation) -> Item:
    """Write a generation."""
    values: dict[str, object] = {
        "pk": generation.account_id,
        "sk": generation.generation_id,
        "entity": ENTITY,
        "surface": generation.surface,
        "model": generation.model,
        "media_type": generation.media_type,
        "params": generation.params,
        "providers": generation.providers,
        "price": generation.price.micros,
        "status": generation.status,
        "prediction_id": generation.prediction_id,
        "created_at_ms": generation.created_at_ms,
        "expires_at_ms": generation.expires_at_ms,
        "outputs": outputs_value(generation.outputs) or None,
        "provider_failures": failures_value(generation.provider_failures) or None,
        "settlement": generation.settlement,
        "mode": generation.mode.stored,
        "trial": generation.trial or None,
        "note": generation.note or None,
        "retention": str(generation.retention),
        "ttl": generation.record_until_s,
    }
    values |= {name: getattr(generation, name) for name in _OPTIONAL}
    return encode_item(values)


def from_item(item: Mapping[str, Any]) -> Generation:
    """Read a generation."""
    values = decode_item(item)
    return Generation(
        account_id=values["pk"],
        generation_id=values["sk"],
        surface=values["surface"],
        model=values["model"],
        media_type=MediaType(values["media_type"]),
        params=values["params"],
        providers=tuple(values["providers"]),
        price=Money(values["price"]),
        status=Status(values["status"]),
        prediction_id=values["prediction_id"],
        created_at_ms=values["created_at_ms"],
        expires_at_ms=values["expires_at_ms"],
        outputs=tuple(Output(**output) for output in values.get("outputs", ())),
        provider_failures=tuple(ProviderFailure(**told) for told in values.get("provider_failures", ())),
        settlement=Settlement(values["settlement"]) if "settlement" in values else None,
        mode=Mode(values.get("mode", Mode.LIVE)),
        trial=values.get("trial", False),
        note=values.get("note", {}),
        retention=read_row(values["retention"]) if "retention" in values else DEFAULT_RETENTION,
        record_until_s=values.get("ttl"),
        **{name: values.get(name) for name in _OPTIONAL},
    )


def outputs_value(outputs: Iterable[Output]) -> list[dict[str, object]]:
    """Write the outputs, leaving out what is unknown."""
    names = ("key", "content_type", "size_bytes", "width", "height", "duration_ms")
    return [
        {name: getattr(output, name) for name in names if getattr(output, name) is not None}
        for output in outputs
    ]


def failures_value(failures: Iterable[ProviderFailure]) -> list[dict[str, object]]:
    """Write why each provider failed."""
    return [asdict(failure) for failure in failures]
