"""An estimate: its question in the query string, and its answer (contracts §1.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from tidegate.domain.errors import InvalidInput
from tidegate.domain.estimate import Estimate
from tidegate.domain.generation import MediaType
from tidegate.domain.model import Dimension
from tidegate.domain.money import Money
from tidegate.domain.pricing import unit_price
from tidegate.surfaces.babysea.envelope import number
from tidegate.surfaces.babysea.query import read_whole
from tidegate.surfaces.http import Request

MAX_COUNT: Final = 100
# The query's names for the parameters of a generation. Other names in the query mean nothing to us.
_PARAMETERS: Final = {
    "duration": "generation_duration",
    "resolution": "generation_resolution",
    "audio": "generation_generate_audio",
}
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_FLAGS: Final = {"true": True, "false": False}


def read_count(request: Request) -> int:
    """Return how many generations are asked about: 1 to 100, moved to the nearest bound.

    Raises:
        InvalidInput: it is no whole number.
    """
    return read_whole(request, "count", default=1, low=1, high=MAX_COUNT)


def read_given(request: Request) -> dict[str, object]:
    """Return the parameters in the query under their names in a submit; what cannot be read stays text."""
    given: dict[str, object] = {
        parameter: request.query[name] for name, parameter in _PARAMETERS.items() if name in request.query
    }
    duration = request.query.get("duration", "")
    if _NUMBER.fullmatch(duration):
        given["generation_duration"] = Decimal(duration)
    audio = request.query.get("audio", "")
    if audio in _FLAGS:
        given["generation_generate_audio"] = _FLAGS[audio]
    return given


@contextmanager
def in_the_querys_words() -> Iterator[None]:
    """Let a refusal name what the caller sent: ``duration``, not ``generation_duration``."""
    try:
        yield
    except InvalidInput as error:
        for name, parameter in _PARAMETERS.items():
            if error.details.get("field") == parameter:
                raise type(error)(error.message.replace(parameter, name), field=name) from error
        raise


def present_estimate(estimate: Estimate) -> dict[str, object]:
    """What it would cost. Seconds and resolution are shown where the price depends on them."""
    return {
        "model_identifier": estimate.model.identifier,
        "model_type": estimate.model.media_type.value,
        "assets_count": estimate.count,
        **_rate(estimate),
        "cost_per_generation": number(estimate.per_generation.dollars),
        "cost_total_consumed": number(estimate.total.dollars),
        "credit_balance": _optional(estimate.balance),
        "credit_balance_can_afford": estimate.can_afford,
        "credit_balance_max_affordable": estimate.max_affordable,
    }


def _rate(estimate: Estimate) -> dict[str, object]:
    model, params = estimate.model, estimate.params
    shown: dict[str, object] = {}
    if model.media_type is MediaType.VIDEO:
        shown["cost_per_second"] = number(unit_price(model, params).dollars)
        shown["duration_seconds"] = params["generation_duration"]
    if Dimension.RESOLUTION in model.price.by:
        shown["resolution"] = params["generation_resolution"]
    return shown


def _optional(amount: Money | None) -> float | None:
    return None if amount is None else number(amount.dollars)
