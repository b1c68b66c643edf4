"""Live pictures: a URL says what is seen, and the first who asks has it made (contracts: Banatie §8)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.live_errors import ScopeFormatInvalid

MAX_SLUG: Final = 64
DEFAULT_LIMIT: Final = 30  # pictures of a scope
MAX_LIMIT: Final = 10_000
MAX_ORIGINS: Final = 20
PER_ADDRESS: Final = 10  # new pictures in an hour, of one project
VISITOR_SCOPES: Final = 10  # that URLs alone may begin in one project: no figure is documented
CLAIM_MS: Final = 30_000  # longer than any function runs that makes a picture
_SLUG: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_SLUG}}}")
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class LiveAsked:
    """What a URL wants to be seen."""

    prompt: str
    aspect_ratio: str
    auto_enhance: bool = True
    template: Template = Template.GENERAL


@dataclass(frozen=True, slots=True)
class LiveEntry:
    """What stands for a picture from the moment when somebody sets about making it.

    First it is claimed, until ``claimed_until_ms``; then it names the generation and the image that is to be;
    ``ready`` says that somebody saw the image.
    """

    project_id: str
    scope: str  # empty: the project's own, for callers with a key
    key: str
    generation_id: str | None = None
    image_id: str | None = None
    ready: bool = False
    hits: int = 0
    claimed_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class LiveScope:
    """Where public URLs of a project stand, and how much may come of them."""

    project_id: str
    scope_id: str
    slug: str
    created_at_ms: int
    updated_at_ms: int
    allow_new: bool = True
    limit: int = DEFAULT_LIMIT
    pictures: int = 0  # made or being made
    origins: tuple[str, ...] = ()  # pages whose visitors may have new ones made; empty: all
    last_generated_at_ms: int | None = None
    meta: str = "{}"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """What a project has of its own for all its live URLs. The secret that signs them is sealed."""

    allow_new_scopes: bool = True
    visitor_scopes: int = 0  # that URLs alone began
    signing_id: str | None = None
    sealed_secret: bytes | None = None


def cache_key(asked: LiveAsked, *, looks_at: Sequence[str], model: str) -> str:
    """Return what tells pictures apart: the SHA-256 of everything that changes one.

    ``looks_at`` are the contents of the images that the prompt names, so that another image under an alias,
    and the same image made anew, make another picture.
    """
    template = asked.template if asked.auto_enhance else None
    said = [asked.prompt, asked.aspect_ratio, asked.auto_enhance, template, list(looks_at), model]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode(errors="surrogatepass")).hexdigest()


def read_slug(value: object) -> str:
    """Return the name of a scope.

    Raises:
        ScopeFormatInvalid: it is none.
    """
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ScopeFormatInvalid(
            f"A scope has 1 to {MAX_SLUG} letters, digits, hyphens or underscores.", field="slug"
        )
    return value


def read_origins(values: Iterable[object]) -> tuple[str, ...]:
    """Return origins as browsers write them, each once.

    Raises:
        InvalidInput: one is no origin, or there are more than 20.
    """
    read = [origin_of(value) if isinstance(value, str) else None for value in values]
    origins = tuple(dict.fromkeys(origin for origin in read if origin is not None))
    if None in read:
        raise InvalidInput(
            "allowedOrigins must be origins such as https://www.example.com.", field="allowedOrigins"
        )
    if len(origins) > MAX_ORIGINS:
        raise InvalidInput(f"At most {MAX_ORIGINS} allowedOrigins.", field="allowedOrigins")
    return origins


def origin_of(url: str) -> str | None:
    """Return the origin of a page's URL (RFC 6454), None if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, _PORTS[parts.scheme]} else f":{port}")
