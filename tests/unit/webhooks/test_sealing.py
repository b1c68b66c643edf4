"""Endpoint secrets at rest."""

from __future__ import annotations

import pytest

from tidegate.adapters.sealing import LIVE_URLS, Sealer, UnsealingFailed

SECRET = "whsec_abcdEFGHijklMNOPqrstUVWXyz012345"
SEALER = Sealer(b"a sealing key of enough bytes")


def seal(sealer: Sealer = SEALER) -> bytes:
    return sealer.seal(SECRET, account_id="acc-1", endpoint_id="end-1")


def test_a_sealed_secret_opens_again() -> None:
    assert SEALER.open(seal(), account_id="acc-1", endpoint_id="end-1") == SECRET


def test_the_sealed_bytes_show_nothing_and_never_repeat() -> None:
    assert seal() != seal()
    assert SECRET.encode() not in seal()


def test_another_instance_with_the_same_key_opens_it() -> None:
    other = Sealer(b"a sealing key of enough bytes")
    assert other.open(seal(), account_id="acc-1", endpoint_id="end-1") == SECRET


@pytest.mark.parametrize(("account_id", "endpoint_id"), [("acc-2", "end-1"), ("acc-1", "end-2")])
def test_a_secret_moved_to_another_record_does_not_open(account_id: str, endpoint_id: str) -> None:
    with pytest.raises(UnsealingFailed):
        SEALER.open(seal(), account_id=account_id, endpoint_id=endpoint_id)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(UnsealingFailed):
        Sealer(b"another key of enough bytes").open(seal(), account_id="acc-1", endpoint_id="end-1")


@pytest.mark.parametrize(
    "sealed",
    [b"", b"\x01", b"\x01" + b"x" * 8, seal()[:-1], seal() + b"x"],
    ids=["empty", "head", "short", "cut", "longer"],
)
def test_altered_bytes_do_not_open(sealed: bytes) -> None:
    with pytest.raises(UnsealingFailed):
        SEALER.open(sealed, account_id="acc-1", endpoint_id="end-1")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        Sealer(b"too short")


def test_what_was_sealed_for_one_purpose_is_opened_for_no_other() -> None:
    sealed = Sealer(b"sixteen bytes or more", LIVE_URLS).seal("secret", account_id="a", endpoint_id="b")
    with pytest.raises(UnsealingFailed):
        Sealer(b"sixteen bytes or more").open(sealed, account_id="a", endpoint_id="b")
