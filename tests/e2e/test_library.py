"""Banatie's surface on the deployed stack: the walk of a client, and its races."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.contract.banatie.test_uploads import MB5, padded
from tests.e2e.customer import Customer, Reply, http
from tests.e2e.site import Site, picture
from tests.e2e.waiting import until
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.library.errors import AliasTaken
from tidegate.domain.money import Money
from tidegate.usecases.library.aliases import assign

PRICE, EDIT_PRICE = Money.of("0.005"), Money.of("0.051")


@pytest.fixture
def site(customer: Customer) -> Site:
    """The customer's first project and a key to it."""
    return Site.of(customer)


def test_the_walk_of_a_client(site: Site) -> None:
    made = site.asks(
        "POST", "/generations", {"prompt": "An eagle", "aspectRatio": "16:9", "flowAlias": "@hero"}
    )
    assert made["status"] == "success", made
    assert made["outputImage"]["width"] > made["outputImage"]["height"]
    assert site.asks("GET", f"/generations/{made['id']}") == made
    flow = site.asks("GET", f"/flows/{made['flowId']}")
    assert (flow["aliases"], flow["generationCount"], flow["imageCount"]) == (
        {"@hero": made["outputImageId"]},
        1,
        1,
    )
    logo = site.upload(picture(), alias="@logo", flowId=made["flowId"])
    assert (logo["width"], logo["height"], logo["alias"]) == (64, 48, "@logo")
    assert site.asks("GET", "/images/%40logo") == logo
    assert site.asks("GET", f"/images/resolve/@upload?flowId={made['flowId']}")["imageId"] == logo["id"]
    banner = site.asks(
        "POST", "/generations", {"prompt": "A banner with @logo and @hero", "flowId": made["flowId"]}
    )
    assert banner["status"] == "success", banner
    assert [one["alias"] for one in banner["referencedImages"]] == ["@logo", "@hero"]
    before = site.get_file(made["outputImageId"])
    again = site.asks("POST", f"/generations/{made['id']}/regenerate")
    assert (again["status"], again["retryCount"]) == ("success", 1)
    assert again["outputImage"]["storageUrl"] == made["outputImage"]["storageUrl"]
    after = site.get_file(made["outputImageId"], if_none_match=before.headers["ETag"])
    assert (before.status, after.status) == (200, 200)
    assert after.data != before.data
    assert site.customer.spent == PRICE * 2 + EDIT_PRICE
    site.asks("DELETE", f"/images/{logo['id']}")
    assert site.call("GET", "/images/@logo").status == 404
    site.asks("DELETE", f"/generations/{made['id']}?permanent=true")
    assert site.call("GET", f"/images/{made['outputImageId']}").status == 404
    left = site.asks("GET", "/images")
    assert [image["id"] for image in left] == [banner["outputImageId"]]


def test_a_generation_that_nobody_asks_about_is_concluded(site: Site) -> None:
    begun = site.asks("POST", "/generations", {"prompt": "A seal", "alias": "@seal"}, Prefer="respond-async")
    assert begun["status"] in {"pending", "processing"}
    until(lambda: site.asks("GET", "/generations?status=success"), "the library follows by itself", 40)
    assert site.asks("GET", "/images/@seal")["generationId"] == begun["id"]


def test_a_generation_that_fails_costs_nothing_and_frees_its_alias(site: Site) -> None:
    failed = site.asks("POST", "/generations", {"prompt": "A seal [[fault:moderation]]", "alias": "@seal"})
    assert (failed["status"], failed["outputImageId"]) == ("failed", None)
    assert site.customer.spent == Money.of("0")
    assert site.upload(picture(), alias="@seal")["alias"] == "@seal"


def test_of_fifty_that_want_one_alias_one_has_it(site: Site) -> None:
    library, now_ms = site.customer.deployed.library, site.customer.deployed.now_ms()
    ids = [site.upload(picture(), flowId="null")["id"] for _ in range(2)]
    images = [library.images.get(site.project_id, image_id) for image_id in ids]

    def name(number: int) -> str | None:
        image = images[number % 2]
        assert image is not None
        try:
            assign(library, image, "@hero", account_id=site.customer.account_id, moves=False, now_ms=now_ms)
        except AliasTaken:
            return None
        return image.image_id

    with ThreadPoolExecutor(50) as pool:
        owners = set(pool.map(name, range(50)))
    assert len(owners - {None}) == 1
    assert None in owners
    (listed,) = site.asks("GET", "/images?alias=@hero")
    assert {listed["id"]} == owners - {None}
    assert site.asks("GET", "/images/@hero") == listed


