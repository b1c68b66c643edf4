"""Which addresses are public, and which URLs can be read in one way only."""

from __future__ import annotations

import pytest

from tidegate.domain.addresses import Target, UnsafeUrl, is_public

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
]

NOT_PUBLIC = {
    "this network": "0.0.0.0",  # noqa: S104  an address under test, nothing is bound
    "this network, inside": "0.1.2.3",
    "private 10": "10.1.2.3",
    "carrier-grade NAT": "100.64.0.1",
    "Alibaba metadata": "100.100.100.200",
    "loopback": "127.0.0.1",
    "loopback, not the first": "127.255.255.254",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "ECS task metadata": "169.254.170.2",
    "Azure wire server": "168.63.129.16",
    "private 172": "172.16.0.1",
    "private 172, last": "172.31.255.255",
    "protocol assignments": "192.0.0.8",
    "Oracle metadata": "192.0.0.192",
    "documentation 1": "192.0.2.1",
    "6to4 relay": "192.88.99.1",
    "private 192": "192.168.1.1",
    "benchmarks": "198.18.0.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified v6": "::",
    "loopback v6": "::1",
    "mapped": "::ffff:1.1.1.1",
    "mapped loopback": "::ffff:127.0.0.1",
    "compatible": "::127.0.0.1",
    "translated": "::ffff:0:127.0.0.1",
    "NAT64": "64:ff9b::127.0.0.1",
    "local NAT64": "64:ff9b:1::1",
    "discard": "100::1",
    "Teredo": "2001::1",
    "ORCHID": "2001:20::1",
    "documentation v6": "2001:db8::1",
    "6to4": "2002:7f00:1::",
    "documentation v6, new": "3fff::1",
    "segment routing": "5f00::1",
    "unique local": "fd12:3456::1",
    "AWS metadata v6": "fd00:ec2::254",
    "link-local v6": "fe80::1",
    "link-local v6 with zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "multicast v6": "ff02::1",
    "ISATAP": "2606:4700::5efe:7f00:1",
    "ISATAP, unique": "2606:4700::200:5efe:10.0.0.1",
    "a name": "localhost",
    "nothing": "",
}

UNREADABLE = {
    "two hosts by a space": "http://1.1.1.1 &@127.0.0.1/",
    "two hosts by hashes": "http://1.1.1.1 &@127.0.0.1# @8.8.8.8/",
    "credentials": "http://user:pass@example.com/",
    "an empty user": "http://@example.com/",
    "a backslash before the at sign": "http://example.com\\@127.0.0.1/",
    "backslashes for slashes": "http:\\\\127.0.0.1\\",
    "a tab in the scheme": "ht\ttp://example.com/",
    "a line break": "http://example.com/\r\nHost: evil",
    "half a surrogate pair": "http://example.com/\ud800",
    "a null": "http://example.com/\x00",
    "ideographic full stops": "http://127。0。0。1/",
    "full-width digits": "http://\uff11\uff12\uff17.0.0.1/",
    "enclosed digits": "http://①②⑦.0.0.1/",
    "an international name": "http://exämple.com/",
    "a name that normalises to a slash": "http://example.com\u2100.evil.org/",
    "a percent-encoded dot": "http://127%2e0%2e0%2e1/",
    "octal": "http://0177.0.0.1/",
    "a leading zero": "http://127.0.0.01/",
    "hexadecimal": "http://0x7f000001/",
    "a hexadecimal part": "http://127.0.0.0x1/",
    "decimal": "http://2130706433/",
    "three parts": "http://127.0.1/",
    "five parts": "http://1.1.1.1.1/",
    "a trailing dot": "http://127.0.0.1./",
    "a part too large": "http://1.1.1.256/",
    "an IPv6 zone": "http://[fe80::1%25eth0]/",
    "an IPv6 scope": "http://[fe80::1%eth0]/",
    "an unknown address family": "http://[v1.fe80]/",
    "half a bracket": "http://[::1/",
    "no host": "http:///path",
    "empty labels": "http://example..com/",
    "an endless name": f"http://{'a.' * 127}com/",
    "port zero": "http://example.com:0/",
    "a port too large": "http://example.com:65536/",
    "a port that is no number": "http://example.com:8o/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_INFO",
    "data": "data:text/plain,hello",
    "no scheme": "//example.com/",
    "a relative path": "/etc/passwd",
    "nothing": "",
    "too much": f"https://example.com/{'a' * 8_192}",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_routed_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC.keys())
def test_a_special_purpose_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("url", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_url_that_parsers_read_differently_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        Target.parse(url)


def test_a_refusal_quotes_nothing_of_the_url() -> None:
    with pytest.raises(UnsafeUrl) as refused:
        Target.parse("https://user:hunter2@example.com/?token=hunter3")
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.com", Target("https", "example.com", 443, "/")),
        ("HTTP://Example.COM:8080/A?b=c#d", Target("http", "example.com", 8080, "/A?b=c")),
        ("https://example.com:/?q", Target("https", "example.com", 443, "/?q")),
        ("https://xn--exmple-cua.com/ü?ñ=1", Target("https", "xn--exmple-cua.com", 443, "/%C3%BC?%C3%B1=1")),
        ("http://1.1.1.1/%2e", Target("http", "1.1.1.1", 80, "/%2e")),
        ("http://[2606:4700:0::1111]:81/", Target("http", "2606:4700::1111", 81, "/")),
        ("https://localhost./", Target("https", "localhost.", 443, "/")),
    ],
)
def test_a_plain_url_is_read_into_its_parts(url: str, target: Target) -> None:
    assert Target.parse(url) == target


@pytest.mark.parametrize(
    ("url", "authority", "host_and_port"),
    [
        ("https://example.com/", "example.com", "example.com:443"),
        ("http://example.com:443/", "example.com:443", "example.com:443"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]", "[2606:4700::1111]:443"),
    ],
)
def test_the_host_header_names_the_port_only_when_it_is_unusual(
    url: str, authority: str, host_and_port: str
) -> None:
    target = Target.parse(url)
    assert (target.authority, target.host_and_port) == (authority, host_and_port)


def test_origins_differ_by_scheme_host_and_port() -> None:
    urls = ["https://a.com/", "http://a.com/", "https://b.com/", "https://a.com:444/"]
    assert len({Target.parse(url).origin for url in urls}) == len(urls)
    assert Target.parse("https://a.com/x").origin == Target.parse("https://A.com:443/y").origin
