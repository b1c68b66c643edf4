"""Every request body by the name that operations take it under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reference.banatie import admin_examples, admin_requests, examples, live_examples, live_requests, requests
from reference.banatie.requests import NewFocalPoint, UploadClaim
from reference.openapi import json_content
from reference.shapes import Shapes
from tidegate.usecases.library.upload import MAX_BYTES

_STRICT: Final = frozenset({NewFocalPoint.__name__})
_BODIES: Final = {**requests.BODIES, **live_requests.BODIES, **admin_requests.BODIES}
_EXAMPLES: Final = {**examples.REQUESTS, **live_examples.REQUESTS, **admin_examples.REQUESTS}


def bodies(shapes: Shapes) -> Mapping[str, Mapping[str, Any]]:
    """Describe them."""
    described = {
        name: {
            "required": required,
            "content": json_content(shapes.open_ref(shape, keeps=_STRICT), _EXAMPLES[name]),
        }
        for name, (shape, required) in _BODIES.items()
    }
    claim = json_content(shapes.open_ref(UploadClaim), _EXAMPLES["upload_image"])
    return described | {"upload_image": {"required": True, "content": {**_form(), **claim}}}


def _form() -> dict[str, Any]:
    text = {"type": "string"}
    fields = {
        "file": {
            "type": "string",
            "contentMediaType": "application/octet-stream",
            "description": f"One whole PNG, JPEG or WebP of at most {MAX_BYTES} bytes.",
        },
        "alias": text,
        "flowId": text | {"description": "Empty or `null`: no flow."},
        "flowAlias": text,
        "assignAlias": text | {"description": "The older name of `alias`."},
        "assignFlowAlias": text | {"description": "The older name of `flowAlias`."},
        "meta": text | {"description": "JSON."},
        "description": text,
    }
    schema = {"type": "object", "properties": fields, "required": ["file"]}
    return {"multipart/form-data": {"schema": schema, "examples": {"a picture": {"value": examples.FORM}}}}
