"""Scopes of public live URLs, as their owner sees them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS
from tests.contract.banatie.client import Client, picture
from tests.contract.banatie.gallery import Gallery, gallery

__all__ = ["gallery"]


def test_a_scope_is_set_up_changed_and_listed(gallery: Gallery) -> None:
    client = gallery.client
    scope = gallery.scope(
        newGenerationsLimit=5, meta={"page": "home"}, allowedOrigins=["https://example.com:443"]
    )
    assert scope == {
        "id": scope["id"],
        "projectId": client.project.project_id,
        "slug": "hero",
        "allowNewGenerations": True,
        "newGenerationsLimit": 5,
        "currentGenerations": 0,
        "allowedOrigins": ["https://example.com"],
        "lastGeneratedAt": None,
        "meta": {"page": "home"},
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    client.runtime.time_ms = NOW_MS + 1
    second = gallery.scope("Second_1")
    assert (second["allowNewGenerations"], second["newGenerationsLimit"], second["meta"]) == (True, 30, {})
    listed = client.call("scopes_list", query={"limit": "1"})
    assert listed.data == [second]
    assert listed.body["pagination"] == {"total": 2, "limit": 1, "offset": 0, "hasMore": True}
    assert client.call("scopes_list", query={"slug": "hero"}).data == [scope]
    assert client.call("scopes_get", params={"slug": "hero"}).data == {**scope, "images": []}
    changed = client.call(
        "scopes_update",
        "PUT",
        params={"slug": "hero"},
        body={"allowNewGenerations": False, "newGenerationsLimit": 0, "allowedOrigins": [], "meta": {}},
    ).data
    assert (changed["allowNewGenerations"], changed["newGenerationsLimit"]) == (False, 0)
    assert (changed["allowedOrigins"], changed["meta"], changed["createdAt"]) == ([], {}, NOW)
    assert changed["updatedAt"] != NOW


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "SCOPE_INVALID_FORMAT")),
        ({"slug": "a b"}, (400, "SCOPE_INVALID_FORMAT")),
        ({"slug": "x" * 65}, (400, "SCOPE_INVALID_FORMAT")),
        ({"slug": "taken"}, (409, "SCOPE_ALREADY_EXISTS")),
        ({"slug": "a", "newGenerationsLimit": -1}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "newGenerationsLimit": True}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "allowNewGenerations": "yes"}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "meta": []}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "allowedOrigins": "https://example.com"}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "allowedOrigins": ["ftp://example.com"]}, (400, "VALIDATION_ERROR")),
        ({"slug": "a", "allowedOrigins": [1]}, (400, "VALIDATION_ERROR")),
    ],
)
def test_what_is_no_scope_is_refused(gallery: Gallery, body: Any, refusal: tuple[int, str]) -> None:
    gallery.scope("taken")
    assert gallery.client.call("scopes_create", "POST", body=body).error[:2] == refusal
    assert len(gallery.client.call("scopes_list").data) == 1


ABOUT = {
    "scopes_get": "GET",
    "scopes_update": "PUT",
    "scopes_regenerate": "POST",
    "scopes_delete": "DELETE",
}


@pytest.mark.parametrize("function", ABOUT)
def test_anothers_scope_and_none_at_all_are_not_found(
    gallery: Gallery, stranger: Client, function: str
) -> None:
    gallery.scope()
    body: dict[str, Any] = {"body": {"meta": {}}} if ABOUT[function] == "PUT" else {}
    for asker, slug in ((stranger, "hero"), (gallery.client, "other"), (gallery.client, "a b")):
        reply = asker.call(function, ABOUT[function], params={"slug": slug}, **body)
        assert reply.error == (404, "SCOPE_NOT_FOUND", "Scope not found")


def test_pictures_of_a_scope_are_made_anew_under_their_urls(gallery: Gallery) -> None:
    first, second = gallery.visit("One"), gallery.visit("Two")
    ids = [first.headers["x-image-id"], second.headers["x-image-id"]]
    params = {"slug": "hero"}
    all_of_them = gallery.client.call("scopes_regenerate", "POST", params=params).data
    assert (all_of_them["regenerated"], {one["id"] for one in all_of_them["images"]}) == (2, set(ids))
    one = gallery.client.call("scopes_regenerate", "POST", params=params, body={"imageId": ids[0]}).data
    assert (one["regenerated"], [image["id"] for image in one["images"]]) == (1, [ids[0]])
    assert sorted(record.retry_count for record in gallery.records()) == [1, 2]
    assert gallery.visit("One").cache == (200, "HIT")
    assert gallery.client.books() == ("$0.975", "$0")
    own = gallery.see("Three").headers["x-image-id"]
    refused = gallery.client.call("scopes_regenerate", "POST", params=params, body={"imageId": own})
    assert refused.error[:2] == (400, "IMAGE_NOT_IN_SCOPE")
    gallery.scope("empty")
    nothing = gallery.client.call("scopes_regenerate", "POST", params={"slug": "empty"}).data
    assert nothing == {"regenerated": 0, "images": []}


def test_of_pictures_that_the_wallet_does_not_pay_for_all_those_before_are_made_anew(
    gallery: Gallery,
) -> None:
    poor = Gallery(Client(gallery.client.runtime, dollars="0.015"), gallery.monkeypatch)
    for prompt in ("One", "Two"):
        poor.visit(prompt)
    again = poor.client.call("scopes_regenerate", "POST", params={"slug": "hero"})
    assert again.data["regenerated"] == 1
    refused = poor.client.call("scopes_regenerate", "POST", params={"slug": "hero"})
    assert refused.error[:2] == (402, "INSUFFICIENT_CREDITS")
    assert poor.client.books() == ("$0", "$0")


def test_a_scope_goes_with_its_images_except_those_with_a_name(gallery: Gallery) -> None:
    kept = gallery.visit("One").headers["x-image-id"]
    gone = gallery.visit("Two").headers["x-image-id"]
    gallery.client.about("images_alias_set", kept, "PUT", body={"alias": "@hero"})
    scope = gallery.client.call("scopes_get", params={"slug": "hero"}).data
    deleted = gallery.client.call("scopes_delete", "DELETE", params={"slug": "hero"})
    assert deleted.data == {"id": scope["id"]}
    assert gallery.client.call("scopes_list").data == []
    assert gallery.client.about("images_get", gone).status == 404
    assert gallery.client.about("images_get", "@hero").data["id"] == kept
    assert len(gallery.client.stored_files()) == 1
    assert gallery.visit("One").cache == (200, "MISS")


def test_a_deletion_that_takes_too_long_goes_on_with_the_next_call(gallery: Gallery) -> None:
    gallery.visit("One")
    times = iter([0, 0, 0, 10**15])
    original = gallery.client.runtime.now_ms
    gallery.monkeypatch.setattr(gallery.client.runtime, "now_ms", lambda: next(times, 10**15) or original())
    refused = gallery.client.call("scopes_delete", "DELETE", params={"slug": "hero"})
    assert refused.error[:2] == (503, "SERVICE_UNAVAILABLE")
    gallery.monkeypatch.setattr(gallery.client.runtime, "now_ms", original)
    assert gallery.visit("Another").error == (429, "SCOPE_GENERATION_LIMIT_EXCEEDED")
    assert gallery.client.call("scopes_delete", "DELETE", params={"slug": "hero"}).status == 200
    assert gallery.records() == []


def test_a_picture_that_is_being_made_when_its_scope_goes_is_not_kept(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    gallery.visit()
    (record,) = gallery.records()
    gallery.client.call("scopes_delete", "DELETE", params={"slug": "hero"})
    assert gallery.records() == []
    assert gallery.client.stored_files() == []
    assert picture()
    gallery.ending = "succeed"
    assert gallery.visit().headers["x-image-id"] != record.image_id
