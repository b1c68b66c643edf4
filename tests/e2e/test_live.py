"""Live URLs on the deployed stack: one generation for all who ask, limits, and a page in a browser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import urllib3
from PIL import Image

from functions.banatie import live_public
from local.stack.info import StackInfo
from tests.e2e.browser import CHROMIUM, answers_seen, open_page, page_with
from tests.e2e.customer import Customer, http
from tests.e2e.site import Site
from tidegate.domain.client_address import source_of
from tidegate.domain.library.live import PER_ADDRESS
from tidegate.domain.money import Money
from tidegate.runtime import Runtime

PRICE = Money.of("0.005")
SLOW = "A lighthouse [[fault:slow:26]]"  # longer than an answer of API Gateway's may take
VISITOR = "203.0.113.50"
REDIRECTS = urllib3.Retry(15, respect_retry_after_header=False)


@pytest.fixture
def site(customer: Customer) -> Site:
    """The customer's first project and a key to it."""
    return Site.of(customer)


def public_url(site: Site, scope: str, **query: str) -> str:
    """A public live URL."""
    path = f"{site.customer.info.base_url}/cdn/{site.path}/live/{scope}"
    return f"{path}?{urlencode(query, quote_via=quote)}"


def sign(site: Site, **body: str) -> str:
    """A signed live URL."""
    url: str = site.asks("POST", "/live/sign", {"scope": "signed", **body})["url"]
    return url


