"""The parameters of a generation against what the model accepts, with the defaults filled in.

Names are those of the first surface (``generation_…``); every surface speaks to the core in them. The
result is what is priced, stored and translated for the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from tidegate.domain.addresses import Target, UnsafeUrl
from tidegate.domain.echo import shortened
from tidegate.domain.errors import InvalidInput, ParameterOutOfRange, UnsupportedProviderOrder
from tidegate.domain.generation import MediaType
from tidegate.domain.model import Kind, Model, Parameter
from tidegate.domain.translation import beyond

PROMPT_MAX_LENGTH: Final = 5_000  # BabySea docs: playground/request-schema
# What a client sends that always sends the field.
_NO_INPUT_FILES: Final[tuple[str, object]] = ("generation_input_file", [])
_MAX_POWER: Final = 100  # of ten; a store that keeps numbers exactly has an end (DynamoDB: -130 to 125)
FASTEST: Final = "fastest"  # the server ranks (usecases.steering); here it is the catalogue's order


def validate_params(model: Model, given: Mapping[str, Any]) -> dict[str, object]:
    """Check every parameter and fill in the defaults; the first value that the model lists is the default.

    Raises:
        InvalidInput: a parameter is missing, unknown to this model, or wrong; ``details["field"]`` names it.
        ParameterOutOfRange: a number outside the model's range.
    """
    params = _core_params(model, given)
    for name, value in given.items():
        if name in model.specific:
            params[name] = _specific(name, model.specific[name], value)
        elif name not in params and (name, value) != _NO_INPUT_FILES:
            raise unknown_parameter(model, name)
    return params


def unknown_parameter(model: Model, name: str) -> InvalidInput:
    """Return the refusal of a parameter that the model does not have."""
    shown = shortened(name)
    return InvalidInput(f"{model.identifier} does not accept {shown}.", field=shown)


def resolve_providers(model: Model, params: Mapping[str, object], order: object = None) -> tuple[str, ...]:
    """Return the providers to try, in order: those of ``order`` that can do what ``params`` ask for.

    Args:
        model: the model that is to run.
        params: validated parameters.
        order: ``fastest``, or ids joined by commas, any subset in any order; None for the catalogue's.

    Raises:
        InvalidInput: the order is not a text.
        UnsupportedProviderOrder: an unknown or repeated id, or nobody left who can serve the parameters.
    """
    lacks = {name: beyond(model.route(name, params), params) for name in _wanted(model, order)}
    able = tuple(name for name, lacking in lacks.items() if not lacking)
    if not able:
        why = "; ".join(f"{name} cannot do {', '.join(lacking)} as asked" for name, lacking in lacks.items())
        raise UnsupportedProviderOrder(
            f"None of the providers asked for can serve these parameters: {why}.",
            field="generation_provider_order",
        )
    return able


def _wanted(model: Model, order: object) -> tuple[str, ...]:
    if order is None or order == FASTEST:
        return model.providers
    if not isinstance(order, str):
        raise InvalidInput("generation_provider_order must be a text.", field="generation_provider_order")
    wanted = tuple(entry.strip() for entry in order.split(","))
    if len(set(wanted)) < len(wanted) or not set(wanted) <= set(model.providers):
        raise UnsupportedProviderOrder(
            f"generation_provider_order must be {FASTEST!r} or name providers of {model.identifier} once "
            f"each: {', '.join(model.providers)}.",
            field="generation_provider_order",
        )
    return wanted


def priced_params(model: Model, given: Mapping[str, Any]) -> dict[str, object]:
    """Check the parameters that a price depends on and fill in their defaults; others are not looked at.

    Raises:
        InvalidInput, ParameterOutOfRange: as ``validate_params``.
    """
    schema = model.schema
    params: dict[str, object] = {"generation_output_number": _output_number(given, schema.number_max)}
    if model.media_type is MediaType.VIDEO:
        if "generation_duration" not in given:
            raise InvalidInput(
                f"generation_duration is required for {model.identifier}.", field="generation_duration"
            )
        params["generation_duration"] = _choice(given, "generation_duration", schema.durations)
    if schema.resolutions:
        params["generation_resolution"] = _choice(given, "generation_resolution", schema.resolutions)
    if schema.audio:
        params["generation_generate_audio"] = _flag(given, "generation_generate_audio")
    return params


def _core_params(model: Model, given: Mapping[str, Any]) -> dict[str, object]:
    schema = model.schema
    params: dict[str, object] = {
        "generation_prompt": _prompt(given),
        "generation_ratio": _choice(given, "generation_ratio", schema.ratios),
        "generation_output_format": _choice(given, "generation_output_format", schema.formats),
    }
    return params | priced_params(model, given) | _input_files(model, given)


def _prompt(given: Mapping[str, Any]) -> str:
    prompt = given.get("generation_prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidInput("generation_prompt is required and must not be empty.", field="generation_prompt")
    return _text("generation_prompt", prompt.strip(), PROMPT_MAX_LENGTH)


def _choice(given: Mapping[str, Any], name: str, choices: tuple[Any, ...]) -> object:
    """Return the listed value that equals the given one, so that 5.0 is stored as 5."""
    if name not in given:
        return choices[0]
    value = given[name]
    for choice in choices:
        if choice == value and not isinstance(value, bool):
            return choice
    raise InvalidInput(f"{name} must be one of {', '.join(map(str, choices))}.", field=name)


def _output_number(given: Mapping[str, Any], maximum: int) -> object:
    name = "generation_output_number"
    return _specific(name, Parameter(Kind.INTEGER, minimum=1, maximum=maximum), given.get(name, 1))


def _flag(given: Mapping[str, Any], name: str) -> object:
    return _specific(name, Parameter(Kind.BOOLEAN), given.get(name, False))


def _input_files(model: Model, given: Mapping[str, Any]) -> dict[str, object]:
    params: dict[str, object] = {}
    first, last = "generation_input_file", "generation_input_file_last_content"
    if model.needs_input and not given.get(first):
        raise InvalidInput(
            f"{model.identifier} makes nothing from a text alone: {first} is required.", field=first
        )
    if model.schema.input_files_max:
        files = _urls(first, given.get(first, []), model.schema.input_files_max)
        params |= {first: files} if files else {}
    if model.schema.last_frame and last in given:
        if first not in params:
            raise InvalidInput(f"{last} needs {first}, the first frame.", field=last)
        params[last] = _url(last, given[last])
    return params


def _urls(name: str, files: object, maximum: int) -> list[str]:
    if not isinstance(files, list):
        raise InvalidInput(f"{name} must be a list of URLs.", field=name)
    if len(files) > maximum:
        raise InvalidInput(f"{name} takes at most {maximum} URL(s) for this model.", field=name)
    return [_url(name, entry, index) for index, entry in enumerate(files)]


def _url(name: str, value: object, index: int | None = None) -> str:
    """Return the URL if it is well formed. Where it leads is looked at in ``usecases.check_inputs``."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} must hold URLs as text.", field=name, index=index)
    try:
        Target.parse(value)
    except UnsafeUrl as error:
        raise InvalidInput(f"{name}: {error}.", field=name, index=index) from error
    return value


