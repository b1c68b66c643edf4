"""The parameters of URLs that show pictures."""

from __future__ import annotations

from typing import Any, Final

from reference.banatie.admin_records import SLUG
from reference.openapi import parameter
from tidegate.domain.library.aliases import MAX_LENGTH
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.live import MAX_SLUG as MAX_SCOPE
from tidegate.domain.library.signed_urls import WAIT
from tidegate.domain.parameters import PROMPT_MAX_LENGTH
from tidegate.surfaces.banatie.asking import RATIOS
from tidegate.usecases.library.projects import MAX_SLUG

_TEXT: Final = {"type": "string"}
_ALIAS: Final = rf"^@[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}$"
_SLUG: Final = {"type": "string", "maxLength": MAX_SLUG, "pattern": f"^{SLUG}$"}
_PROMPT: Final = {"type": "string", "minLength": 1, "maxLength": PROMPT_MAX_LENGTH, "pattern": r"\S"}

PUBLIC_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "organization": parameter("path", "organization", _SLUG, "The organization's slug.", example="acme"),
    "project": parameter("path", "project", _SLUG, "The project's slug.", example="main"),
    "scope": parameter(
        "path",
        "scope",
        {"type": "string", "pattern": rf"^[A-Za-z0-9_-]{{1,{MAX_SCOPE}}}$"},
        "Where the URL stands; begun by its first picture if there is none of this name.",
        example="hero",
    ),
    "image_name": parameter(
        "path",
        "image",
        {"type": "string", "anyOf": [{"format": "uuid"}, {"pattern": _ALIAS}]},
        "The image's id, or its alias in the project.",
        example="@product-hero",
    ),
    "live_prompt": parameter(
        "query",
        "prompt",
        _PROMPT,
        "What is to be seen; `@names` in it are looked at.",
        required=True,
        example="An eagle over mountains",
    ),
    "live_ratio": parameter(
        "query", "aspectRatio", {"type": "string", "enum": [*RATIOS, ""]}, f"`{RATIOS[0]}` when left out."
    ),
    "live_enhance": parameter(
        "query",
        "autoEnhance",
        {"anyOf": [{"type": "boolean"}, {"const": ""}], "default": True},
        "Whether the prompt is rewritten first.",
    ),
    "live_template": parameter(
        "query",
        "template",
        {"type": "string", "enum": [*Template, ""], "default": Template.GENERAL},
        "What it is rewritten for.",
    ),
    "live_wait": parameter("query", WAIT, _TEXT, "How far a request came that was sent here again."),
    "signed_until": parameter("query", "exp", _TEXT, "Of a signed URL: until when, in unix seconds."),
    "signing_key": parameter("query", "kid", _TEXT, "Of a signed URL: names the secret."),
    "signature": parameter("query", "sig", _TEXT, "Of a signed URL: what makes it its owner's word."),
    "if_none_match": parameter("header", "If-None-Match", _TEXT, "The `ETag` that the caller has."),
    "range": parameter("header", "Range", _TEXT, "One range of bytes.", example="bytes=0-1023"),
    "if_range": parameter("header", "If-Range", _TEXT, "The `ETag` that the range is of."),
}
