"""Two accounts, and two projects of one, on Banatie's surface: what one asks shows nothing of the other's.

Every deployed route of the surface needs a case here; a route without one fails (``test_tenancy``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, Reply
from tests.e2e.site import Site, ask, banatie_key, picture
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.library.projects import create_project

NEVER: Final = "00000000-0000-7000-8000-000000000000"
V1 = "/api/v1"
OWN_PRICE = Money.of("0.005")  # of what the project of the same account makes for itself
# Routes that name a record: the body that is sent. Another project's is as unknown as one that never was.
BY_ID: Mapping[str, dict[str, Any] | None] = {
    f"GET {V1}/generations/{{id}}": None,
    f"PUT {V1}/generations/{{id}}": {"prompt": "Mine now"},
    f"DELETE {V1}/generations/{{id}}": None,
    f"POST {V1}/generations/{{id}}/retry": None,
    f"POST {V1}/generations/{{id}}/regenerate": None,
    f"GET {V1}/flows/{{id}}": None,
    f"DELETE {V1}/flows/{{id}}": None,
    f"GET {V1}/flows/{{id}}/generations": None,
    f"GET {V1}/flows/{{id}}/images": None,
    f"PUT {V1}/flows/{{id}}/aliases": {"aliases": {}},
    f"DELETE {V1}/flows/{{id}}/aliases/{{alias}}": None,
    f"POST {V1}/flows/{{id}}/regenerate": None,
    f"GET {V1}/images/resolve/{{alias}}": None,
    f"GET {V1}/images/{{id}}": None,
    f"PUT {V1}/images/{{id}}": {"meta": {"mine": True}},
    f"DELETE {V1}/images/{{id}}": None,
    f"PUT {V1}/images/{{id}}/alias": {"alias": "@mine"},
    f"DELETE {V1}/images/{{id}}/alias": None,
    f"POST {V1}/images/{{id}}/restore": None,
}
# Routes that name no record: what is asked, the body, and what is answered. It must be the caller's own.
OWN: Mapping[str, tuple[str, dict[str, Any] | None, int]] = {
    f"POST {V1}/generations": (f"{V1}/generations", {"prompt": "Mine", "flowId": None}, 201),
    f"GET {V1}/generations": (f"{V1}/generations?includeDeleted=true", None, 200),
    f"POST {V1}/flows": (f"{V1}/flows", {}, 201),
    f"GET {V1}/flows": (f"{V1}/flows", None, 200),
    f"POST {V1}/images/upload": (f"{V1}/images/upload", {"uploadId": NEVER}, 400),
    f"POST {V1}/images/upload-url": (
        f"{V1}/images/upload-url",
        {"fileSize": 5, "mimeType": "image/png"},
        201,
    ),
    f"GET {V1}/images": (f"{V1}/images?includeDeleted=true", None, 200),
}
ADMIN_BY_ID: Mapping[str, dict[str, Any] | None] = {
    "DELETE /api/admin/keys/{id}": None,
    "PUT /api/admin/projects/{id}": {"name": "Mine now"},
}
ADMIN_OWN: Mapping[str, tuple[str, dict[str, Any] | None, int]] = {
    "POST /api/admin/keys": ("/api/admin/keys", {"type": "master"}, 201),
    "GET /api/admin/keys": ("/api/admin/keys", None, 200),
    "POST /api/admin/organizations": ("/api/admin/organizations", {"name": "-"}, 400),
    "GET /api/admin/organizations": ("/api/admin/organizations", None, 200),
    "POST /api/admin/projects": ("/api/admin/projects", {"name": "Mine"}, 201),
    "GET /api/admin/projects": ("/api/admin/projects", None, 200),
    "GET /api/info": ("/api/info", None, 200),
}
CDN = "/cdn/{organization}/{project}/img/{image}"
WITHOUT_ACCOUNT = {
    f"GET {CDN}": "test_an_image_is_found_below_its_own_project_only",
    f"HEAD {CDN}": "test_an_image_is_found_below_its_own_project_only",
    "GET /health": "the same for everybody",
    "POST /api/bootstrap/initial-key": "closed; test_library_files",
}
COVERED = {*BY_ID, *OWN, *ADMIN_BY_ID, *ADMIN_OWN, *WITHOUT_ACCOUNT}


@dataclass(frozen=True)
class Tenants:
    """A project with records; a project of the same account, and one of another, that ask for them."""

    victim: Site
    askers: tuple[Site, ...]
    theirs: Mapping[str, str]

    def shown(self, reply: Reply, *, but: str = "") -> list[str]:
        """What of the first project's stands anywhere in an answer to the others."""
        text = json.dumps([reply.body, dict(reply.headers)])
        return [name for name, value in self.theirs.items() if value in text and name != but]