def see(url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """Get a picture, wherever that leads."""
    return http.request("GET", url, headers=headers, timeout=60, retries=REDIRECTS)


@dataclass
class Opened:
    """A page that a browser has opened, and that loads by itself."""

    site: Site
    browser: Popen[str]
    folder: Path


@pytest.fixture(scope="module", autouse=True)
def opened(
    info: StackInfo, deployed: Runtime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened | None]:
    """The page's slowest picture takes half a minute: it is opened first, and looked at last."""
    if CHROMIUM is None:
        yield None
        return
    shown = Site.of(Customer.sign_up(info, deployed))
    folder = tmp_path_factory.mktemp("browser")
    urls = [
        public_url(shown, "page", prompt="An eagle", aspectRatio="16:9"),
        public_url(shown, "page", prompt="Ein Bär & ein Kranich", aspectRatio="1:1"),
        sign(shown, prompt="A seal", aspectRatio="3:2"),
        sign(shown, prompt=SLOW, aspectRatio="16:9"),
    ]
    with page_with(urls) as url:
        browser = open_page(url, folder)
        try:
            yield Opened(shown, browser, folder)
        finally:
            browser.kill()
            browser.communicate()


def test_a_key_sees_misses_hits_and_failures(site: Site) -> None:
    url = f"{site.customer.info.base_url}/api/v1/live?"
    asked = {"prompt": "грузовик едет по горной дороге", "aspectRatio": "16:9"}
    key = {"X-API-Key": site.key}
    made = see(url + urlencode(asked), **key)
    assert (made.status, made.headers["X-Cache-Status"]) == (200, "MISS"), made.data
    assert made.headers["Content-Type"].startswith("image/")
    assert made.headers["Cache-Control"] == "public, max-age=31536000"
    record = site.asks("GET", f"/generations/{made.headers['X-Generation-Id']}")
    assert record["outputImageId"] == made.headers["X-Image-Id"]
    assert len(made.data) == record["outputImage"]["fileSize"]
    again = see(url + urlencode(asked), **key)
    assert (again.headers["X-Cache-Status"], again.headers["X-Cache-Hit-Count"]) == ("HIT", "1")
    assert again.data == made.data
    failed = see(url + urlencode({"prompt": "A seal [[fault:moderation]]"}), **key)
    assert (failed.status, failed.headers["Cache-Control"]) == (500, "no-store")
    assert see(url + urlencode(asked)).status == 401
    assert site.customer.spent == PRICE


def test_of_a_hundred_who_miss_at_once_one_has_it_made(site: Site) -> None:
    url = public_url(site, "crowd", prompt="A crowd of seals")
    handler, deployed = live_public.handler, site.customer.deployed
    parts = urlsplit(url)
    organization, project = site.path.split("/")
    event = {
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "pathParameters": {"organization": organization, "project": project, "scope": "crowd"},
        "requestContext": {"http": {"method": "GET", "sourceIp": VISITOR}},
    }

    def ask(number: int) -> dict[str, str]:
        if number % 25 == 0:  # some the whole way; two cores cannot feed a hundred workers
            answer = see(url)
            assert answer.status == 200, answer.data
            return {name.lower(): value for name, value in answer.headers.items()}
        told = handler.respond(event, deployed)
        while told.status == 303:
            again = {**event, "rawQueryString": told.headers["location"][1:]}
            told = handler.respond(again, deployed)
        assert told.status == 200, told.body
        return dict(told.headers)

    with ThreadPoolExecutor(100) as pool:
        seen = list(pool.map(ask, range(100)))
    assert Counter(headers["x-cache-status"] for headers in seen) == {"MISS": 1, "HIT": 99}
    assert len({headers["x-image-id"] for headers in seen}) == 1
    assert len(site.asks("GET", "/generations")) == 1
    assert site.asks("GET", "/live/scopes/crowd")["currentGenerations"] == 1
    assert site.customer.spent == PRICE


def test_beyond_its_limits_a_public_url_is_refused_without_cost(site: Site) -> None:
    site.asks("POST", "/live/scopes", {"slug": "one", "newGenerationsLimit": 1})
    site.asks("POST", "/live/scopes", {"slug": "closed", "allowNewGenerations": False})
    site.asks("POST", "/live/scopes", {"slug": "ours", "allowedOrigins": ["https://example.com"]})
    made = public_url(site, "one", prompt="A seal")
    assert see(made).headers["X-Cache-Status"] == "MISS"
    library, deployed = site.customer.deployed.library, site.customer.deployed
    refused: dict[str, Any] = {
        "SCOPE_GENERATION_LIMIT_EXCEEDED": public_url(site, "one", prompt="Another"),
        "FORBIDDEN": public_url(site, "closed", prompt="Another"),
        "SIGNATURE_INVALID": sign(site, prompt="Another") + "x",
    }
    for code, url in refused.items():
        assert code in see(url).data.decode()
    assert "FORBIDDEN" in see(public_url(site, "ours", prompt="Another")).data.decode()
    for _ in range(PER_ADDRESS - 1):
        visit = library.scopes.take_visit(site.project_id, source_of("127.0.0.1"), deployed.now_ms())
        assert library.rows.run(visit)
    limited = see(public_url(site, "other", prompt="Another"), **{"X-Forwarded-For": "203.0.113.77"})
    assert limited.status == 429
    assert "IP_RATE_LIMIT_EXCEEDED" in limited.data.decode()
    assert int(limited.headers["Retry-After"]) > 0
    assert see(made).headers["X-Cache-Status"] == "HIT"
    assert len(site.asks("GET", "/generations")) == 1
    assert site.customer.account.wallet.held == Money.of("0")
    assert site.customer.spent == PRICE


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH")
def test_a_page_in_a_browser_shows_four_live_pictures(opened: Opened) -> None:
    dom, _ = opened.browser.communicate(timeout=120)
    widths = [int(width) for width in re.findall(r'data-width="(\d+)"', dom)]
    records = opened.site.asks("GET", "/generations")
    assert len(widths) == 4, (re.findall("<img[^>]*>", dom), answers_seen(opened.folder))
    assert all(widths)
    with Image.open(opened.folder / "page.png") as screenshot:
        assert screenshot.size == (900, 640)
        assert len(screenshot.convert("RGB").getcolors(1_000_000) or []) > 4
    opened.site.customer.settle_down()
    assert opened.site.customer.spent == PRICE * 4
    assert opened.site.customer.books_are_exact()
    slow = next(record for record in records if record["originalPrompt"] == SLOW)
    assert slow["processingTimeMs"] > 25_000
    assert len(records) == 4
