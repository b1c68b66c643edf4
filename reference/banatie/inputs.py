"""The parameters of Banatie's operations, each described once."""

from __future__ import annotations

from typing import Any, Final

from reference.banatie.public_inputs import PUBLIC_INPUTS
from reference.openapi import parameter
from tidegate.domain.library.aliases import MAX_LENGTH
from tidegate.domain.library.live import MAX_SLUG
from tidegate.domain.library.records import Progress, Source
from tidegate.surfaces.banatie.reading import DEFAULT_LIMIT, MAX_LIMIT

_UUID: Final = {"type": "string", "format": "uuid"}
_WHOLE: Final = {"type": "integer"}
_FLAG: Final = {"type": "boolean", "default": False}
_NAME: Final = rf"@[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}"
_ALIAS: Final = {"type": "string", "pattern": f"^{_NAME}$"}
_SLUG: Final = {"type": "string", "pattern": rf"^[A-Za-z0-9_-]{{1,{MAX_SLUG}}}$"}
_CLAMPED: Final = "A value outside is moved to the nearest bound."


def _id(of: str) -> dict[str, Any]:
    return parameter("path", "id", _UUID, f"The {of}'s id.")


PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    **PUBLIC_INPUTS,
    "generation_id": _id("generation"),
    "flow_id": _id("flow"),
    "key_id": _id("key"),
    "project_id": _id("project"),
    "scope_slug": parameter("path", "slug", _SLUG, "The scope's slug.", example="hero"),
    "slug_filter": parameter("query", "slug", {"type": "string"}, "Only the scope of this slug."),
    "image_id": parameter(
        "path",
        "id",
        {"type": "string", "anyOf": [{"format": "uuid"}, {"pattern": f"^{_NAME}$"}]},
        "The image's id, or an alias.",
        example="@product-hero",
    ),
    "alias": parameter("path", "alias", _ALIAS, "An alias, with its `@`.", example="@hero"),
    "flow_context": parameter("query", "flowId", _UUID, "The flow in which an alias is looked up first."),
    "flow_filter": parameter("query", "flowId", _UUID, "Only what belongs to this flow."),
    "status": parameter("query", "status", {"type": "string", "enum": list(Progress)}, "Only those."),
    "source": parameter("query", "source", {"type": "string", "enum": list(Source)}, "Only those."),
    "alias_filter": parameter("query", "alias", {"type": "string"}, "Only the image of this project alias."),
    "include_deleted": parameter("query", "includeDeleted", _FLAG, "What is softly deleted, too."),
    "permanent": parameter("query", "permanent", _FLAG, "For good, with its file."),
    "cascade": parameter("query", "cascade", _FLAG, "With what is in it, but for images with an alias."),
    "limit": parameter(
        "query", "limit", _WHOLE | {"default": DEFAULT_LIMIT}, f"How many, 1 to {MAX_LIMIT}. {_CLAMPED}"
    ),
    "offset": parameter("query", "offset", _WHOLE | {"default": 0}, f"How many to pass over. {_CLAMPED}"),
    "on_conflict": parameter(
        "query",
        "onAliasConflict",
        {"type": "string"},
        "`move` takes an alias from the image that has it; else that is 409, unless the project says so.",
        example="move",
    ),
    "prefer": parameter(
        "header",
        "Prefer",
        {"type": "string"},
        "`respond-async`: answer at once; `wait=5`: after 5 s (RFC 7240).",
        example="respond-async",
    ),
    "idempotency_key": parameter(
        "header",
        "Idempotency-Key",
        {"type": "string", "pattern": r"^[A-Za-z0-9_\-:.]{1,255}$"},
        "Makes this request safe to repeat for 24 hours. Belongs to the project.",
    ),
}