def test_an_alias_that_fifty_take_from_each_other_is_always_somebodys(site: Site) -> None:
    library, now_ms = site.customer.deployed.library, site.customer.deployed.now_ms()
    ids = [site.upload(picture(), flowId="null")["id"] for _ in range(10)]

    def take(number: int) -> None:
        image = library.images.get(site.project_id, ids[number % 10])
        assert image is not None
        with suppress(ServiceUnavailable):  # others were faster, time after time
            assign(library, image, "@hero", account_id=site.customer.account_id, moves=True, now_ms=now_ms)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(take, range(50)))
    (listed,) = site.asks("GET", "/images?alias=@hero")
    assert site.asks("GET", "/images/@hero") == listed


def test_of_many_that_want_one_alias_over_http_one_has_it(site: Site) -> None:
    images = [site.upload(picture(), flowId="null")["id"] for _ in range(4)]

    def name(number: int) -> Reply:
        return site.call("PUT", f"/images/{images[number % 4]}/alias", {"alias": "@hero"})

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(name, range(24)))
    assert {reply.status for reply in replies} == {200, 409}
    owners = {reply.body["data"]["id"] for reply in replies if reply.status == 200}
    assert len(owners) == 1
    assert {image["id"] for image in site.asks("GET", "/images?alias=@hero")} == owners


def test_of_many_generations_that_want_one_alias_one_is_made(site: Site) -> None:
    asked = {"prompt": "A seal", "alias": "@hero", "flowId": None}
    with ThreadPoolExecutor(4) as pool:
        replies = list(
            pool.map(lambda _: site.call("POST", "/generations", asked, Prefer="respond-async"), range(12))
        )
    assert Counter(reply.status for reply in replies) == {201: 1, 409: 11}
    until(lambda: site.asks("GET", "/images?alias=@hero"), "the picture is there", 40)
    assert site.customer.spent == PRICE


def test_a_run_that_is_under_way_is_joined_by_all_who_want_another(site: Site) -> None:
    made = site.asks("POST", "/generations", {"prompt": "A seal", "flowId": None})
    path, at_once = f"/generations/{made['id']}", {"Prefer": "respond-async"}
    site.asks("PUT", path, {"prompt": "An owl [[fault:slow:12]]", "autoEnhance": False}, **at_once)
    with ThreadPoolExecutor(3) as pool:
        joined = list(pool.map(lambda _: site.asks("POST", f"{path}/regenerate", None, **at_once), range(6)))
    assert {one["retryCount"] for one in joined} == {1}
    site.customer.settle_down()
    assert site.customer.spent == PRICE * 2


def test_a_file_too_large_for_a_form_goes_by_a_url(site: Site) -> None:
    content = padded(MB5)
    told = site.asks("POST", "/images/upload-url", {"fileSize": len(content), "mimeType": "image/png"})
    put = http.request("PUT", told["url"], body=content, headers=told["headers"], timeout=20)
    assert put.status == 200
    image = site.asks("POST", "/images/upload", {"uploadId": told["uploadId"], "alias": "@large"})
    assert image["fileSize"] == len(content)
    sent_on = site.get_file("@large")
    assert sent_on.status == 302
    assert http.request("GET", sent_on.headers["Location"], timeout=20).data == content
    assert site.get_file("@large", range="bytes=1-3").data == content[1:4]
    refused = site.call("POST", "/images/upload-url", {"fileSize": len(content) + 1, "mimeType": "image/png"})
    assert (refused.status, refused.body["error"]["message"]) == (400, "File too large")


def test_an_unknown_path_speaks_the_surfaces_own_language(site: Site) -> None:
    reply = site.call("GET", "/pictures")
    assert (reply.status, reply.body) == (
        404,
        {"success": False, "error": {"message": "There is no such path.", "code": "NOT_FOUND"}},
    )
    assert site.call("PATCH", "/images").headers["Allow"] == "GET"
