"""Pictures that are sent along are looked at over real connections, side by side, within one deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

import pytest

from tests.unit.adapters.servers import (
    Script,
    Server,
    Visit,
    answering,
    dripping,
    resetting,
    saying,
    serving,
    silent,
)
from tests.unit.domain.test_media import gif, jpeg, png, segment
from tidegate.adapters.http import HttpClient
from tidegate.domain.errors import (
    FileDownloadFailed,
    FileSizeExceeded,
    FileUnreadable,
    InvalidInput,
    PictureTooLarge,
    PictureTooSmall,
    UnsafeInputUrl,
    UnsupportedFileFormat,
)
from tidegate.domain.input_files import MAX_BYTES, InputFile
from tidegate.usecases.check_inputs import check_inputs

FIELD = "generation_input_file"
PNG = png(640, 480)
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"  # without a length: the end of the connection is the end of the file


def _pictures(*urls: str) -> list[InputFile]:
    return [InputFile(url, FIELD, index) for index, url in enumerate(urls)]


@contextmanager
def _serving(*scripts: Script) -> Iterator[tuple[HttpClient, list[Server]]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(script)) for script in scripts]
        yield HttpClient(frozenset().union(*(server.allowed for server in servers))), servers


def _declaring(length: int, body: bytes) -> Script:
    return saying(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, body))


def test_good_pictures_pass_and_each_url_is_fetched_once() -> None:
    with _serving(answering(PNG), answering(jpeg(64, 8192))) as (http, (one, two)):
        check_inputs(http, _pictures(one.url, two.url, one.url))
    assert len(one.requests) == len(two.requests) == 1


@pytest.mark.parametrize(
    ("script", "refusal"),
    [
        (answering(png(63, 640)), PictureTooSmall),
        (answering(png(8193, 640)), PictureTooLarge),
        (answering(gif(640, 480), Content_Type="image/png"), UnsupportedFileFormat),
        (answering(b"<html>404</html>", Content_Type="image/png"), UnsupportedFileFormat),
        (answering(PNG[:20]), FileUnreadable),
        (answering(b""), FileUnreadable),
        (_declaring(MAX_BYTES + 1, PNG), FileSizeExceeded),
        (saying(ENDLESS + PNG + b"\0" * MAX_BYTES), FileSizeExceeded),
        (answering(PNG, "404 Not Found"), FileDownloadFailed),
        (answering(PNG, "206 Partial Content"), FileDownloadFailed),
        (answering(b"", "302 Found", Location="/again"), FileDownloadFailed),  # for ever
        (answering(b"", "302 Found"), FileDownloadFailed),
        (_declaring(5_000, PNG[:20]), FileDownloadFailed),
        (resetting(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), FileDownloadFailed),
        (saying(b"SSH-2.0-OpenSSH_9.9\r\n"), FileDownloadFailed),
        (answering(b"", "302 Found", Location="http://169.254.169.254/latest/meta-data"), UnsafeInputUrl),
        (answering(b"", "302 Found", Location="http://127.0.0.1:1/"), UnsafeInputUrl),
        (answering(b"", "302 Found", Location="file:///etc/passwd"), UnsafeInputUrl),
    ],
)
def test_each_cause_has_its_refusal_which_names_the_picture(
    script: Script, refusal: type[InvalidInput]
) -> None:
    with _serving(answering(PNG), script) as (http, (good, bad)), pytest.raises(refusal) as caught:
        check_inputs(http, _pictures(good.url, bad.url))
    assert type(caught.value) is refusal
    assert caught.value.details == {"field": FIELD, "index": 1}
    assert "SSH" not in caught.value.message


def test_a_redirect_to_a_public_picture_is_followed() -> None:
    with serving(answering(PNG)) as target:
        script = answering(b"", "302 Found", Location=f"{target.url}/seal.png")
        with _serving(script) as (_, (first,)):
            check_inputs(HttpClient(first.allowed | target.allowed), _pictures(first.url))
    assert target.requests


def test_only_the_beginning_of_a_picture_is_taken() -> None:
    sent: list[int] = []

    def script(visit: Visit) -> None:
        visit.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + PNG)
        visit.over.wait(10)  # the client must not wait for the rest
        sent.append(len(PNG))

    with _serving(script) as (http, (server,)):
        began = time.monotonic()
        check_inputs(http, _pictures(server.url))
        assert time.monotonic() - began < 5
    assert sent == [len(PNG)]


def test_a_jpeg_is_read_up_to_its_frame_however_much_comes_before() -> None:
    metadata = [segment(0xE1, b"x" * 65_000)] * 40
    with _serving(answering(jpeg(640, 480, *metadata))) as (http, (server,)):
        check_inputs(http, _pictures(server.url))
    with _serving(answering(jpeg(640, 9000, *metadata))) as (http, (server,)), pytest.raises(PictureTooLarge):
        check_inputs(http, _pictures(server.url))


@pytest.mark.parametrize("size", [b"-1", b"zz"])
def test_a_chunk_of_no_size_is_no_answer(size: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    script = saying(head + size + b"\r\n" + PNG)
    with _serving(script) as (http, (server,)), pytest.raises(FileDownloadFailed):
        check_inputs(http, _pictures(server.url))


def test_a_picture_may_come_in_chunks() -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (PNG[:10], PNG[10:], b""))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with _serving(saying(head + chunks)) as (http, (server,)):
        check_inputs(http, _pictures(server.url))


@pytest.mark.parametrize(
    "script", [silent, dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), dripping(ENDLESS + b"\x89", b"")]
)
def test_slow_servers_share_one_deadline(script: Script) -> None:
    with _serving(script, script, script) as (http, servers):
        began = time.monotonic()
        with pytest.raises(FileDownloadFailed):
            check_inputs(http, _pictures(*(server.url for server in servers)), deadline_s=0.5)
        assert time.monotonic() - began < 2


def test_fourteen_pictures_are_fetched_side_by_side() -> None:
    together = threading.Barrier(14, timeout=10)

    def script(visit: Visit) -> None:
        together.wait()
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(PNG), PNG))

    with _serving(*[script] * 14) as (http, servers):
        check_inputs(http, _pictures(*(server.url for server in servers)))


def test_the_first_wrong_picture_of_the_request_is_named_whichever_answers_first() -> None:
    def slowly(visit: Visit) -> None:
        visit.over.wait(0.3)
        visit.send(b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n")

    refused = pytest.raises(FileDownloadFailed, match="the server answered 404")
    with _serving(slowly, answering(gif(9, 9))) as (http, (slow, quick)), refused as caught:
        check_inputs(http, _pictures(slow.url, quick.url))
    assert caught.value.details["index"] == 0


class Rebinding:
    """A name server whose answer changes after it was checked."""

    def __init__(self, *answers: str) -> None:
        self.asked = 0
        self._answers = answers

    def __call__(self, _name: str, _timeout_s: float) -> Sequence[str]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [answer]


@pytest.fixture
def inside() -> Iterator[Server]:
    """A server in private space that must never be asked."""
    with serving(answering(PNG)) as server:
        yield server
        assert server.requests == []


def test_a_name_that_leads_inside_is_refused_like_the_address_itself(inside: Server) -> None:
    http = HttpClient(resolve=Rebinding("127.0.0.1"))
    refused = [f"http://inside.example:{inside.port}/", inside.url, "https://[::1]/", "http://0x7f.1/"]
    messages = set()
    for url in refused[:3]:
        with pytest.raises(UnsafeInputUrl) as caught:
            check_inputs(http, _pictures(url))
        messages.add(caught.value.message)
    assert messages == {f"{FIELD}[0] must be a public URL."}


def test_a_name_that_leads_inside_once_it_was_checked_is_asked_only_once(
    inside: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []

    def refuse(address: tuple[str, int], **_: object) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", refuse)
    names = Rebinding("1.1.1.1", "127.0.0.1")
    with pytest.raises(FileDownloadFailed):
        check_inputs(HttpClient(resolve=names), _pictures(f"http://rebinding.example:{inside.port}/"))
    assert (names.asked, connected) == (1, ["1.1.1.1"])


def test_a_redirect_by_name_is_resolved_and_checked_again(inside: Server) -> None:
    script = answering(b"", "302 Found", Location=f"http://rebinding.example:{inside.port}/")
    with serving(script) as outside:
        http = HttpClient(outside.allowed, resolve=Rebinding("127.0.0.1"))
        with pytest.raises(UnsafeInputUrl):
            check_inputs(http, _pictures(outside.url))
