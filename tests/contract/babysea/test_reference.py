"""GET /v1/openapi.json and /v1/docs: the document and its page, as a browser gets them."""

from __future__ import annotations

import base64
import gzip
import importlib
import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from functions.babysea import docs, openapi
from infra.reference import reference_layer
from infra.stacks.api import REFERENCES
from reference.surfaces import document
from tests.contract.babysea.events import event
from tidegate.surfaces import reference

BASE_URL = "https://api.example.com"


@pytest.fixture(autouse=True)
def _layer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TIDEGATE_PUBLIC_BASE_URL", f"{BASE_URL}/")
    monkeypatch.syspath_prepend(str(reference_layer()[0] / "python"))
    yield
    _forget()


def _forget() -> None:
    reference._file.cache_clear()
    reference._document.cache_clear()
    importlib.invalidate_caches()


class Reply:
    """An answer as a browser reads it."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.status: int = answer["statusCode"]
        self.headers: dict[str, str] = dict(answer["headers"])
        raw = answer["body"]
        self.sent = base64.b64decode(raw) if answer["isBase64Encoded"] else raw.encode()
        packed = self.headers.get("content-encoding") == "gzip"
        self.body = gzip.decompress(self.sent) if packed else self.sent


def get_document(**headers: str) -> Reply:
    return Reply(openapi.handler(event("GET", "/v1/openapi.json", headers=headers), None))


def get_page(name: str | None = None, **headers: str) -> Reply:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    params = {"file": name} if name is not None else {}
    path = "/v1/docs" if name is None else f"/v1/docs/{name}"
    return Reply(docs.handler(event("GET", path, headers=sent, params=params), None))


def test_the_document_is_the_committed_one_with_this_deployment_as_its_server() -> None:
    reply = get_document()
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert json.loads(reply.body) == {**document("babysea"), "servers": [{"url": BASE_URL}]}
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("given", ["{}", "W/{}", '"other", {}', "*"])
def test_who_holds_the_document_already_is_told_so(given: str) -> None:
    etag = get_document().headers["etag"]
    reply = get_document(**{"if-none-match": given.format(etag)})
    assert (reply.status, reply.sent, reply.headers["etag"]) == (304, b"", etag)
    assert get_document(**{"if-none-match": '"other"'}).status == 200


class Loads(HTMLParser):
    """What a page loads, and what it holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._within in {"script", "style"} and data.strip():
            self.inline.append(data)


def test_the_page_loads_everything_from_where_it_came_and_holds_no_code() -> None:
    page = get_page()
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    loads = Loads()
    loads.feed(page.body.decode())
    assert loads.inline == []
    assert set(loads.addresses) == {
        "openapi.json",
        "docs/favicon-32x32.png",
        "docs/swagger-ui.css",
        "docs/page.css",
        "docs/swagger-ui-bundle.js",
        "docs/page.js",
    }
    for address in loads.addresses:
        if address.startswith("docs/"):
            assert get_page(address.removeprefix("docs/")).status == 200


def test_the_pages_policy_lets_nothing_in_from_elsewhere() -> None:
    policy = get_page().headers["content-security-policy"]
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    assert directives == {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", BASE_URL],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }


def test_the_page_asks_no_validator_and_keeps_no_key() -> None:
    script = get_page("page.js").body.decode()
    for setting in ("validatorUrl: null", "queryConfigEnabled: false", "persistAuthorization: false"):
        assert setting in script
    assert "Storage" not in script


def test_files_are_sent_packed_to_who_reads_that_and_are_asked_for_again_each_time() -> None:
    packed = get_page("swagger-ui-bundle.js", accept_encoding="gzip, br")
    plain = get_page("swagger-ui-bundle.js")
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert packed.body == plain.body
    assert len(packed.sent) < 600_000 < len(plain.sent) < 4_000_000  # Lambda answers 6 MB, base64 included
    assert packed.headers["cache-control"] == "no-cache"
    assert packed.headers["content-type"] == "text/javascript; charset=utf-8"
    again = get_page("swagger-ui-bundle.js", if_none_match=packed.headers["etag"])
    assert (again.status, again.sent) == (304, b"")


@pytest.mark.parametrize(
    "name", ["", "nothing.js", "index.html", "babysea.json", "__init__.py", "../babysea.json", "page.js.gz"]
)
def test_nothing_else_of_the_layer_is_served(name: str) -> None:
    reply = get_page(name)
    assert reply.status == 404
    assert json.loads(reply.body)["error"]["code"] == "BSE3004"


@pytest.mark.parametrize(("surface", "prefix"), REFERENCES.items())
def test_every_surface_describes_itself_in_the_same_way(surface: str, prefix: str) -> None:
    told, shown = (importlib.import_module(f"functions.{surface}.{name}") for name in ("openapi", "docs"))
    assert told.__doc__ == f"GET {prefix}/openapi.json."
    reply = Reply(told.handler(event("GET", f"{prefix}/openapi.json"), None))
    assert json.loads(reply.body) == {**document(surface), "servers": [{"url": BASE_URL}]}
    page = Reply(shown.handler(event("GET", f"{prefix}/docs"), None))
    assert page.body == get_page().body
    params = {"file": "nothing.js"}
    assert Reply(shown.handler(event("GET", f"{prefix}/docs/nothing.js", params=params), None)).status == 404


def test_without_its_layer_the_fault_is_in_the_envelope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "PACKAGE", "tidegate_reference_that_is_not_there")
    _forget()
    reply = get_document()
    assert (reply.status, json.loads(reply.body)["error"]["code"]) == (500, "BSE5001")
