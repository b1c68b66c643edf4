"""The answers of an operation by status, with the headers that come with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from reference.openapi import header
from reference.shapes import Shapes

REQUEST_ID: Final = "req_5f0c2b7e9d1a4c3b8e6f7a0d2c4b6e81"
_REQUEST_ID: Final = {"type": "string", "pattern": "^req_[0-9a-f]{32}$"}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_TRUE: Final = {"required": False, "schema": {"const": "true"}}
_TOO_MANY: Final = 429
_UNKNOWN_CALLER: Final = 401
# A window is told of to callers who are known. These may come before the key is read.
_EARLY: Final = frozenset({403, 404, 500, 503})
_LATER: Final = frozenset({_TOO_MANY, 503})
_TITLES: Final = {
    400: "The request cannot be meant.",
    401: "Who is calling is not known.",
    402: "The balance is below the price.",
    403: "The key may not do this.",
    404: "There is no such thing, or not for this key.",
    409: "What it is about is in another state.",
    413: "The body is too large.",
    422: "This is not made here.",
    429: "Too many; wait for as long as `Retry-After` says.",
    500: "A fault of ours.",
    503: "Something that we depend on did not answer.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The errors of one status: their codes, and the body that carries one of them."""

    codes: tuple[str, ...]
    content: Mapping[str, Any]
    name: str = ""  # what tells it from another of the same codes


@dataclass(frozen=True, slots=True)
class Other:
    """An answer that is neither the success nor an error, such as a redirect."""

    told: str
    headers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)  # empty: there is no body


class Answered(Protocol):
    """What is asked of an operation here."""

    @property
    def summary(self) -> str:
        """What it does."""

    @property
    def status(self) -> int:
        """Of its success."""

    @property
    def replayed(self) -> bool:
        """Whether an Idempotency-Key is taken."""

    @property
    def deprecated(self) -> str | None:
        """What to do instead."""

    @property
    def headers(self) -> Mapping[str, dict[str, Any]]:
        """Of its success, besides the usual."""

    @property
    def others(self) -> Mapping[int, Other]:
        """What may come instead and is no error."""

    @property
    def keyed(self) -> bool:
        """Whether whoever calls is known, and has a window."""


def responses(
    operation: Answered, content: Mapping[str, Any], refusals: Mapping[int, Refusal], shapes: Shapes
) -> dict[str, Any]:
    """The success, what else may come and is no error, then every error that may come instead."""
    more = dict(operation.headers)
    if operation.replayed:
        more["Idempotency-Replayed"] = _TRUE | {
            "description": "There, and `true`, when an `Idempotency-Key` was repeated."
        }
    if operation.deprecated:
        more["Deprecation"] = _TRUE | {"description": "There is a newer way.", "required": True}
    keyed = operation.keyed
    answers = {
        operation.status: Other(f"{operation.summary.rstrip('?.')}.", more, content),
        **operation.others,
    }
    return {
        **{str(status): _answer(status, answer, shapes, keyed=keyed) for status, answer in answers.items()},
        **{
            str(status): _refusal(status, refusals[status], shapes, keyed=keyed)
            for status in sorted(refusals)
        },
    }


def _answer(status: int, answer: Other, shapes: Shapes, *, keyed: bool) -> dict[str, Any]:
    return {
        "description": answer.told,
        "headers": _headers(status, shapes, keyed=keyed) | _share(answer.headers, shapes),
        **({"content": answer.content} if answer.content else {}),
    }


def _refusal(status: int, refusal: Refusal, shapes: Shapes, *, keyed: bool) -> dict[str, Any]:
    codes = ", ".join(f"`{code}`" for code in refusal.codes)
    response = {
        "description": f"{_TITLES[status]} {codes}.",
        "headers": _headers(status, shapes, keyed=keyed),
        "content": refusal.content,
    }
    name = "-".join(filter(None, (*refusal.codes, refusal.name, "" if keyed else "open")))
    return shapes.share("responses", name, response)


def _headers(status: int, shapes: Shapes, *, keyed: bool) -> dict[str, Any]:
    known = keyed and status not in _EARLY
    described = {"X-Request-Id": header(_REQUEST_ID, "Names this request.", required=True)}
    if (keyed and status != _UNKNOWN_CALLER) or status == _TOO_MANY:
        described |= {
            "X-RateLimit-Limit": header(_WHOLE, "Requests in the window of this key.", required=known),
            "X-RateLimit-Remaining": header(_WHOLE, "What is left of it.", required=known),
            "X-RateLimit-Reset": header(_WHOLE, "When it ends, in unix seconds.", required=known),
        }
    if status in _LATER:
        wait = {"type": "integer", "minimum": 1}
        described["Retry-After"] = header(wait, "Whole seconds.", required=known)
    return _share(described, shapes)


def _share(described: Mapping[str, dict[str, Any]], shapes: Shapes) -> dict[str, Any]:
    return {
        name: shapes.share("headers", name if part["required"] else f"Optional-{name}", part)
        for name, part in described.items()
    }
