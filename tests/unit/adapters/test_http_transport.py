"""Real exchanges over loopback: what is sent, what is read, and how trouble is told."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
from contextlib import ExitStack

import pytest

from tests.unit.adapters.servers import (
    Script,
    Visit,
    answering,
    dripping,
    resetting,
    saying,
    serving,
    silent,
)
from tidegate.adapters.http import (
    BodyTooLarge,
    ConnectFailed,
    Downloaded,
    HttpClient,
    HttpResponse,
    ResponseLost,
    UnexpectedStatus,
)

DEADLINE_S = 0.8
MUCH_LATER_S = 5.0


def ask(script: Script, **options: object) -> HttpResponse:
    with serving(script) as server:
        return HttpClient(server.allowed).request("GET", server.url, **options)  # type: ignore[arg-type]


def fetch(
    script: Script, *, max_bytes: int = 1_000, deadline_s: float = MUCH_LATER_S
) -> tuple[Downloaded, bytes]:
    into = io.BytesIO()
    with serving(script) as server:
        told = HttpClient(server.allowed).download(
            server.url, into, max_bytes=max_bytes, deadline_s=deadline_s
        )
    return told, into.getvalue()


def test_an_answer_is_read_whole() -> None:
    answer = ask(answering(b'{"a":1}', "201 Created", Content_Type="application/json", X_Two="a"))
    assert (answer.status, answer.body) == (201, b'{"a":1}')
    assert answer.headers["content-type"] == "application/json"


def test_a_repeated_header_is_joined() -> None:
    answer = ask(saying(b"HTTP/1.1 204 None\r\nX-A: 1\r\nx-a: 2\r\n\r\n"))
    assert answer.headers["x-a"] == "1, 2"


def test_a_request_says_what_it_should_and_no_more() -> None:
    with serving(answering()) as server:
        client = HttpClient(server.allowed)
        client.request("POST", f"{server.url}/a?b=c", headers={"X-Key": "v"}, body=b"hello")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        "POST /a?b=c HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: tidegate/0.1",
        "Accept: */*",
        "X-Key: v",
        "Accept-Encoding: identity",
        "Connection: close",
        "Content-Length: 5",
    ]
    assert body == b"hello"


def test_a_large_body_is_sent_whole() -> None:
    body = b"x" * 300_000
    with serving(answering()) as server:
        HttpClient(server.allowed).request("PUT", server.url, body=body)
    assert server.requests[0].endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    "header", [{"X-A": "1\r\nX-B: 2"}, {"X-A\r\nX-B": "2"}, {"X-A": "1\x00"}, {"X A": "1"}]
)
def test_a_header_cannot_smuggle_another(header: dict[str, str]) -> None:
    with serving(answering()) as server, pytest.raises(ValueError, match="cannot be sent"):
        HttpClient(server.allowed).request("GET", server.url, headers=header)
    assert server.requests == []


def test_a_redirect_is_an_answer_to_a_request() -> None:
    answer = ask(answering(status="302 Found", Location="http://127.0.0.1/"))
    assert answer.status == 302


def test_a_chunked_answer_is_put_together() -> None:
    answer = ask(
        saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    )
    assert answer.body == b"abcde"


def test_an_answer_that_comes_before_the_request_was_read_still_counts() -> None:
    answered = threading.Event()

    def refuse(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10)
            connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            connection.shutdown(socket.SHUT_RDWR)
            answered.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=refuse, args=(listener,))
        thread.start()
        client = HttpClient(frozenset({f"127.0.0.1:{port}"}))
        answer = client.request("POST", f"http://127.0.0.1:{port}/", body=b"x" * 10_000_000, timeout_s=10)
        answered.set()
        thread.join(timeout=10)
    assert (answer.status, answer.body) == (413, b"no")


def test_a_port_where_nobody_listens_is_a_failed_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectFailed):
        HttpClient(frozenset({f"127.0.0.1:{port}"})).request("GET", f"http://127.0.0.1:{port}/")


def test_a_deadline_of_nothing_is_a_failed_connection() -> None:
    with serving(answering()) as server, pytest.raises(ConnectFailed):
        HttpClient(server.allowed).request("GET", server.url, timeout_s=0)
    assert server.requests == []


LOST: dict[str, Script] = {
    "no answer": silent,
    "an end before any answer": saying(b""),
    "a reset before any answer": resetting(b""),
    "an end in the head": saying(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "an end in the body": saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    "a reset in the body": resetting(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    "an end in a chunk": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"),
    "an end between chunks": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    "a chunk of no size": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\nhalf"),
    "a chunk of a negative size": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhalf"),
    "something that is not HTTP": saying(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a head without end": saying(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"),
    "a header line without end": saying(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"),
    "a dripping head": dripping(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "endless continues": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a dripping body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"."),
}


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_request_without_a_complete_answer_is_lost_within_its_deadline(script: Script) -> None:
    started = time.monotonic()
    with pytest.raises(ResponseLost):
        ask(script, timeout_s=DEADLINE_S)
    assert time.monotonic() - started < MUCH_LATER_S


@pytest.mark.parametrize("script", LOST.values(), ids=LOST.keys())
def test_a_download_without_a_complete_answer_is_lost_within_its_deadline(script: Script) -> None:
    started = time.monotonic()
    with pytest.raises(ResponseLost):
        fetch(script, max_bytes=200_000, deadline_s=DEADLINE_S)
    assert time.monotonic() - started < MUCH_LATER_S


def test_a_receiver_that_never_reads_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        client = HttpClient(frozenset({f"127.0.0.1:{port}"}))
        with pytest.raises(ResponseLost):
            client.request("POST", f"http://127.0.0.1:{port}/", body=b"x" * 50_000_000, timeout_s=DEADLINE_S)


@pytest.mark.parametrize(
    "script",
    [
        saying(b"HTTP/1.1 503 Busy\r\nContent-Length: 1001\r\n\r\n"),
        saying(b"HTTP/1.1 503 Busy\r\n\r\n" + b"x" * 1_001),
        saying(
            b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
            + b"x" * 1_001
            + b"\r\n0\r\n\r\n"
        ),
    ],
    ids=["declared", "until the end", "chunked"],
)
def test_an_answer_that_is_too_large_is_not_read_on(script: Script) -> None:
    with pytest.raises(BodyTooLarge) as refused:
        ask(script, max_bytes=1_000)
    assert refused.value.status == 503


def test_an_endless_answer_is_cut_at_the_limit() -> None:
    endless = dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 10_000)
    with pytest.raises(BodyTooLarge):
        fetch(endless, max_bytes=50_000)


def test_a_download_reports_type_size_and_digest() -> None:
    told, data = fetch(answering(b"picture", Content_Type="image/png"))
    assert data == b"picture"
    assert told == Downloaded("image/png", 7, hashlib.sha256(b"picture").hexdigest())


@pytest.mark.parametrize(
    "status", ["404 Not Found", "403 Forbidden", "500 Oops", "204 None", "206 Part", "304 Same"]
)
def test_a_download_wants_the_file_and_nothing_else(status: str) -> None:
    with pytest.raises(UnexpectedStatus) as refused:
        fetch(answering(b"no", status))
    assert refused.value.status == int(status[:3])


def test_a_redirect_without_a_target_is_no_file() -> None:
    with pytest.raises(UnexpectedStatus):
        fetch(answering(status="302 Found"))


def test_a_download_follows_three_redirects() -> None:
    told, data = fetch(counting_down(3))
    assert (told.size_bytes, data) == (4, b"file")


def test_a_download_does_not_follow_a_fourth_redirect() -> None:
    with pytest.raises(UnexpectedStatus) as refused:
        fetch(counting_down(4))
    assert refused.value.status == 302


def counting_down(hops: int) -> Script:
    def script(visit: Visit) -> None:
        path = visit.request.split(b" ")[1].decode()
        done = 0 if path == "/" else int(path.removeprefix("/hop/"))
        if done == hops:
            answering(b"file")(visit)
        else:
            answering(status="302 Found", Location=f"/hop/{done + 1}")(visit)

    return script


def test_headers_stay_with_the_origin_that_they_were_meant_for() -> None:
    key = {"Authorization": "Bearer k"}
    with ExitStack() as stack:
        other = stack.enter_context(serving(answering(b"file")))
        first = stack.enter_context(serving(answering(status="302 Found", Location=other.url)))
        client = HttpClient(first.allowed | other.allowed)
        client.download(first.url, io.BytesIO(), max_bytes=100, deadline_s=5, headers=key)
    assert b"Bearer k" in first.requests[0]
    assert b"Bearer k" not in other.requests[0]
