"""What the guard on outgoing requests refuses, and that nothing gets past it afterwards."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Sequence

import pytest

from tests.unit.adapters.servers import answering, serving
from tidegate.adapters.addresses import system_resolver
from tidegate.adapters.http import ConnectFailed, HttpClient, UnsafeUrl

Connected = list[tuple[str, int]]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Every address that a connection was tried to; none is made."""
    tried: Connected = []

    def refuse(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def resolving_to(*addresses: str) -> Callable[[str, float], Sequence[str]]:
    return lambda _name, _timeout_s: addresses


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00:ec2::254]/",
        "https://user:pass@1.1.1.1/",
        "ftp://1.1.1.1/",
        "http://1.1.1.1 &@127.0.0.1/",
        "http://2130706433/",
    ],
)
def test_an_unsafe_url_is_refused_before_any_connection(url: str, connected: Connected) -> None:
    with pytest.raises(UnsafeUrl):
        HttpClient().request("GET", url)
    with pytest.raises(UnsafeUrl):
        HttpClient().download(url, io.BytesIO(), max_bytes=1, deadline_s=1)
    assert connected == []


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "nonsense"]
)
def test_one_private_address_among_public_ones_refuses_the_name(address: str, connected: Connected) -> None:
    client = HttpClient(resolve=resolving_to("1.1.1.1", address))
    with pytest.raises(UnsafeUrl):
        client.request("GET", "https://example.com/")
    assert connected == []


@pytest.mark.parametrize("name", ["localhost", "localhost.", "ip6-localhost"])
def test_the_systems_own_names_for_loopback_are_refused(name: str) -> None:
    with pytest.raises((UnsafeUrl, ConnectFailed)):
        HttpClient().request("GET", f"http://{name}/")


def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(connected: Connected) -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["127.0.0.1"]])
    client = HttpClient(resolve=lambda _name, _timeout_s: next(answers))
    with pytest.raises(ConnectFailed):
        client.request("GET", "https://rebinding.example/")
    assert connected == [("1.1.1.1", 443)]


def test_the_connection_goes_to_the_address_and_the_host_header_names_the_name() -> None:
    with serving(answering(b"here")) as server:
        name = f"elsewhere.example:{server.port}"
        asked: list[str] = []

        def resolve(host: str, _timeout_s: float) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["203.0.113.1"]

        client = HttpClient(frozenset({name}), resolve=resolve)
        assert client.request("GET", f"http://{name}/").body == b"here"
    assert asked == ["elsewhere.example"]
    assert f"Host: {name}\r\n".encode() in server.requests[0]


def test_every_checked_address_gets_its_try(connected: Connected) -> None:
    client = HttpClient(resolve=resolving_to("1.1.1.1", "1.1.1.1", "8.8.8.8", "2606:4700::1111"))
    with pytest.raises(ConnectFailed):
        client.request("GET", "http://example.com:8000/")
    assert connected == [("1.1.1.1", 8000), ("8.8.8.8", 8000), ("2606:4700::1111", 8000)]


def test_a_name_without_addresses_fails_to_connect() -> None:
    with pytest.raises(ConnectFailed):
        HttpClient(resolve=resolving_to()).request("GET", "https://example.com/")


def test_a_redirect_into_private_space_is_refused() -> None:
    with serving(answering(b"secret")) as inner:
        redirect = answering(status="302 Found", Location=f"{inner.url}/secret")
        with serving(redirect) as outer, pytest.raises(UnsafeUrl):
            HttpClient(outer.allowed).download(outer.url, io.BytesIO(), max_bytes=100, deadline_s=5)
    assert inner.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "file:///etc/passwd",
        "http://1.1.1.1 &@127.0.0.1/",
        "http://[::1",
        "gopher://127.0.0.1:6379/_",
    ],
)
def test_a_redirect_is_checked_as_the_first_url_was(location: str) -> None:
    redirect = answering(status="302 Found", Location=location)
    with serving(redirect) as server, pytest.raises(UnsafeUrl):
        HttpClient(server.allowed).download(server.url, io.BytesIO(), max_bytes=100, deadline_s=5)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1", "127.0.0.1:1", "localhost:{port}", "127.0.0.2:{port}", "*:{port}", "127.0.0.1:{port}0"],
)
def test_an_exemption_is_for_exactly_one_host_and_port(entry: str) -> None:
    with serving(answering()) as server, pytest.raises(UnsafeUrl):
        HttpClient(frozenset({entry.format(port=server.port)})).request("GET", server.url)
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://example.com:8443/", "http://example.com:443/"]
)
def test_webhooks_go_to_https_on_port_443_only(url: str, connected: Connected) -> None:
    with pytest.raises(UnsafeUrl):
        HttpClient(resolve=resolving_to("1.1.1.1")).request("POST", url, https_only=True)
    assert connected == []


def test_webhooks_may_go_to_an_exempted_receiver() -> None:
    with serving(answering(b"ok")) as server:
        answer = HttpClient(server.allowed).request("POST", server.url, body=b"{}", https_only=True)
    assert answer.body == b"ok"


def test_proxies_from_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(b"proxied")) as proxy, serving(answering(b"direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert HttpClient(server.allowed).request("GET", server.url).body == b"direct"
    assert proxy.requests == []


def test_the_systems_resolver_answers_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1111", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    assert system_resolver("example.com", 5) == ["1.1.1.1", "2606:4700::1111"]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_fails_to_connect(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ConnectFailed):
        HttpClient().request("GET", "https://example.com/")


def test_a_slow_name_server_cannot_outlast_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_args: object, **_kwargs: object) -> list[object]:
        released.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        with pytest.raises(ConnectFailed):
            HttpClient().request("GET", "https://example.com/", timeout_s=0.1)
    finally:
        released.set()
