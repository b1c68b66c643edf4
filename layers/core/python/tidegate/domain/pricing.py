"""What a generation costs: the customer's price, and what we pay the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.domain.model import Dimension, Model, ProviderRoute, Rate, Unit
from tidegate.domain.money import Money

MINIMUM_PRICE: Final = Money.of("0.001")


def price(model: Model, params: Mapping[str, Any]) -> Money:
    """Return the price of one generation in whole thousandths of a credit, half up, at least 0.001.

    ``params`` are validated: everything that the price depends on is there.
    """
    return max(MINIMUM_PRICE, _total(model.price, params).rounded_to_credits())


def cost(route: ProviderRoute, params: Mapping[str, Any]) -> Money:
    """Return what the provider bills us for one generation, to the micro-dollar."""
    return _total(route.cost, params)


def unit_price(model: Model, params: Mapping[str, Any]) -> Money:
    """Return the price of one image, or of one second of video, at these parameters."""
    return model.price.amounts[amount_key(model.price.by, params)]


def amount_key(by: tuple[Dimension, ...], params: Mapping[str, Any]) -> str:
    """Return the key of the amount that applies: ``""``, ``"720p"``, ``"audio"`` or ``"720p_noaudio"``."""
    return "_".join(_label(dimension, params) for dimension in by)


def audio_mode(params: Mapping[str, Any]) -> str:
    """Return ``audio`` or ``noaudio``, the words of prices and records."""
    return "audio" if params.get("generation_generate_audio") else "noaudio"


def _label(dimension: Dimension, params: Mapping[str, Any]) -> str:
    if dimension is Dimension.AUDIO:
        return audio_mode(params)
    return str(params["generation_resolution"])


def _total(rate: Rate, params: Mapping[str, Any]) -> Money:
    return rate.amounts[amount_key(rate.by, params)] * _units(rate.unit, params)


def _units(unit: Unit, params: Mapping[str, Any]) -> int:
    outputs = int(params["generation_output_number"])
    return outputs * int(params["generation_duration"]) if unit is Unit.SECOND else outputs
