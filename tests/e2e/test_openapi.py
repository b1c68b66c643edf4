"""The deployed API describes itself, browsers may call it, and it does what its document says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.stacks.api import REFERENCES
from local.stack.info import StackInfo
from reference.babysea.operations import OPERATIONS
from reference.surfaces import document
from tests.e2e import sharkapi
from tests.e2e.customer import IMAGE, Customer, http
from tests.e2e.promises import assert_promises_are_kept
from tests.e2e.site import Site, banatie_key, picture
from tidegate.domain.keys import Surface
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.routes import ROUTES

ORIGIN = "https://studio.example"
# What the SDK sets from a page (contracts §0 row 17); the browser itself never asks for User-Agent or Accept.
SENT = (
    "authorization,content-type,idempotency-key,x-babysea-sdk-name,x-babysea-sdk-runtime,"
    "x-babysea-sdk-runtime-version,x-babysea-sdk-version"
)
READ = {
    "idempotency-replayed",
    "retry-after",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
}


@pytest.mark.parametrize(("surface", "prefix"), REFERENCES.items())
def test_the_document_and_its_page_are_served_to_everybody(
    info: StackInfo, surface: str, prefix: str
) -> None:
    place = f"{info.base_url}{prefix}"
    answer = http.request("GET", f"{place}/openapi.json", timeout=30)
    assert answer.status == 200
    assert answer.json() == {**document(surface), "servers": [{"url": info.base_url}]}
    held = {"if-none-match": answer.headers["etag"]}
    assert http.request("GET", f"{place}/openapi.json", headers=held).status == 304
    page = http.request("GET", f"{place}/docs", timeout=30)
    assert "default-src 'none'; script-src 'self'" in page.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.data.decode()):
        assert not re.match(r"[a-z]+:|/", address), "everything lies beside the page"
        loaded = http.request("GET", f"{place}/{address}", headers={"accept-encoding": "gzip"})
        assert (loaded.status, len(loaded.data) > 50) == (200, True), address


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_browser_may_call_every_route(info: StackInfo, route: tuple[str, str]) -> None:
    method, path = route
    path = path.replace("{model_identifier+}", IMAGE).replace("{generation_id}", "x")
    asked = {
        "origin": ORIGIN,
        "access-control-request-method": method,
        "access-control-request-headers": SENT,
    }
    answer = http.request("OPTIONS", info.base_url + path, headers=asked, timeout=30)
    assert answer.status in {200, 204}
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert method in answer.headers["access-control-allow-methods"].split(",")
    assert set(SENT.split(",")) <= set(answer.headers["access-control-allow-headers"].split(","))


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (200, "GET", "/v1/status", None),
        (400, "POST", f"/v1/generate/image/{IMAGE}", b"{"),
        (401, "GET", "/v1/library/models", None),
        (404, "GET", "/v1/nothing", None),
        (405, "PUT", "/v1/status", None),
        (413, "POST", f"/v1/generate/image/{IMAGE}", b'"' + b"x" * 110_000 + b'"'),
    ],
)
def test_a_page_may_read_every_answer(
    customer: Customer, status: int, method: str, path: str, body: bytes | None
) -> None:
    key = "bye_wrong" if status == 401 else None
    reply = customer.call(method, path, body, key=key, origin=ORIGIN)
    assert reply.status == status
    assert reply.headers["access-control-allow-origin"] == "*"
    assert set(reply.headers["access-control-expose-headers"].split(",")) >= READ


def test_methods_mean_what_they_say(customer: Customer) -> None:
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    path = f"/v1/content/{generation_id}"
    override = {"x_http_method_override": "DELETE", "x_method_override": "DELETE", "x_http_method": "DELETE"}
    assert customer.call("GET", path, **override).status == 200
    for method in ("POST", "HEAD", "TRACE", "PATCH"):
        refused = customer.call(method, path, **override)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, DELETE")
    assert customer.call("OPTIONS", path, **override).body is None
    refused = customer.call("DELETE", "/v1/content/list")
    assert (refused.status, refused.headers["allow"]) == (405, "GET")
    assert "generation_removed" not in customer.content(generation_id)


def test_the_slash_of_a_model_may_be_encoded_and_a_doubled_version_is_explained(customer: Customer) -> None:
    encoded = IMAGE.replace("/", "%2F")
    assert customer.call("GET", f"/v1/estimate/{encoded}").status == 200
    customer.finish(customer.generate("A seal", model=encoded))
    doubled = customer.call("GET", "/v1/v1/status")
    assert (doubled.status, doubled.code) == (404, "BSE3004")
    assert "must not end in /v1" in doubled.body["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{}",
        b'{"generation_prompt": "\\ud800"}',
        b'{"generation_prompt": "A seal", "generation_prompt": "A fox"}',
        b'{"generation_prompt": "A seal", "generation_seed": NaN}',
        b'{"generation_prompt": ' + b"[" * 50_000,
    ],
)
def test_a_body_that_parsers_disagree_on_is_refused(customer: Customer, body: bytes) -> None:
    reply = customer.call("POST", f"/v1/generate/image/{IMAGE}", body)
    assert (reply.status, reply.code) == (400, "BSE2001")


def test_it_does_what_its_document_says(info: StackInfo, deployed: Runtime, tmp_path: Path) -> None:
    customer = Customer.sign_up(info, deployed, dollars="0.05")
    to_come = [operation.operation_id for route, operation in OPERATIONS.items() if route not in ROUTES]
    more = (word for name in to_come for word in ("--exclude-operation-id", name))
    headers = {"Authorization": f"Bearer {customer.key}"}
    assert_promises_are_kept(
        f"{info.base_url}/v1/openapi.json", "schemathesis.toml", headers, tmp_path, *more
    )
    assert customer.account.wallet.generations, "it got as far as a generation"
    customer.settle_down()
    assert customer.books_are_exact()


def test_sharkapi_does_what_its_document_says(info: StackInfo, deployed: Runtime, tmp_path: Path) -> None:
    customer = sharkapi.sign_up(info, deployed, "1")
    _assert_described(customer, Surface.SHARKAPI, customer.key, tmp_path)
    assert customer.account.wallet.generations, "it got as far as a generation"
    customer.settle_down()
    assert customer.books_are_exact()


@pytest.mark.parametrize("is_master", [False, True], ids=["project", "master"])
def test_banatie_does_what_its_document_says(
    info: StackInfo, deployed: Runtime, tmp_path: Path, *, is_master: bool
) -> None:
    customer = Customer.sign_up(info, deployed)
    site = Site.of(customer)
    key = banatie_key(customer, None) if is_master else site.key
    older = ("--exclude-operation-id", "get_live_picture_by_its_older_path")  # the same function
    chosen = ("--include-tag", "Administration") if is_master else ("--exclude-tag", "Administration", *older)
    organization, _, project = site.path.partition("/")
    shown = {"ORGANIZATION": organization, "PROJECT": project, "IMAGE": site.upload(picture())["id"]}
    _assert_described(customer, Surface.BANATIE, key, tmp_path, *chosen, **shown)
    if is_master:
        assert len(deployed.library.projects.of(customer.account_id)) > 1, "it got as far as a project"
    else:
        assert customer.account.wallet.generations, "it got as far as a generation"
    customer.settle_down()
    assert customer.books_are_exact()


def _assert_described(
    customer: Customer, surface: Surface, key: str, cwd: Path, *more: str, **named: str
) -> None:
    """Hold what a surface answers to a key against the document that it serves."""
    url = f"{customer.info.base_url}{REFERENCES[surface]}/openapi.json"
    # Nobody waits for pictures here: whether they come is what the other tests ask.
    headers = {"X-API-Key": key, "Prefer": "respond-async"}
    assert_promises_are_kept(url, f"schemathesis_{surface}.toml", headers, cwd, *more, **named)
