"""Single settings of the CDK context: read, and refused at synth rather than at the first request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from constructs import Node

_ADDRESS: Final = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")
_HOST_PORT: Final = re.compile(r"[^\s:,/]+:[0-9]{1,5}")
_REGION: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]")
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


class ConfigError(ValueError):
    """The CDK context holds something that cannot be meant."""


def text(node: Node, name: str) -> str | None:
    """Read a text; None when it is absent or empty."""
    value = node.try_get_context(name)
    return str(value) if value else None


def checked(node: Node, name: str, parse: Callable[[str], object]) -> str | None:
    """Read a text that the functions will parse; whatever ``parse`` refuses is refused here.

    Raises:
        ConfigError: ``parse`` raised ValueError.
    """
    value = text(node, name)
    if value is not None:
        try:
            parse(value)
        except ValueError as error:
            raise ConfigError(f"{name}: {value!r} cannot be meant: {error}") from error
    return value


def flag(node: Node, name: str, *, default: bool) -> bool:
    """Read a switch: a JSON boolean, or a word such as ``true`` or ``off``."""
    value = node.try_get_context(name)
    if value is None or value == "":
        return default
    word = str(value).lower()
    if word not in {*_YES, *_NO}:
        raise ConfigError(f"{name}: true or false, not {value!r}")
    return word in _YES


def mapping(node: Node, name: str, default: str) -> dict[str, Any]:
    """Read a JSON object: text from the command line, or already an object from ``cdk.json``."""
    value = node.try_get_context(name) or default
    try:
        parsed = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError as error:
        raise ConfigError(f"{name}: not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise ConfigError(f"{name}: a JSON object is needed")
    return parsed


def word(name: str, value: str) -> str:
    """Check a stage or cell, which becomes part of stack names: letters and digits only."""
    if not (value.isascii() and value.isalnum() and value.islower()):
        raise ConfigError(f"{name}: lower-case letters and digits only, not {value!r}")
    return value


def url(value: str) -> None:
    """Refuse what is no absolute ``http(s)`` URL without query."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an absolute URL is needed, such as https://api.example.com")


def address(value: str) -> None:
    """Refuse what is no e-mail address."""
    if not _ADDRESS.fullmatch(value):
        raise ValueError("an e-mail address is needed")


def host_port(value: str) -> None:
    """Refuse what is not ``host:port``."""
    if not _HOST_PORT.fullmatch(value):
        raise ValueError("host:port is needed")


def region(value: str) -> None:
    """Refuse what cannot be an AWS region."""
    if not _REGION.fullmatch(value):
        raise ValueError("an AWS region is needed, such as eu-central-1")
