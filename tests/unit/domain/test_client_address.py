"""Client addresses: what an allowlist may say, whom it lets in, and what counts as one address."""

from __future__ import annotations

import re

import pytest

from tidegate.domain.client_address import MAX_ALLOWLIST, allows, read_allowlist, source_of
from tidegate.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.0/255.255.255.0", "203.0.113.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_an_entry_is_kept_in_its_canonical_form(written: str, read: str) -> None:
    assert read_allowlist([written]) == (read,)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "everyone",
        "example.com",
        "203.0.113",
        "203.0.113.256",
        "203.0.113.010",
        "203.0.113.5/24",
        "203.0.113.0/33",
        "203.0.113.0/",
        "203.0.113.1-203.0.113.9",
        "203.0.113.9:443",
        "[2001:db8::1]",
        "2001:db8::1/32",
        "fe80::1%eth0",
        "fe80::%eth0/64",
        "3405803785",
        "*",
    ],
)
def test_what_is_neither_an_address_nor_a_network_is_refused_by_name(entry: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(repr(entry))) as refused:
        read_allowlist(["203.0.113.9", entry])
    assert refused.value.details["field"] == "allowlist"


def test_a_list_has_fifty_entries_and_repeated_ones_count_once() -> None:
    full = [f"203.0.113.{n}" for n in range(MAX_ALLOWLIST)]
    assert len(read_allowlist([*full, full[0]])) == 50
    with pytest.raises(InvalidInput, match="50"):
        read_allowlist([*full, "198.51.100.7"])


@pytest.mark.parametrize(
    ("allowlist", "address", "allowed"),
    [
        ((), "anything", True),
        (("203.0.113.9",), "203.0.113.9", True),
        (("203.0.113.9",), "203.0.113.10", False),
        (("203.0.113.9",), "::ffff:203.0.113.9", True),
        (("203.0.113.0/24", "2001:db8::/32"), "2001:db8:1::1", True),
        (("203.0.113.0/24", "2001:db8::/32"), "2001:db9::1", False),
        (("0.0.0.0/0",), "2001:db8::1", False),
        (("0.0.0.0/0",), "", False),
        (("203.0.113.9",), "203.0.113.9, 198.51.100.7", False),
    ],
)
def test_a_list_lets_in_whom_it_names(
    allowlist: tuple[str, ...],
    address: str,
    allowed: bool,  # noqa: FBT001
) -> None:
    assert allows(allowlist, address) is allowed


def test_an_ipv4_client_is_one_source_in_either_form_and_no_address_can_be_read_from_it() -> None:
    source = source_of("203.0.113.9")
    assert re.fullmatch(r"[0-9a-f]{64}", source)
    assert source_of("::ffff:203.0.113.9") == source
    assert source_of("203.0.113.10") != source


def test_an_ipv6_client_cannot_hide_among_the_addresses_of_its_own_network() -> None:
    assert source_of("2001:db8:0:1::1") == source_of("2001:db8:0:1:ffff::9")
    assert source_of("2001:db8:0:1::1") != source_of("2001:db8:0:2::1")


def test_what_is_no_address_is_a_source_too() -> None:
    assert source_of("") == source_of("")
    assert source_of("") != source_of("unknown")
