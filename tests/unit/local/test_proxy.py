"""The proxy: what goes in comes out, and nothing more."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from local.proxy.app import create_app
from local.serving import TRANSPORT, serve

PREFIX = "/_aws/execute-api/tidegate"


class Origin:
    """Answers with what reached it, and counts the connections."""

    def __init__(self) -> None:
        self.peers: set[tuple[str, int]] = set()
        self.at_once = 0
        self.most_at_once = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await Starlette()(scope, receive, send)
            return
        self.peers.add(scope["client"])
        await self._answer(Request(scope, receive))(scope, receive, send)

    def _answer(self, request: Request) -> ASGIApp:
        path = request.url.path.removeprefix(PREFIX)
        routes: dict[str, Callable[[], ASGIApp]] = {
            "/redirect": lambda: RedirectResponse("http://elsewhere.example/?a=b%2Fc", 307),
            "/cookies": self._cookies,
            "/stream": lambda: StreamingResponse(self._chunks(), media_type="text/plain"),
            "/cut": lambda: self._cut,
            "/slow": lambda: self._slow,
            "/empty": lambda: Response(status_code=204),
        }
        return routes.get(path, lambda: self._echo)()

    @staticmethod
    def _cookies() -> Response:
        answer = Response(b"\x00\xff", 418, {"x-odd": "value", "keep-alive": "timeout=1", "x-hop": "1"})
        answer.headers["connection"] = "x-hop"
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    @staticmethod
    async def _chunks() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\n".encode()

    async def _echo(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        seen = {
            "method": scope["method"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
            "body": body.decode("latin-1"),
        }
        await Response(json.dumps(seen), media_type="application/json")(scope, receive, send)

    async def _slow(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        await Response(b"done")(scope, receive, send)

    async def _cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]}
        await send(head)
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        scope[TRANSPORT].close()
        while (await receive())["type"] != "http.disconnect":
            pass


@pytest.fixture(scope="module")
def origin() -> Origin:
    return Origin()


@pytest.fixture(scope="module")
def url(origin: Origin) -> Iterator[str]:
    """The proxy's URL."""
    with serve(origin) as upstream, serve(create_app(upstream.url + PREFIX, connections=8)) as proxy:
        yield proxy.url


