"""Files of ours as inputs of a generation.

A parameter names them by a reference, ``stored:<key>``: the URL that a provider fetches them by is signed
when the job is built and lives no longer than it must. No caller can send one: their URLs are http or https.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

_SCHEME: Final = "stored:"
_FIELDS: Final = ("generation_input_file", "generation_input_file_last_content")


def reference(key: str) -> str:
    """Return how a parameter names the stored file."""
    return f"{_SCHEME}{key}"


def is_reference(value: object) -> bool:
    """Whether a parameter's value names a stored file."""
    return isinstance(value, str) and value.startswith(_SCHEME)


def with_urls(params: Mapping[str, object], sign: Callable[[str], str]) -> Mapping[str, object]:
    """Return the parameters with every reference replaced by what ``sign`` makes of its key."""
    changed: dict[str, object] = {}
    for name in _FIELDS:
        value = params.get(name)
        if isinstance(value, list):
            changed[name] = [_url(entry, sign) for entry in value]
        elif value is not None:
            changed[name] = _url(value, sign)
    return {**params, **changed}


def without_references(params: Mapping[str, object]) -> Mapping[str, object]:
    """Return the parameters without stored files: their names are nobody's business."""
    shown = dict(params)
    for name in _FIELDS:
        value = shown.get(name)
        if isinstance(value, list):
            shown[name] = [entry for entry in value if not is_reference(entry)] or None
        elif is_reference(value):
            shown[name] = None
    return {name: value for name, value in shown.items() if value is not None or name not in _FIELDS}


def _url(value: object, sign: Callable[[str], str]) -> object:
    return sign(str(value).removeprefix(_SCHEME)) if is_reference(value) else value
