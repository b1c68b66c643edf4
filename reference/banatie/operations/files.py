"""Images for everybody, under the URLs that records show (contracts: Banatie §8)."""

from __future__ import annotations

from typing import Final

from reference.answers import Other
from reference.banatie.headers import CACHE, FILE, IMAGE_ID, LOCATION, NOSNIFF, RANGE
from reference.operation import Operation, Route
from tidegate.usecases.library.upload import CONTENT_TYPES

_PATH: Final = ("organization", "project", "image_name", "if_none_match")
_REFUSES: Final = ("image_not_found", "route_not_found", "service_unavailable")
_UNCHANGED: Final = Other("The caller has it as it is.", FILE)

FILES: Final[dict[Route, Operation]] = {
    ("GET", "/cdn/{organization}/{project}/img/{image}"): Operation(
        "get_image_file",
        "Files",
        "",
        "Get an image's bytes",
        "By its id or its alias in the project; the `storageUrl` of records. No request is limited.",
        CONTENT_TYPES,
        _REFUSES,
        (*_PATH, "range", "if_range"),
        headers=FILE,
        others={
            206: Other(
                "The bytes that were asked for.", {**FILE, **RANGE}, {one: {} for one in CONTENT_TYPES}
            ),
            302: Other(
                "What is too large for one answer is at `Location` for a while.",
                {**LOCATION, **CACHE, **IMAGE_ID, **NOSNIFF},
            ),
            304: _UNCHANGED,
            416: Other("There are no such bytes.", {**FILE, **RANGE}),
        },
    ),
    ("HEAD", "/cdn/{organization}/{project}/img/{image}"): Operation(
        "head_image_file",
        "Files",
        "",
        "Say what an image's file is",
        "The headers of the whole file, without its bytes.",
        (),
        _REFUSES,
        _PATH,
        headers=FILE,
        others={304: _UNCHANGED},
    ),
}
