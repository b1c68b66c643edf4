"""Names for images: how they look, which are reserved, and where a prompt mentions them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tidegate.domain.errors import InvalidInput

MAX_LENGTH: Final = 100  # after the "@"; the contract names no figure
_FORM: Final = re.compile(rf"@[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}")
_MENTION: Final = re.compile(r"(?:^|(?<=\s))@[A-Za-z0-9_-]+(?![A-Za-z0-9_-])")


class Technical(StrEnum):
    """Aliases that are computed and never stored."""

    LAST = "@last"
    FIRST = "@first"
    UPLOAD = "@upload"


class Tier(StrEnum):
    """What an alias was found in, in order of precedence."""

    TECHNICAL = "technical"
    FLOW = "flow"
    PROJECT = "project"


RESERVED: Final = frozenset(Technical)


def is_alias(text: str) -> bool:
    """Whether an identifier is meant as an alias rather than as an id."""
    return text.startswith("@")


def is_well_formed(text: str) -> bool:
    """Whether something can be called so: ``@`` and 1 to 100 letters, digits, hyphens, underscores."""
    return _FORM.fullmatch(text) is not None


def read_alias(value: object, field: str) -> str:
    """Return an alias that may be given to an image.

    Raises:
        InvalidInput: it is no well-formed alias, or one of the reserved names.
    """
    if not isinstance(value, str) or not is_well_formed(value):
        raise InvalidInput(
            f"{field} must be @ and then 1 to {MAX_LENGTH} letters, digits, hyphens or underscores.",
            field=field,
        )
    if value in RESERVED:
        raise InvalidInput(f"{value} is reserved.", field=field)
    return value


def mentioned(prompt: str) -> tuple[str, ...]:
    """Return the aliases that a prompt mentions, each once, in order.

    One counts at the start and after white space, so that ``me@host`` is none.
    """
    return unique(name for name in _MENTION.findall(prompt) if is_well_formed(name))


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names without repetitions, in order."""
    return tuple(dict.fromkeys(names))
