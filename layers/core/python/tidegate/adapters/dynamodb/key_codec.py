"""A key as an item. Its request windows (``w#…``) lie beside these attributes and are not read here."""

from __future__ import annotations

from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.keys import Key, KeyState, Surface
from tidegate.domain.mode import Mode
from tidegate.domain.usage import day_of

DAY: Final = "d"  # that its request counters are of (request_counters.py)
_PLAIN: Final = ("key_hash", "key_id", "account_id", "name", "prefix", "plan", "window_home", "created_at_ms")
_OPTIONAL: Final = ("last_used_at_ms", "expires_at_ms", "rotated_from", "project_id", "project_path")


def to_item(key: Key) -> Item:
    """Write a key."""
    values: dict[str, object] = {name: getattr(key, name) for name in (*_PLAIN, *_OPTIONAL)}
    values |= {
        "surface": key.surface,
        "scopes": key.scopes,
        "state": key.state,
        "allowlist": key.allowlist,
        "mode": key.mode.stored,
        DAY: day_of(key.created_at_ms),
    }
    return encode_item(values)


def from_item(item: Item) -> Key:
    """Read a key."""
    values: dict[str, Any] = decode_item(item)
    plain: dict[str, Any] = {name: values[name] for name in _PLAIN}
    plain |= {name: values.get(name) for name in _OPTIONAL}
    return Key(
        **plain,
        surface=Surface(values["surface"]),
        scopes=tuple(values["scopes"]),
        state=KeyState(values["state"]),
        allowlist=tuple(values.get("allowlist", ())),
        mode=Mode(values.get("mode", Mode.LIVE)),
    )