@pytest.fixture(scope="module")
def tenants(info: StackInfo, deployed: Runtime) -> Iterator[Tenants]:
    """A project with a generation, an image, a flow and an alias."""
    owner, other = (Customer.sign_up(info, deployed) for _ in range(2))
    victim = Site.of(owner)
    (organization,) = deployed.library.projects.organizations(owner.account_id)
    sibling = create_project(deployed.library, organization, name="Sibling", now_ms=deployed.now_ms())
    made = victim.asks("POST", "/generations", {"prompt": "A private eagle", "alias": "@hero"})
    assert made["status"] == "success", made
    logo = victim.upload(picture(), alias="@logo", flowId=made["flowId"])
    theirs = {
        "the generation": made["id"],
        "the image": made["outputImageId"],
        "the upload": logo["id"],
        "the flow": made["flowId"],
        "the project": victim.project_id,
        "the prompt": "A private eagle",
    }
    before = [victim.asks("GET", path) for path in ("/generations", "/images", "/flows")]
    spent = owner.spent
    yield Tenants(victim, (Site.of(owner, sibling), Site.of(other)), theirs)
    assert [victim.asks("GET", path) for path in ("/generations", "/images", "/flows")] == before
    assert (victim.get_file("@hero").status, owner.spent - spent) == (200, OWN_PRICE)
    for customer in (owner, other):
        customer.settle_down()
        assert customer.books_are_exact()


@pytest.mark.parametrize("route", BY_ID)
def test_anothers_names_are_as_unknown_as_those_that_never_were(tenants: Tenants, route: str) -> None:
    method, template = route.split()
    names = [name for name in tenants.theirs.values() if " " not in name]

    def ask_for(site: Site, name: str) -> Reply:
        path = template.removeprefix(V1).replace("{id}", name).replace("{alias}", "@hero")
        return site.call(method, path, BY_ID[route])

    for site in tenants.askers:
        never = ask_for(site, NEVER)
        assert never.status == 404, never.body
        for name in names:
            reply = ask_for(site, name)
            assert (reply.status, reply.body) == (404, never.body), name
            assert tenants.shown(reply) == []
        if "/images/{id}" in template:
            assert ask_for(site, "@hero").status == 404


@pytest.mark.parametrize("route", OWN)
def test_what_names_no_record_answers_the_callers_own(tenants: Tenants, route: str) -> None:
    method = route.split(maxsplit=1)[0]
    path, body, status = OWN[route]
    for site in tenants.askers:
        reply = ask(site.customer, site.key, method, path, body, **{"Idempotency-Key": "order-1"})
        assert reply.status == status, reply.body
        assert tenants.shown(reply) == []
        joined = "&" if "?" in path else "?"
        claimed = f"{path}{joined}projectId={tenants.victim.project_id}"
        if method == "GET":
            assert tenants.shown(ask(site.customer, site.key, method, claimed)) == []


def test_anothers_records_cannot_be_used(tenants: Tenants) -> None:
    generation, image, flow = (tenants.theirs[f"the {kind}"] for kind in ("generation", "image", "flow"))
    bodies = (
        {"prompt": "x", "referenceImages": [image]},
        {"prompt": "x", "referenceImages": ["@hero"]},
        {"prompt": "x", "flowId": flow},
    )
    for site in tenants.askers:
        for body in bodies:
            assert site.call("POST", "/generations", body).status == 404
        assert site.send_form({"file": ("a.png", picture(), "image/png"), "flowId": flow}).status == 404
        own = site.asks("POST", "/flows", {})["id"]
        named = site.call("PUT", f"/flows/{own}/aliases", {"aliases": {"@theirs": image}})
        assert named.status == 404
        assert site.asks("DELETE", f"/flows/{own}") == {"id": own}
        for filtered in (f"/generations?flowId={flow}", f"/images?flowId={flow}", "/images?alias=@hero"):
            assert site.asks("GET", filtered) == []
        assert site.call("GET", f"/images/resolve/@last?flowId={flow}").status == 404
        assert site.call("GET", f"/generations/{generation}").status == 404


def test_one_accounts_master_key_administers_nothing_of_anothers(tenants: Tenants) -> None:
    victim, (_, stranger) = tenants.victim, tenants.askers
    master = banatie_key(stranger.customer, None)
    keys = [key.key_id for key in victim.customer.deployed.keys.list(victim.customer.account_id)]
    for route, body in ADMIN_BY_ID.items():
        method, template = route.split()
        for name in (*keys, victim.project_id):
            path = template.replace("{id}", name)
            assert ask(stranger.customer, master, method, path, body).status == 404, route
            assert ask(stranger.customer, victim.key, method, path, body).status == 403, route
    for route, (path, body, status) in ADMIN_OWN.items():
        reply = ask(stranger.customer, master, route.split()[0], path, body)
        assert (reply.status, tenants.shown(reply)) == (status, []), route
        assert not {name for name in (*keys, victim.path) if name in json.dumps(reply.body)}, route
    into = {"type": "project", "projectId": victim.project_id}
    assert ask(stranger.customer, master, "POST", "/api/admin/keys", into).status == 404


def test_an_image_is_found_below_its_own_project_only(tenants: Tenants) -> None:
    for name in ("@hero", tenants.theirs["the image"], tenants.theirs["the upload"]):
        assert tenants.victim.get_file(name).status == 200
        for site in tenants.askers:
            for method in ("GET", "HEAD"):
                assert site.get_file(name, method).status == 404


def test_whatever_else_is_asked_for_is_answered_without_a_look(tenants: Tenants) -> None:
    customer = tenants.askers[0].customer
    for path in ("/api/v1/x", "/api/admin/x", "/api/bootstrap/x", "/cdn/x", "/cdn/x/y/img"):
        reply = ask(customer, None, "GET", path)
        assert (reply.status, reply.body["error"]["code"]) == (404, "NOT_FOUND"), path
