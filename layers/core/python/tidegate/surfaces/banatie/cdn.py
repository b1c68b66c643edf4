"""Images for everybody, under the lasting URLs that records show (contracts: Banatie §8, "CDN images").

There is no key in them and no request is limited: an ``<img>`` tag asks, and so does a CDN in front of us,
which needs what it can keep: bytes with a validator rather than a redirect to somewhere else.
"""

from __future__ import annotations

import hashlib
from typing import Final, Protocol

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.http_errors import ResponseLost, UnexpectedStatus
from tidegate.adapters.s3 import PRESIGNED_FOR_S, OutputStore
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.library.aliases import RESERVED, is_alias, is_well_formed
from tidegate.domain.library.errors import ImageNotFound
from tidegate.domain.library.records import Image
from tidegate.surfaces.banatie.reading import path_id
from tidegate.surfaces.byte_serving import RangeNotSatisfiable, has_already, wanted_span
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.library.images import find
from tidegate.usecases.library.projects import project_at

# Lambda answers 6 MB, the base64 of the body and the headers included (AWS Lambda quotas).
MAX_ANSWER_BYTES: Final = 4_650_000
FOR_EVER: Final = "public, max-age=31536000, immutable"  # an upload never changes
AFTER_RUNS: Final = "public, max-age=300, must-revalidate"  # another run puts other bytes there
BY_ALIAS: Final = "public, max-age=60, must-revalidate"  # which may move to another image
_TRIES: Final = 2


class Services(Protocol):
    """What serving needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The records."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""


def serve_image(request: Request, services: Services) -> Response:
    """Answer an image's bytes by its id or project alias; what is too large for a function, by a redirect.

    Raises:
        ImageNotFound: there is no such project, or no such image in it.
        ServiceUnavailable: the file could not be read.
    """
    for _ in range(_TRIES):
        image = _named(request, services)
        headers = _headers(image, request)
        if has_already(request, headers["etag"]):
            return Response(304, "", headers)
        try:
            return _answer(request, image, headers, services.outputs)
        except UnexpectedStatus:
            continue  # another run put a new file in its place just now
        except ResponseLost:
            break
    raise ServiceUnavailable("The image could not be read. Try again.")


def _named(request: Request, services: Services) -> Image:
    """Return the image that the path means: by its id, or by the project's alias for it."""
    params, library = request.path_params, services.library
    name = params.get("image", "")
    if not is_alias(name):
        name = path_id(request, "image", ImageNotFound)
    elif name in RESERVED or not is_well_formed(name):  # a library's newest image is no business of others
        raise ImageNotFound
    project_id = project_at(library, params.get("organization", ""), params.get("project", ""))
    if project_id is None:
        raise ImageNotFound
    return find(library, project_id, name)


def _answer(request: Request, image: Image, headers: dict[str, str], outputs: OutputStore) -> Response:
    try:
        span = wanted_span(request, headers["etag"], image.size_bytes)
    except RangeNotSatisfiable:
        nothing = {"content-range": f"bytes */{image.size_bytes}", "cache-control": "no-store"}
        return Response(416, "", {**headers, **nothing, "content-length": "0"})
    if request.method == "HEAD":
        return Response(200, "", headers)
    if (span.length if span else image.size_bytes) > MAX_ANSWER_BYTES:
        return _redirect(image, headers, outputs)
    if span is None:
        return Response(200, outputs.fetch(image.file), headers)
    part = {"content-range": span.content_range, "content-length": str(span.length)}
    return Response(206, outputs.fetch(image.file, (span.first, span.last)), {**headers, **part})


def _redirect(image: Image, headers: dict[str, str], outputs: OutputStore) -> Response:
    """Send the caller to the bucket for a while that is shorter than the signature's life."""
    kept = {name: headers[name] for name in ("x-image-id", "x-content-type-options")}
    location = outputs.presign(image.file, "GET")
    briefly = {"cache-control": f"private, max-age={PRESIGNED_FOR_S // 5}"}
    return Response(302, "", {**kept, **briefly, "location": location})


def _headers(image: Image, request: Request) -> dict[str, str]:
    # The name of a content tells it from every other; it is hashed, for it is nobody's business.
    tag = hashlib.sha256(image.file.encode()).hexdigest()[:32]
    return {
        "content-type": image.content_type,
        "content-length": str(image.size_bytes),
        "cache-control": _keeping(image, request),
        "etag": f'"{tag}"',
        "accept-ranges": "bytes",
        "x-image-id": image.image_id,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
    }


def _keeping(image: Image, request: Request) -> str:
    if is_alias(request.path_params.get("image", "")):
        return BY_ALIAS
    return FOR_EVER if image.generation_id is None else AFTER_RUNS
