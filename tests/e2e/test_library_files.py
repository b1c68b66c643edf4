"""Files of Banatie's surface on the deployed stack, over real HTTP; and how its first keys are come by."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.contract.banatie.test_uploads import MB5, REFUSED, padded
from tests.e2e.customer import Customer, http
from tests.e2e.site import Site, ask, banatie_key, picture
from tidegate.runtime import Runtime
from tidegate.usecases.library.bootstrap import open_bootstrap

CLOSED = "/api/bootstrap/initial-key"
PNG = "image/png"


@pytest.fixture
def site(customer: Customer) -> Site:
    """The customer's first project and a key to it."""
    return Site.of(customer)


def test_what_is_no_upload_gets_its_error_and_keeps_nothing(site: Site) -> None:
    file = ("image.png", picture(), PNG)
    forms: dict[str, tuple[Any, str]] = {
        name: ({"file": ("image.png", content, PNG), "alias": "@hero"}, told)
        for name, (content, told) in REFUSED.items()
    }
    forms["one byte too many"] = ({"file": ("image.png", padded(MB5 + 1), PNG)}, "File too large")
    forms["no file"] = ({"alias": "@hero"}, "Send one file")
    forms["two files"] = ([("file", file), ("file", file)], "Send one file")
    forms["a file elsewhere"] = ([("file", file), ("other", file)], "Send one file")
    for case, (form, told) in forms.items():
        reply = site.send_form(form)
        assert (reply.status, reply.body["error"]["code"]) == (400, "VALIDATION_ERROR"), case
        assert told in reply.body["error"]["message"], case
    assert site.call("GET", "/images?includeDeleted=true").body["pagination"]["total"] == 0
    assert site.asks("GET", "/flows") == []
    assert site.stored_files() == set()
    assert site.upload(picture(), alias="@hero")["alias"] == "@hero"


def test_an_image_is_served_to_everybody_whole_in_part_or_not_again(site: Site) -> None:
    content = picture((300, 200))
    image = site.upload(content, alias="@hero")
    assert image["storageUrl"] == f"{site.customer.info.base_url}/cdn/{site.path}/img/{image['id']}"
    whole = http.request("GET", image["storageUrl"], timeout=40)
    assert (whole.status, whole.data) == (200, content)
    assert whole.headers["Content-Type"] == PNG
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert site.get_file("@hero").headers["Cache-Control"] == "public, max-age=60, must-revalidate"
    tag = whole.headers["ETag"]
    same = site.get_file(image["id"], if_none_match=tag)
    assert (same.status, same.data) == (304, b"")
    part = site.get_file(image["id"], range="bytes=4-9", if_range=tag)
    assert (part.status, part.data) == (206, content[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{len(content)}"
    behind = site.get_file(image["id"], range=f"bytes={len(content)}-")
    assert (behind.status, behind.headers["Content-Range"]) == (416, f"bytes */{len(content)}")
    head = site.get_file(image["id"], "HEAD")
    assert (head.status, head.data, head.headers["ETag"]) == (200, b"", tag)
    site.asks("DELETE", f"/images/{image['id']}")
    gone = site.get_file(image["id"])
    assert (gone.status, json.loads(gone.data)["error"]["code"]) == (404, "IMAGE_NOT_FOUND")


def test_of_many_that_know_the_secret_one_gets_the_first_master_key(
    customer: Customer, deployed: Runtime
) -> None:
    def knock(secret: str) -> Any:
        return ask(customer, None, "POST", CLOSED, **{"X-Bootstrap-Secret": secret})

    assert ask(customer, None, "POST", CLOSED).status == 403
    secret = open_bootstrap(deployed, customer.account_id, minutes=5, now_ms=deployed.now_ms())
    assert knock("guessed").status == 403
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: knock(secret), range(8)))
    assert Counter(reply.status for reply in replies) == {201: 1, 403: 7}
    (master,) = [reply.body["apiKey"] for reply in replies if reply.status == 201]
    made = ask(customer, master, "POST", "/api/admin/keys", {"type": "project", "projectSlug": "spring"})
    key = made.body["apiKey"]
    assert ask(customer, key, "GET", "/api/v1/images").body["data"] == []
    assert ask(customer, key, "GET", "/api/admin/keys").status == 403
    gone = ask(customer, master, "DELETE", f"/api/admin/keys/{made.body['metadata']['id']}")
    assert gone.body["data"]["isActive"] is False
    assert ask(customer, key, "GET", "/api/v1/images").status == 401
    assert ask(customer, banatie_key(customer, None), "GET", "/api/admin/projects").status == 200


def test_the_key_that_the_local_stack_leaves_opens_the_surface(info: StackInfo, customer: Customer) -> None:
    key = info.keys["banatie"]
    made = ask(customer, key, "POST", "/api/v1/generations", {"prompt": "An eagle over mountains"})
    assert (made.status, made.body["data"]["status"]) == (201, "success")
    shown = http.request("GET", made.body["data"]["outputImage"]["storageUrl"], timeout=40)
    assert (shown.status, shown.headers["Content-Type"]) == (
        200,
        made.body["data"]["outputImage"]["mimeType"],
    )
    told = ask(customer, key, "GET", "/api/info").body
    assert (told["authenticated"], told["keyInfo"]["type"]) == (True, "project")
    assert ask(customer, None, "GET", "/health").body["status"] == "healthy"
