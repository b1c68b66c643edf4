"""Idempotency keys."""

from __future__ import annotations

import pytest

from tidegate.domain.idempotency import IdempotencyRecord, digest, fingerprint, is_well_formed, partition


@pytest.mark.parametrize(
    ("key", "well_formed"),
    [
        ("a", True),
        ("order-1:item_2.v3", True),
        ("x" * 255, True),
        ("", False),
        ("x" * 256, False),
        ("with space", False),
        ("ümlaut", False),
        ("line\n", False),
    ],
)
def test_a_key_is_short_and_of_plain_characters(key: str, well_formed: bool) -> None:  # noqa: FBT001
    assert is_well_formed(key) is well_formed


def test_the_order_of_fields_does_not_change_the_fingerprint() -> None:
    assert fingerprint("/p", {"a": 1, "b": 2}) == fingerprint("/p", {"b": 2, "a": 1})


def test_another_body_or_path_has_another_fingerprint() -> None:
    prints = {fingerprint("/p", {"a": 1}), fingerprint("/p", {"a": 2}), fingerprint("/q", {"a": 1})}
    assert len(prints) == 3


def test_a_record_survives_being_stored() -> None:
    record = IdempotencyRecord("account", "/p", "key", "print", "generation", 123)
    assert IdempotencyRecord.from_values(record.values()) == record


def test_records_of_other_paths_and_accounts_lie_elsewhere() -> None:
    record = IdempotencyRecord("account", "/p", "key", "print", "generation", 123).values()
    assert (record["pk"], record["sk"]) == (partition("account"), digest("/p", "key"))
    assert partition("account") != partition("another")
    assert len({digest("/p", "key"), digest("/q", "key"), digest("/p", "yek")}) == 3
