"""Where a request comes from: which addresses a key allows, and what counts as one address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from tidegate.domain.errors import InvalidInput

MAX_ALLOWLIST: Final = 50  # contracts: BabySea §3
_FIELD: Final = "allowlist"
_MAPPED_PREFIX: Final = 96  # RFC 4291 §2.5.5.2: ::ffff:0:0/96 carries IPv4 addresses
_HOME_PREFIX: Final = 64  # what one IPv6 customer is given (RFC 6177): its addresses are one source


def read_allowlist(entries: Iterable[str]) -> tuple[str, ...]:
    """Read an allowlist as an operator writes it; each entry in its canonical form, repeated ones once.

    Raises:
        InvalidInput: an entry is no IPv4 or IPv6 address and no network, or there are more than 50.
    """
    allowlist = tuple(dict.fromkeys(_entry(entry.strip()) for entry in entries))
    if len(allowlist) > MAX_ALLOWLIST:
        raise InvalidInput(
            f"An allowlist has at most {MAX_ALLOWLIST} entries.", field=_FIELD, limit=MAX_ALLOWLIST
        )
    return allowlist


def allows(allowlist: Sequence[str], address: str) -> bool:
    """Whether a client at this address is on the list. An empty list allows every address."""
    if not allowlist:
        return True
    try:
        client = _unmapped(ip_address(address))
    except ValueError:
        return False
    return any(client in ip_network(entry, strict=False) for entry in allowlist)


def source_of(address: str) -> str:
    """Return the SHA-256 of what failed attempts from this address are counted under.

    An IPv6 client has a whole network of addresses, so its /64 counts as one. The address itself is kept
    nowhere (contracts: BabySea §9).
    """
    try:
        client = _unmapped(ip_address(address))
    except ValueError:
        text = address
    else:
        text = str(
            IPv6Network((int(client), _HOME_PREFIX), strict=False)
            if isinstance(client, IPv6Address)
            else client
        )
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(text: str) -> str:
    try:
        if "/" not in text:
            return str(_unmapped(_without_zone(ip_address(text))))
        return str(_unmapped_network(ip_network(text)))
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is neither an IP address nor a network such as 203.0.113.0/24 ({error}).", field=_FIELD
        ) from error


def _without_zone(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv6Address) and address.scope_id:
        raise ValueError("a zone means nothing to another machine")
    return address


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 client may be shown in its IPv6 form; it is the same client."""
    return getattr(address, "ipv4_mapped", None) or address


def _unmapped_network(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    _without_zone(network.network_address)
    mapped = _unmapped(network.network_address)
    if isinstance(network, IPv6Network) and isinstance(mapped, IPv4Address):
        return IPv4Network((int(mapped), network.prefixlen - _MAPPED_PREFIX))
    return network
