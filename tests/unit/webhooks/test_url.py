"""Which URLs may be webhook endpoints."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.domain.webhook_url import check_endpoint_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hooks?tenant=1",
        "https://EXAMPLE.com:443/hooks",
        "https://hooks.example.co.uk./",
        "https://8.8.8.8/hooks",
        "https://[2606:4700::1111]/hooks",
        "https://xn--bcher-kva.example/hooks",
    ],
)
def test_a_public_https_url_is_accepted(url: str) -> None:
    check_endpoint_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "https"),
        ("ftp://example.com/", "http"),
        ("https://example.com:8443/", "443"),
        ("http://example.com:443/", "https"),
        ("https://user:secret@example.com/", "credentials"),
        ("https://user@example.com/", "credentials"),
        ("https:///hooks", "DNS name"),
        ("example.com/hooks", "http"),
        ("", "http"),
        ("https://example.com/a b", "spaces"),
        ("https://example.com\\@127.0.0.1/", "backslashes"),
        ("https://example.com:port/", "cannot be read"),
        ("https://bücher.example/", "DNS name"),
        ("https://" + "a" * 9_000, "too long"),
    ],
)
def test_what_is_not_plain_https_on_its_default_port_is_refused(url: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason) as refusal:
        check_endpoint_url(url)
    assert refusal.value.details == {"field": "url"}


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "api.localhost",
        "LOCALHOST.",
        "printer.local",
        "db.internal",
        "intranet",
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  an address to refuse, not one to bind
        "224.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00::1]",
        "[fe80::1]",
        "[ff02::1]",
    ],
)
def test_a_host_that_cannot_be_public_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match="refused"):
        check_endpoint_url(f"https://{host}/hooks")


def test_the_operator_may_exempt_one_host_and_port() -> None:
    allowed = {"127.0.0.1:8091"}
    check_endpoint_url("http://127.0.0.1:8091/hooks", allowed)
    check_endpoint_url("https://127.0.0.1:8091/hooks", allowed)
    for other in ("http://127.0.0.1:8090/hooks", "http://localhost:8091/", "http://127.0.0.2:8091/"):
        with pytest.raises(InvalidInput):
            check_endpoint_url(other, allowed)


def test_an_exempted_host_still_takes_no_credentials() -> None:
    with pytest.raises(InvalidInput, match="credentials"):
        check_endpoint_url("http://user@127.0.0.1:8091/", {"127.0.0.1:8091"})