def raw(
    url: str, method: str, target: str, headers: list[tuple[str, str]], body: bytes = b""
) -> dict[str, Any]:
    """A request sent byte for byte as given; what reached the origin."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders(body)
    seen: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return seen


@pytest.mark.parametrize(
    "target",
    [
        "/v1/generate/image/bfl/flux-schnell",
        "/v1/content/a%2Fb%20c%C3%A9?x=1&x=2&y=%2F&z",
        "/v1//double/./dot/../up?",
        "/v1/content/a%0Ab%0D",
        "/healthz/",
        "/outputs/%7Euser/~user;v=1,2:3@4",
        "/",
    ],
)
def test_path_and_query_arrive_as_they_were_written(url: str, target: str) -> None:
    seen = raw(url, "GET", target, [])
    path, _, query = target.partition("?")
    assert (seen["raw_path"], seen["query"]) == (PREFIX + path, query)


def test_headers_arrive_without_additions_and_without_those_of_the_connection(
    url: str, origin: Origin
) -> None:
    given = [
        ("Authorization", "Bearer bye_x"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-Forwarded-For", "1.2.3.4"),
        ("Connection", "keep-alive, X-Mine"),
        ("X-Mine", "hop"),
        ("TE", "trailers"),
    ]
    seen = raw(url, "GET", "/v1/status", given)["headers"]
    assert seen[0][0] == "host"
    assert seen[1:] == [
        ["authorization", "Bearer bye_x"],
        ["x-twice", "1"],
        ["x-twice", "2"],
        ["x-forwarded-for", "1.2.3.4"],
    ], "the caller's own words pass; the proxy says nothing of an address"
    assert seen[0][1] != url.removeprefix("http://"), "the origin's own host"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_method_and_the_body_arrive(url: str, method: str) -> None:
    body = bytes(range(256)) * 8
    seen = raw(url, method, "/v1/x", [("Content-Length", str(len(body)))], body)
    assert (seen["method"], seen["body"].encode("latin-1")) == (method, body)


def test_a_chunked_body_of_megabytes_arrives_whole(url: str, http: urllib3.PoolManager) -> None:
    chunks = [bytes([n]) * 100_000 for n in range(60)]
    answer = http.request("POST", f"{url}/v1/x", body=iter(chunks), chunked=True)
    assert answer.json()["body"].encode("latin-1") == b"".join(chunks)


def test_status_headers_and_body_come_back(url: str, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", f"{url}/cookies")
    assert (answer.status, answer.data, answer.headers["x-odd"]) == (418, b"\x00\xff", "value")
    assert answer.headers.getlist("set-cookie") == [
        "a=1; Path=/; SameSite=lax",
        "b=2; Path=/; SameSite=lax",
    ]
    assert "keep-alive" not in answer.headers
    assert "x-hop" not in answer.headers
    assert {"server", "date", "via"}.isdisjoint(name.lower() for name in answer.headers)


def test_a_redirect_is_passed_on(url: str, http: urllib3.PoolManager) -> None:
    answer = http.request("GET", f"{url}/redirect", redirect=False)
    assert (answer.status, answer.headers["location"]) == (307, "http://elsewhere.example/?a=b%2Fc")


def test_head_and_bodiless_answers_end_where_they_should(url: str, http: urllib3.PoolManager) -> None:
    head = http.request("HEAD", f"{url}/v1/status")
    assert (head.status, head.data, int(head.headers["content-length"]) > 0) == (200, b"", True)
    assert http.request("DELETE", f"{url}/empty").status == 204
    assert http.request("GET", f"{url}/stream").data == b"0\n1\n2\n"


def test_many_requests_share_few_connections(url: str, http: urllib3.PoolManager, origin: Origin) -> None:
    origin.peers.clear()
    pool = urllib3.PoolManager(retries=False, maxsize=50)
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: pool.request("POST", f"{url}/slow", body=b"x").data, range(500)))
    pool.clear()
    assert answers == [b"done"] * 500
    assert origin.most_at_once <= 8
    assert len(origin.peers) <= 16


def test_half_an_answer_is_not_passed_off_as_a_whole_one(url: str, http: urllib3.PoolManager) -> None:
    with pytest.raises(urllib3.exceptions.ProtocolError):
        http.request("GET", f"{url}/cut")


def test_a_client_that_leaves_does_not_hold_a_connection(url: str, http: urllib3.PoolManager) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as leaver:
            leaver.sendall(b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    assert http.request("GET", f"{url}/v1/status").status == 200


def test_a_dead_emulator_gives_a_clear_502(http: urllib3.PoolManager) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serve(create_app(f"http://127.0.0.1:{port}{PREFIX}")) as proxy:
        answer = http.request("POST", f"{proxy.url}/v1/x", body=b"{}")
        assert answer.status == 502
        assert answer.json()["message"] == "Bad Gateway"
        assert f"127.0.0.1:{port}" in answer.json()["detail"]
        assert "not carried out" in answer.json()["detail"]
        assert http.request("GET", f"{proxy.url}/_proxy/health").json() == {"status": "ok"}


class Fickle:
    """A server that closes each connection after one answer, without saying so."""

    def __init__(self) -> None:
        self.methods: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._once(connection)

    def _once(self, connection: socket.socket) -> None:
        request = connection.recv(65536)
        self.methods.append(request.split(b" ")[0].decode())
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        connection.recv(65536)  # swallows the next request, then closes unanswered

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def test_a_connection_that_dies_under_a_request_is_replaced_only_if_repeating_is_harmless(
    http: urllib3.PoolManager,
) -> None:
    server = Fickle()
    with serve(create_app(f"http://127.0.0.1:{server.port}")) as proxy:
        assert http.request("GET", f"{proxy.url}/a").status == 200
        assert http.request("GET", f"{proxy.url}/b").status == 200, "repeated on a new connection"
        refused = http.request("POST", f"{proxy.url}/c", body=b"x")
        assert (refused.status, "may have been carried out" in refused.json()["detail"]) == (502, True)
    server.close()


@pytest.mark.parametrize("target", ["https://127.0.0.1:1/", "127.0.0.1:4566", "http://"])
def test_a_target_must_be_an_http_url(target: str) -> None:
    with pytest.raises(ValueError, match="http URL"):
        create_app(target)
