"""Reading what a provider sent, believing nothing about its shape."""

from __future__ import annotations

import base64
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Final

from tidegate.domain.attempt import MediaFile

MAX_RETRY_AFTER_S: Final = 3_600
_SUCCESS: Final = range(200, 300)
_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?;base64,", re.ASCII)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer of a provider's API. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return self.status in _SUCCESS

    @property
    def is_object(self) -> bool:
        """Whether the body is a JSON object."""
        return isinstance(self._json, dict)

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object of the body; empty when it is anything else."""
        return mapping(self._json)

    @cached_property
    def _json(self) -> object:
        return read_json(self.body)

    @property
    def retry_after_s(self) -> int | None:
        """The ``Retry-After`` header in seconds (RFC 9110 §10.2.3), at most an hour."""
        value = self.headers.get("retry-after", "").strip()
        exact_ms = self.headers.get("retry-after-ms", "").strip()  # OpenAI's own
        if exact_ms.isascii() and exact_ms.isdigit():
            return min(math.ceil(int(exact_ms[:9]) / 1000), MAX_RETRY_AFTER_S)
        if value.isascii() and value.isdigit():
            return min(int(value[:9]), MAX_RETRY_AFTER_S)
        try:
            wait_s = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
        return min(max(math.ceil(wait_s), 0), MAX_RETRY_AFTER_S)


def read_json(body: bytes) -> object:
    """Read JSON; None when it is not, or is built to hurt (depth, endless numbers, NaN)."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def write_json(value: Mapping[str, object]) -> bytes:
    """Write JSON; a Decimal, as DynamoDB returns fractions, becomes a number."""
    return json.dumps(value, separators=(",", ":"), default=_number).encode()


def text(value: object) -> str:
    """Return a text, or the empty one for anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or the empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """Return a JSON array, or the empty one for anything else."""
    return value if isinstance(value, list) else []


def seconds(value: object) -> int | None:
    """Return a wait in whole seconds, at most an hour; None for anything that is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return None
    return math.ceil(min(value, MAX_RETRY_AFTER_S))


def milliseconds(duration_s: object) -> int | None:
    """Return a duration in ms; None for anything that is not a sane number of seconds."""
    if isinstance(duration_s, bool) or not isinstance(duration_s, int | float):
        return None
    return round(duration_s * 1000) if 0 <= duration_s < 1e6 else None  # noqa: PLR2004  eleven days


def media_file(url: object, content_type: object = None) -> MediaFile | None:
    """Return the file that a URL or a base64 data URL names; None when it names none."""
    if not isinstance(url, str):
        return None
    if url.startswith(("https://", "http://")):
        return MediaFile(url=url, content_type=text(content_type) or None)
    match = _DATA_URL.match(url)
    if match is None:
        return None
    try:
        return MediaFile(data=base64.b64decode(url[match.end() :], validate=True), content_type=match[1])
    except ValueError:
        return None


def _refuse(constant: str) -> object:
    raise ValueError(constant)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
