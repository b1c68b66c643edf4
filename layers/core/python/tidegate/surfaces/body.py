"""Reading a request body: small, JSON, an object."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from tidegate.domain.errors import InvalidInput, PayloadTooLarge
from tidegate.surfaces.http import Request

MAX_BYTES: Final = 100 * 1024  # BabySea docs: guides/sdk/errors


def read_object(request: Request, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """Return the body's JSON object.

    Raises:
        PayloadTooLarge: more than ``max_bytes``.
        InvalidInput: not a JSON object in UTF-8.
    """
    if len(request.body) > max_bytes:
        raise PayloadTooLarge(f"The request body may have at most {max_bytes} bytes.", limit=max_bytes)
    try:
        # Decoded here, for json.loads would take UTF-16 and UTF-32, too.
        body = parse_json(request.body.decode())
    except ValueError as error:
        raise InvalidInput("The request body must be valid JSON, each name once.") from error
    if not isinstance(body, dict):
        raise InvalidInput("The request body must be a JSON object.")
    return body


def parse_json(text: str) -> Any:
    """Return what a JSON text says.

    Raises:
        ValueError: it is none (RFC 8259), names a member twice, or could not be stored or written again.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_without_repetition)
        # JSON can spell halves of characters that no UTF-8 text can hold; no store takes them.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _without_repetition(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parsers disagree on which of two members with one name counts (RFC 8259 §4): neither does here."""
    read = dict(members)
    if len(read) < len(members):
        raise ValueError("a name is there twice")
    return read


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
