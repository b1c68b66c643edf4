"""From Python types to the schemas of an OpenAPI document (JSON Schema 2020-12).

A shape is a ``TypedDict`` that pydantic reads: a key is there or not (``NotRequired``) apart from whether its
value may be null, which is what a wire is made of. None of this is loaded to answer a request.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict, is_typeddict

REF: Final = "#/components/schemas/{model}"

Uuid = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Timestamp = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
        json_schema_extra={"format": "date-time"},
    ),
]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]


class Shape(TypedDict):
    """The root of all shapes: nothing but what is named, each key described by the text below it."""

    __pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)  # type: ignore[misc]


class _Generator(GenerateJsonSchema):
    """Without the titles that only repeat a key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


class Shapes:
    """The named parts of one document, collected while it refers to them."""

    def __init__(self, *, closed: bool) -> None:
        """With ``closed``, answers may hold nothing more than is described; else clients expect additions."""
        self._closed = closed
        self.components: dict[str, dict[str, Any]] = {}

    def ref(self, shape: type) -> dict[str, Any]:
        """Refer to a shape; with it come the shapes that it is made of."""
        if not is_typeddict(shape):
            raise TypeError(f"{shape} is no shape")
        schema = TypeAdapter(shape).json_schema(ref_template=REF, schema_generator=_Generator)
        for name, part in schema.pop("$defs", {}).items():
            self.add(name, part)
        return self.add(shape.__name__, schema)

    def open_ref(self, shape: type, keeps: Collection[str] = ()) -> dict[str, Any]:
        """Refer to a request's shape; those that ``keeps`` names take nothing but what is named."""
        requested = Shapes(closed=True)
        reference = requested.ref(shape)
        for name, schema in requested.components["schemas"].items():
            if name not in keeps:
                schema.pop("additionalProperties", None)
            self.share("schemas", name, schema)
        return reference

    def add(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """Name a schema of an answer that comes from elsewhere, and refer to it."""
        dropped = {"title"} if self._closed else {"title", "additionalProperties"}
        return self.share("schemas", name, {k: v for k, v in schema.items() if k not in dropped})

    def share(self, kind: str, name: str, part: dict[str, Any]) -> dict[str, Any]:
        """Name any other part, such as a response, and refer to it."""
        if self.components.setdefault(kind, {}).setdefault(name, part) != part:
            raise ValueError(f"two different {kind} are named {name}")
        return {"$ref": f"#/components/{kind}/{name}"}
