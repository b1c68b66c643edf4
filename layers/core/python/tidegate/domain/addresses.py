"""Which addresses are public, and how a URL is read: the rules of the guard on outgoing requests.

A request that we make on a caller's word (input files, webhooks, output URLs) must not reach anything
but the public internet. The tables follow IANA's special-purpose registries (RFC 6890 and its updates,
as of 2026-11), not ``ipaddress.is_global``: that answer differs between Python releases and calls
multicast global.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_URL_LENGTH: Final = 8_192

_CLOSED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host services, on a public-looking address
        "169.254.0.0/16",  # link-local; the metadata service of AWS and others
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the limited broadcast address
    )
)
# All global unicast lies in here. What lies outside (loopback, mapped and NAT64 forms, unique local,
# link-local, multicast, fd00:ec2::254) is closed without being listed.
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_CLOSED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo carries an IPv4 address, ORCHID is not routed
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
_ISATAP: Final = 0x0000_5EFE  # RFC 5214: the interface id carries an IPv4 address, whatever the prefix

# Parsers disagree on what these mean in a URL; half a surrogate pair has no form on the wire.
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")
_NAME: Final = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")  # WHATWG URL, "ends in a number": an IPv4 address


class UnsafeUrl(Exception):
    """The URL, or what its name resolves to, is not something that we may ask. Nothing was sent."""


def is_public(address: str) -> bool:
    """Whether an IP address, as text, is one that the public internet routes to."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _CLOSED_V4)
    carries_v4 = (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP  # the masked bit says whether it is unique
    return ip in _GLOBAL_V6 and not carries_v4 and not any(ip in network for network in _CLOSED_V6)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, read once: the same parts are checked, connected to and sent."""

    scheme: str
    host: str  # lower case; an IPv6 address without its brackets
    port: int
    path: str  # with the query, as it goes into the request line

    @classmethod
    def parse(cls, url: str) -> Target:
        """Read an absolute ``http`` or ``https`` URL strictly.

        Raises:
            UnsafeUrl: another scheme, credentials, a host that is neither a plain DNS name nor an address
                in its canonical form, or characters that parsers disagree on.
        """
        if len(url) > MAX_URL_LENGTH or _FORBIDDEN.search(url):
            raise UnsafeUrl("the URL is too long or holds spaces, control characters or backslashes")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise UnsafeUrl("the URL cannot be read") from error
        if parts.scheme not in DEFAULT_PORTS:
            raise UnsafeUrl("only http and https URLs are allowed")
        if "@" in parts.netloc:
            raise UnsafeUrl("the URL must not carry credentials")
        if port == 0:
            raise UnsafeUrl("port 0 does not exist")
        return cls(parts.scheme, _host(parts), port or DEFAULT_PORTS[parts.scheme], _path(parts))

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what a credential belongs to (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def host_and_port(self) -> str:
        """``host:port``, with the brackets that an IPv6 address needs."""
        return f"{self._bracketed}:{self.port}"

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header: the port is named only when it is not the scheme's own."""
        return self._bracketed if self.port == DEFAULT_PORTS[self.scheme] else self.host_and_port

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        try:
            address = IPv6Address(host)
        except ValueError as error:
            raise UnsafeUrl("the host is not an IPv6 address") from error
        if address.scope_id:
            raise UnsafeUrl("an address with a zone is never public")
        return str(address)
    if not host.isascii() or not _NAME.fullmatch(host):
        raise UnsafeUrl("the host is not a plain DNS name; write international names in their xn-- form")
    labels = host.removesuffix(".").split(".")
    if _NUMERIC.fullmatch(labels[-1]):
        return _canonical_v4(host)
    return host


def _canonical_v4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except ValueError as error:
        raise UnsafeUrl("an IPv4 address must be four decimal numbers") from error


def _path(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # RFC 3987 §3.1: what is not ASCII goes over the wire as percent-encoded UTF-8.
    return "".join(char if char.isascii() else quote(char) for char in path)
