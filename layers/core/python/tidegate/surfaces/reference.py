"""What the API says about itself: a surface's OpenAPI document, and the page that shows it.

Both come from a layer of their own (``infra/reference.py``), packed file by file. No key is asked for, and no
store: what is answered here is the same for everybody.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tidegate.domain.errors import RouteNotFound
from tidegate.surfaces.http import Request, Response

PACKAGE: Final = "tidegate_reference"
_PAGE: Final = "index.html"
# What a page may load, with the type that it is sent as. No other file of the layer is served.
_TYPES: Final = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
    "LICENSE": "text/plain; charset=utf-8",
    "NOTICE": "text/plain; charset=utf-8",
}
_NOSNIFF: Final = {"x-content-type-options": "nosniff"}
_DOCUMENT_CACHE: Final = "public, max-age=300"
_PAGE_CACHE: Final = "no-cache"  # ask each time, for the files of a page belong together; mostly answered 304


@dataclass(frozen=True, slots=True)
class _File:
    """A packed file and what names its content."""

    packed: bytes
    etag: str


def document(request: Request, surface: str, base_url: str) -> Response:
    """Answer with a surface's OpenAPI document; its only server is this deployment."""
    text = _document(surface, base_url)
    etag = _etag(text.encode())
    headers = {**_NOSNIFF, "cache-control": _DOCUMENT_CACHE, "etag": etag}
    if _is_known(request, etag):
        return Response(304, "", headers)
    return Response(200, text, headers)


def shown(request: Request, base_url: str) -> Response:
    """Answer with the interactive page, or with the ``file`` of it that the path names.

    Raises:
        RouteNotFound: there is no such file.
    """
    name = request.path_params.get("file")
    if name is None:
        return page(request, base_url)
    file = page_file(request, name)
    if file is None:
        raise RouteNotFound("There is no such path.")
    return file


def page(request: Request, base_url: str) -> Response:
    """Answer with the interactive page. It asks its own address, and the one that callers use."""
    policy = {
        "content-security-policy": _policy(base_url),
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    return _send(request, _PAGE, "text/html; charset=utf-8", policy)


def page_file(request: Request, name: str) -> Response | None:
    """Answer with a file that the page loads; None if there is no such file."""
    return _send(request, name, _TYPES[name], {}) if name in _TYPES else None


def _policy(base_url: str) -> str:
    parts = urlsplit(base_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",  # the library's style sheet holds its icons
            f"connect-src 'self' {parts.scheme}://{parts.netloc}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _send(request: Request, name: str, content_type: str, more: Mapping[str, str]) -> Response:
    file = _file(name)
    headers = {
        **_NOSNIFF,
        **more,
        "cache-control": _PAGE_CACHE,
        "content-type": content_type,
        "etag": file.etag,
        "vary": "accept-encoding",
    }
    if _is_known(request, file.etag):
        return Response(304, "", headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(200, file.packed, {**headers, "content-encoding": "gzip"})
    return Response(200, gzip.decompress(file.packed), headers)


def _is_known(request: Request, etag: str) -> bool:
    """Whether the caller already holds this content (RFC 9110 §13.1.2)."""
    given = {
        entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")
    }
    return etag in given or "*" in given


@cache
def _document(surface: str, base_url: str) -> str:
    described = json.loads(gzip.decompress(_file(f"{surface}.json").packed))
    described["servers"] = [{"url": base_url}]
    return json.dumps(described, separators=(",", ":"), ensure_ascii=False)


@cache
def _file(name: str) -> _File:
    packed = (_folder() / f"{name}.gz").read_bytes()
    return _File(packed, _etag(packed))


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"the layer with {PACKAGE} is missing: the function's construct must add it")
    return Path(next(iter(spec.submodule_search_locations)))


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