def _specific(name: str, parameter: Parameter, value: object) -> object:
    match parameter.kind:
        case Kind.BOOLEAN:
            if not isinstance(value, bool):
                raise InvalidInput(f"{name} must be true or false.", field=name)
            return value
        case Kind.STRING:
            return _string(name, parameter, value)
        case _:
            return _within(name, parameter, _number(name, parameter.kind, value))


def _string(name: str, parameter: Parameter, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"{name} must be a text.", field=name)
    if parameter.choices and value not in parameter.choices:
        raise InvalidInput(f"{name} must be one of {', '.join(parameter.choices)}.", field=name)
    return value if parameter.max_length is None else _text(name, value, parameter.max_length)


def _number(name: str, kind: Kind, value: object) -> int | Decimal:
    """Return an exact number: whole ones as int, others as Decimal, which is what can be stored."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number and abs(number.adjusted()) > _MAX_POWER:
            raise InvalidInput(f"{name} is too near to zero, or too far from it.", field=name)
        if number.is_finite() and number == number.to_integral_value():
            return int(number)
        if number.is_finite() and kind is Kind.NUMBER:
            return number
    word = "a whole number" if kind is Kind.INTEGER else "a number"
    raise InvalidInput(f"{name} must be {word}.", field=name)


def _within(name: str, parameter: Parameter, number: int | Decimal) -> int | Decimal:
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise ParameterOutOfRange(f"{name} must be between {low} and {high}.", field=name)
    return number


def _text(name: str, value: str, maximum: int) -> str:
    if len(value) > maximum:
        raise InvalidInput(f"{name} may have at most {maximum} characters.", field=name)
    return value
