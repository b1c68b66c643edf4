"""Two accounts on Banatie's live URLs: what one has shows nothing to the other.

Every deployed route of live URLs needs a case here; a route without one fails (``test_tenancy``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, http
from tests.e2e.site import Site
from tidegate.runtime import Runtime

LIVE: Final = "/api/v1/live"
PUBLIC: Final = "GET /cdn/{organization}/{project}/live/{scope}"
PROMPT: Final = "A private eagle"
# Routes that name a scope: the body that is sent. Another project's is as unknown as one that never was.
BY_SLUG: Mapping[str, dict[str, Any] | None] = {
    f"GET {LIVE}/scopes/{{slug}}": None,
    f"PUT {LIVE}/scopes/{{slug}}": {"newGenerationsLimit": 0},
    f"POST {LIVE}/scopes/{{slug}}/regenerate": None,
    f"DELETE {LIVE}/scopes/{{slug}}": None,
}
# Routes that name none: what is asked, the body, and what is answered. It must be the caller's own.
OWN: Mapping[str, tuple[str, dict[str, Any] | None, int]] = {
    f"GET {LIVE}": ("/live?prompt=A%20private%20eagle", None, 402),
    f"GET {LIVE}/generate": ("/live/generate?prompt=A%20private%20eagle", None, 402),
    f"POST {LIVE}/sign": ("/live/sign", {"prompt": PROMPT, "scope": "hero"}, 200),
    f"GET {LIVE}/settings": ("/live/settings", None, 200),
    f"PUT {LIVE}/settings": ("/live/settings", {"allowNewLiveScopes": True}, 200),
    f"GET {LIVE}/scopes": ("/live/scopes", None, 200),
    f"POST {LIVE}/scopes": ("/live/scopes", {"slug": "hero", "newGenerationsLimit": 3}, 201),
}
COVERED = {*BY_SLUG, *OWN, PUBLIC}


@pytest.fixture(scope="module")
def stranger(info: StackInfo, deployed: Runtime) -> Site:
    """Another account, without money: whatever it is shown was made by somebody else."""
    return Site.of(Customer.sign_up(info, deployed, dollars="0"))


def test_live_urls_of_one_account_are_nothing_to_another(customer: Customer, stranger: Site) -> None:
    site = Site.of(customer)
    site.asks("POST", "/live/scopes", {"slug": "hero", "meta": {"of": "ours"}})
    url = site.asks("POST", "/live/sign", {"prompt": PROMPT, "scope": "hero"})["url"]
    made = http.request("GET", url, timeout=60)
    assert (made.status, made.headers["X-Cache-Status"]) == (200, "MISS")
    before = site.asks("GET", "/live/scopes/hero")
    theirs = (before["id"], before["images"][0]["id"], site.project_id, site.path, "ours")
    for route, body in BY_SLUG.items():
        method, _, path = route.partition(" /api/v1")
        for slug in ("hero", "never"):
            reply = stranger.call(method, path.replace("{slug}", slug), body)
            assert (reply.status, reply.body["error"]["code"]) == (404, "SCOPE_NOT_FOUND"), route
    for route, (path, body, status) in OWN.items():
        reply = stranger.call(route.partition(" ")[0], path, body)
        assert reply.status == status, (route, reply.body)
        assert not [name for name in theirs if name in json.dumps(reply.body)], route
    moved = http.request("GET", url.replace(site.path, stranger.path), timeout=60)
    assert (moved.status, json.loads(moved.data)["error"]["code"]) == (403, "SIGNATURE_INVALID")
    assert site.asks("GET", "/live/scopes/hero") == before
