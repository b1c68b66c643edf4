"""Our parameters in a provider's own words. One mechanism for every provider, driven by the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tidegate.domain.model import FieldRule, Form, ProviderRoute


def native_input(route: ProviderRoute, params: Mapping[str, object]) -> dict[str, object]:
    """Return the provider's input for validated parameters, ready for JSON.

    ``route`` is the model's route for these parameters (``Model.route``). A parameter that the route does
    not name is left out: an accepted generation may be older than the catalogue.
    """
    native = dict(route.constants)
    for name, value in params.items():
        rule = route.fields.get(name)
        if rule is not None and rule.to is not None:
            native |= _fields(rule.to, rule.form, _native(rule, value))
    return native


def native_names(rule: FieldRule) -> set[str]:
    """Return the provider's fields that a rule writes; of numbered ones the first."""
    if rule.to is None:
        return set()
    if rule.form is Form.SPREAD:
        return {name for value in (rule.values or {}).values() if isinstance(value, dict) for name in value}
    return {rule.to}


def can_serve(route: ProviderRoute, params: Mapping[str, object]) -> bool:
    """Whether the provider can do what the parameters ask for."""
    return not beyond(route, params)


def beyond(route: ProviderRoute, params: Mapping[str, object]) -> tuple[str, ...]:
    """Name the parameters that the provider cannot do as they are asked for."""
    missing = (
        ("generation_input_file",) if route.needs_input and not params.get("generation_input_file") else ()
    )
    refused = (
        name
        for name, rule in route.fields.items()
        if name in params and not _admits(rule, value_key(params[name]))
    )
    return (*missing, *refused)


def value_key(value: object) -> str:
    """Return the text under which the catalogue lists a value: ``5``, ``16:9``, ``true``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _admits(rule: FieldRule, key: str) -> bool:
    return (
        (rule.only is None or key in rule.only)
        and (rule.values is None or key in rule.values)
        and (rule.max_length is None or len(key) <= rule.max_length)
    )


def _fields(to: str, form: Form, written: Any) -> dict[str, object]:
    match form:
        case Form.SPREAD:
            return dict(written)
        case Form.NUMBERED:
            return {to if number == 1 else f"{to}_{number}": one for number, one in enumerate(written, 1)}
        case _:
            return {to: written}


def _native(rule: FieldRule, value: Any) -> object:
    if rule.values is not None:
        return rule.values[value_key(value)]
    match rule.form:
        case Form.TEXT:
            return value_key(value)
        case Form.FIRST:
            return value[0]
        case Form.COMPLEMENT:
            return _number(1 - Decimal(value))
        case _:
            return _number(value) if isinstance(value, Decimal) else value


def _number(value: Decimal) -> int | float:
    """JSON knows no decimals; a whole one stays a whole number."""
    return int(value) if value == value.to_integral_value() else float(value)
