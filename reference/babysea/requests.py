"""What can be asked for, drawn from the catalogue: models, bodies of the two generate routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from reference.shapes import Shapes
from tidegate.domain.catalog import load_catalog
from tidegate.domain.generation import MediaType
from tidegate.domain.model import Kind, Model, Parameter
from tidegate.domain.parameters import PROMPT_MAX_LENGTH

_URL: Final = {"type": "string", "format": "uri", "description": "A public http(s) URL."}


def models(media_type: MediaType | None = None) -> tuple[Model, ...]:
    """The catalogue's models, of one medium if given. Retired ones stay: which are depends on the day."""
    return tuple(model for model in load_catalog().models if media_type in {None, model.media_type})


def identifiers(media_type: MediaType | None = None) -> dict[str, Any]:
    """The schema of a model identifier."""
    return {"type": "string", "enum": [model.identifier for model in models(media_type)]}


def resolutions(media_type: MediaType | None = None) -> dict[str, Any]:
    """The schema of a resolution."""
    return {"type": "string", "enum": _values(models(media_type), lambda model: model.schema.resolutions)}


def body(media_type: MediaType, shapes: Shapes) -> dict[str, Any]:
    """Refer to the body of a generate route: everything that any model takes, and nothing else."""
    offered = models(media_type)
    known = _core(offered) | {
        "generation_resolution": resolutions(media_type)
        | {"description": "Where the model has several; its first is the default."}
    }
    required = ["generation_prompt"]
    if media_type is MediaType.VIDEO:
        known |= _video(offered)
        required.append("generation_duration")
    schema = {
        "type": "object",
        "description": "Each model takes a part of this: see `schema` and `specific_schema` in the library.",
        "properties": known | specific(offered),
        "required": required,
        "additionalProperties": False,
    }
    return shapes.share("schemas", f"Generate{media_type.capitalize()}", schema)


def specific(offered: Iterable[Model]) -> dict[str, Any]:
    """The schemas of the parameters that only some models take: each as wide as its widest model."""
    found: dict[str, list[Parameter]] = {}
    for model in offered:
        for name, parameter in model.specific.items():
            found.setdefault(name, []).append(parameter)
    return {name: _widest(parameters) for name, parameters in sorted(found.items())}


def _core(offered: Sequence[Model]) -> dict[str, Any]:
    return {
        "generation_prompt": {
            "type": "string",
            "minLength": 1,
            "maxLength": PROMPT_MAX_LENGTH,
            "pattern": r"\S",
            "description": "What to make. Space around it is dropped.",
        },
        "generation_ratio": {
            "type": "string",
            "enum": _values(offered, lambda model: model.schema.ratios),
            "description": "Width to height; the model's first is the default.",
        },
        "generation_output_format": {
            "type": "string",
            "enum": _values(offered, lambda model: model.schema.formats),
            "description": "The model's first is the default.",
        },
        "generation_output_number": {
            "type": "integer",
            "minimum": 1,
            "maximum": max(model.schema.number_max for model in offered),
            "default": 1,
        },
        "generation_input_file": {
            "type": "array",
            "items": _URL,
            "maxItems": max(model.schema.input_files_max for model in offered),
            "description": "Pictures to start from, where the model takes any.",
        },
        "generation_provider_order": {
            "type": ["string", "null"],
            "description": "`fastest`, or providers joined by commas; else the model's own order.",
            "examples": ["fastest", "fal, replicate"],
        },
    }


def _video(offered: Sequence[Model]) -> dict[str, Any]:
    return {
        "generation_duration": {
            "type": "number",
            "enum": sorted(_values(offered, lambda model: model.schema.durations)),
            "description": "Seconds.",
        },
        "generation_generate_audio": {"type": "boolean", "default": False},
        "generation_input_file_last_content": _URL | {"description": "The last frame, a public http(s) URL."},
    }


def _values(offered: Iterable[Model], read: Callable[[Model], Iterable[Any]]) -> list[Any]:
    """Everything that any model lists, each once, in the order of first mention."""
    return list(dict.fromkeys(value for model in offered for value in read(model)))


def _widest(parameters: Sequence[Parameter]) -> dict[str, Any]:
    kinds = list(dict.fromkeys(parameter.kind.value for parameter in parameters))
    schema: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    if all(parameter.choices for parameter in parameters):
        schema["enum"] = list(dict.fromkeys(choice for p in parameters for choice in p.choices))
    for bound, word, choose in (
        ("minimum", "minimum", min),
        ("maximum", "maximum", max),
        ("max_length", "maxLength", max),
    ):
        values = [getattr(p, bound) for p in parameters if p.kind is not Kind.BOOLEAN]
        if values and None not in values:
            schema[word] = choose(values)
    return schema
