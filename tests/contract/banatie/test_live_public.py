"""Public live URLs: what visitors of a page may have made, and what is refused without cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS
from tests.contract.banatie.client import Client
from tests.contract.banatie.gallery import PROMPT, Gallery, Seen, gallery
from tidegate.adapters.dynamodb.library.scopes import Standing
from tidegate.domain.library.live import PER_ADDRESS, VISITOR_SCOPES
from tidegate.domain.parameters import PROMPT_MAX_LENGTH
from tidegate.usecases.library.live_signing import Signer

__all__ = ["gallery"]
HOUR_END_S = (NOW_MS // 3_600_000 + 1) * 3_600


@contextmanager
def counted(client: Client) -> Iterator[list[str]]:
    """The AWS calls that are made meanwhile."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    runtime = client.runtime
    clients = [runtime.dynamodb, runtime._s3]
    for one in clients:
        one.meta.events.register("before-call", note)
    yield calls
    for one in clients:
        one.meta.events.unregister("before-call", note)


def _refused(seen: Seen, status: int, code: str, gallery: Gallery, pictures: int) -> None:
    assert seen.error == (status, code)
    assert len(gallery.records()) == pictures
    assert gallery.client.books()[1] == "$0"


def test_a_visitor_has_a_picture_made_and_the_next_gets_it_from_the_cache(gallery: Gallery) -> None:
    made = gallery.visit(aspectRatio="16:9")
    assert made.cache == (200, "MISS")
    assert made.headers["x-scope"] == "hero"
    assert made.headers["cache-control"] == "public, max-age=31536000"
    assert "vary" not in made.headers
    assert "x-ratelimit-limit" not in made.headers
    assert gallery.visit(aspectRatio="16:9").cache == (200, "HIT")
    assert gallery.visit(scope="other", aspectRatio="16:9").cache == (200, "MISS")
    assert gallery.see(aspectRatio="16:9").cache == (200, "MISS")  # the key's own cache
    image = gallery.client.about("images_get", made.headers["x-image-id"]).data
    assert image["meta"] == {"scope": "hero", "isLiveUrl": True, "cacheKey": image["meta"]["cacheKey"]}
    shown = gallery.client.call("scopes_get", params={"slug": "hero"}).data
    assert (shown["currentGenerations"], shown["newGenerationsLimit"]) == (1, 30)
    assert shown["lastGeneratedAt"] is not None
    assert [one["id"] for one in shown["images"]] == [image["id"]]
    assert gallery.client.books() == ("$0.985", "$0")


def test_what_a_hit_and_a_refusal_ask_of_aws(gallery: Gallery) -> None:
    gallery.visit()  # after which the project of the path is known
    with counted(gallery.client) as calls:
        assert gallery.visit().cache == (200, "HIT")
    assert calls == ["UpdateItem", "GetItem", "GetObject"]
    gallery.client.call("scopes_update", "PUT", params={"slug": "hero"}, body={"allowNewGenerations": False})
    with counted(gallery.client) as calls:
        refused = gallery.visit("Another")
    assert calls == ["UpdateItem", "BatchGetItem"]
    _refused(refused, 403, "FORBIDDEN", gallery, 1)
    with counted(gallery.client) as calls:
        long, odd = gallery.visit("x" * (PROMPT_MAX_LENGTH + 1)), gallery.visit(scope="not a scope")
    assert calls == []
    assert (long.error, odd.error) == ((400, "VALIDATION_ERROR"), (400, "SCOPE_INVALID_FORMAT"))


def test_an_address_has_ten_new_pictures_in_an_hour_and_hits_are_free(gallery: Gallery) -> None:
    gallery.use_up(left=2)
    for number in range(2):
        assert gallery.visit(f"Eagle {number}").cache == (200, "MISS")
    refused = gallery.visit("One more")
    _refused(refused, 429, "IP_RATE_LIMIT_EXCEEDED", gallery, 2)
    now_s = gallery.client.runtime.now_ms() // 1000
    assert refused.headers["retry-after"] == str(HOUR_END_S - now_s)
    assert refused.headers["x-ratelimit-limit"] == "10"
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-reset"] == str(HOUR_END_S)
    assert gallery.visit("Eagle 1").cache == (200, "HIT")
    assert gallery.visit("One more", address="203.0.113.9").cache == (200, "MISS")
    gallery.client.runtime.time_ms = HOUR_END_S * 1000
    assert gallery.visit("Two more").cache == (200, "MISS")


def _outdated(gallery: Gallery, **fields: Any) -> None:
    """Let the next look at the limits show what held before others came."""
    scopes = gallery.client.runtime.library.scopes
    look, first = scopes.standing, [True]

    def standing(*asked: Any) -> Standing:
        return replace(look(*asked), **fields) if first and first.pop() else look(*asked)

    gallery.monkeypatch.setattr(scopes, "standing", standing)


def test_those_who_come_at_once_pass_no_limit(gallery: Gallery) -> None:
    gallery.visit("One")
    gallery.use_up(left=1)
    _outdated(gallery, made=PER_ADDRESS - 1)
    _refused(gallery.visit("Two"), 429, "IP_RATE_LIMIT_EXCEEDED", gallery, 1)
    scope = gallery.client.runtime.library.scopes.get(gallery.client.project.project_id, "hero")
    assert scope is not None
    body = {"newGenerationsLimit": 1}
    gallery.client.call("scopes_update", "PUT", params={"slug": "hero"}, body=body)
    _outdated(gallery, scope=scope)
    other = gallery.visit("Two", address="203.0.113.9")
    _refused(other, 429, "SCOPE_GENERATION_LIMIT_EXCEEDED", gallery, 1)


def test_those_who_begin_one_scope_at_once_share_it(gallery: Gallery) -> None:
    gallery.visit("One")
    _outdated(gallery, scope=None)
    assert gallery.visit("Two").cache == (200, "MISS")
    assert gallery.pictures() == 2
    assert gallery.client.call("live_settings_get").data["visitorScopes"] == 1


def test_limits_that_never_stand_still_are_told(gallery: Gallery) -> None:
    gallery.visit("One")
    scopes = gallery.client.runtime.library.scopes
    look = scopes.standing
    gallery.monkeypatch.setattr(scopes, "standing", lambda *asked: replace(look(*asked), scope=None))
    _refused(gallery.visit("Two"), 503, "SERVICE_UNAVAILABLE", gallery, 1)


def test_a_forwarding_header_is_nobodys_address(gallery: Gallery) -> None:
    gallery.use_up()
    asked = {"prompt": "One more"}
    claimed = {"x-forwarded-for": "203.0.113.77"}
    assert gallery._public("hero", asked, claimed, "198.51.100.7").error[0] == 429


def test_a_scope_has_so_many_pictures_and_no_more(gallery: Gallery) -> None:
    gallery.scope(newGenerationsLimit=2)
    assert gallery.visit("One").cache == (200, "MISS")
    assert gallery.visit("Two").cache == (200, "MISS")
    _refused(gallery.visit("Three"), 429, "SCOPE_GENERATION_LIMIT_EXCEEDED", gallery, 2)
    _refused(gallery.follow(gallery.sign(prompt="Three")), 429, "SCOPE_GENERATION_LIMIT_EXCEEDED", gallery, 2)
    assert gallery.visit("One").cache == (200, "HIT")


def test_a_failed_picture_gives_its_place_back_and_costs_nothing(gallery: Gallery) -> None:
    gallery.scope(newGenerationsLimit=1)
    gallery.ending = "fail"
    assert gallery.visit("One").error == (500, "INTERNAL_ERROR")
    assert gallery.pictures() == 0
    assert gallery.client.books() == ("$1", "$0")
    gallery.ending = "succeed"
    assert gallery.visit("Two").cache == (200, "MISS")
    assert gallery.pictures() == 1


def test_a_closed_scope_shows_what_there_is(gallery: Gallery) -> None:
    gallery.visit()
    gallery.client.call("scopes_update", "PUT", params={"slug": "hero"}, body={"allowNewGenerations": False})
    assert gallery.visit().cache == (200, "HIT")
    _refused(gallery.visit("Another"), 403, "FORBIDDEN", gallery, 1)


def test_new_pictures_are_made_for_the_scopes_pages_only(gallery: Gallery) -> None:
    gallery.scope(allowedOrigins=["https://Example.com/", "http://localhost:8080"])
    _refused(gallery.visit(), 403, "FORBIDDEN", gallery, 0)
    _refused(gallery.visit(page="https://example.com.evil.test/"), 403, "FORBIDDEN", gallery, 0)
    _refused(gallery.visit(page="https://example.com:444/"), 403, "FORBIDDEN", gallery, 0)
    assert gallery.visit(page="https://example.com/gallery?x=1").cache == (200, "MISS")
    assert gallery.visit(page="https://elsewhere.test/").cache == (200, "HIT")


def test_urls_alone_begin_ten_scopes_if_the_project_allows_it(gallery: Gallery) -> None:
    def settle(*, allow: bool) -> Any:
        return gallery.client.call("live_settings_set", "PUT", body={"allowNewLiveScopes": allow}).data

    assert gallery.client.call("live_settings_get").data == {
        "allowNewLiveScopes": True,
        "visitorScopes": 0,
        "signingKeyId": None,
    }
    library, project_id = gallery.client.runtime.library, gallery.client.project.project_id
    for _ in range(VISITOR_SCOPES - 1):
        assert library.rows.run(library.scopes.take_visitor_scope(project_id))
    assert gallery.visit(scope="last").cache == (200, "MISS")
    _refused(gallery.visit(scope="one-more"), 403, "FORBIDDEN", gallery, 1)
    settle(allow=True)
    assert gallery.visit(scope="one-more").cache == (200, "MISS")
    assert settle(allow=False)["allowNewLiveScopes"] is False
    _refused(gallery.visit(scope="two-more"), 403, "FORBIDDEN", gallery, 2)
    gallery.scope("two-more")
    assert gallery.visit(scope="two-more").cache == (200, "MISS")
    assert gallery.client.call("live_settings_set", "PUT", body={}).error[:2] == (400, "VALIDATION_ERROR")


def test_a_signed_url_is_its_owners_word(gallery: Gallery) -> None:
    gallery.scope(allowNewGenerations=False, allowedOrigins=["https://example.com"])
    gallery.use_up()
    url = gallery.sign(aspectRatio="16:9", template="comic")
    assert gallery.client.token not in url
    assert url.startswith(f"https://api.example.com/cdn/{gallery.client.project.path}/live/hero?prompt=")
    assert gallery.follow(url).cache == (200, "MISS")
    assert gallery.follow(url).cache == (200, "HIT")
    assert gallery.visit(aspectRatio="16:9", template="comic").cache == (200, "HIT")
    assert gallery.follow(gallery.sign("not-yet", prompt="x")).cache == (200, "MISS")
    assert gallery.client.call("live_settings_get").data["visitorScopes"] == 0


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("eagle", "hawk", "SIGNATURE_INVALID"),
        ("exp=1", "exp=2", "SIGNATURE_INVALID"),
        ("sig=", "sig=%C3%A9", "SIGNATURE_INVALID"),
        ("kid=", "kid=0", "SIGNATURE_INVALID"),
        ("aspectRatio=1%3A1", "aspectRatio=16%3A9", "SIGNATURE_INVALID"),
        ("&exp=", "&more=1&exp=", "SIGNATURE_INVALID"),
        ("/hero", "/other", "SIGNATURE_INVALID"),
    ],
)
def test_a_url_that_was_changed_after_it_was_signed_is_refused(
    gallery: Gallery, old: str, new: str, code: str
) -> None:
    url = gallery.sign()
    assert old in url
    _refused(gallery.follow(url.replace(old, new)), 403, code, gallery, 0)


def test_an_expired_url_has_nothing_made_and_shows_what_there_is(gallery: Gallery) -> None:
    url, other = gallery.sign(expiresIn=60), gallery.sign(expiresIn=60, prompt="Another")
    assert gallery.follow(url).cache == (200, "MISS")
    gallery.client.runtime.time_ms += 60_000
    assert gallery.follow(url).cache == (200, "HIT")
    _refused(gallery.follow(other), 403, "SIGNATURE_EXPIRED", gallery, 1)


def test_another_secret_ends_every_url_that_was_signed_before(gallery: Gallery) -> None:
    client, runtime = gallery.client, gallery.client.runtime
    url = gallery.sign()
    signer = Signer(runtime.library, runtime.secrets, client.project.project_id, client.project.path)
    kept = signer.renew()
    assert client.call("live_settings_get").data["signingKeyId"] == kept
    _refused(gallery.follow(url), 403, "SIGNATURE_INVALID", gallery, 0)
    assert gallery.follow(gallery.sign()).cache == (200, "MISS")


def test_one_projects_signature_is_nothing_to_another(gallery: Gallery, stranger: Client) -> None:
    url = gallery.sign()
    other = Gallery(stranger, gallery.monkeypatch)
    other.sign()
    _refused(other.follow(url), 403, "SIGNATURE_INVALID", other, 0)
    never = Gallery(Client(gallery.client.runtime), gallery.monkeypatch)
    _refused(never.follow(url), 403, "SIGNATURE_INVALID", never, 0)


def test_what_cannot_be_signed_is_refused(gallery: Gallery) -> None:
    for body, code in (
        ({"scope": "hero"}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT}, "SCOPE_INVALID_FORMAT"),
        ({"prompt": PROMPT, "scope": "hero", "expiresIn": 0}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT, "scope": "hero", "expiresIn": 1e9}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT, "scope": "hero", "template": "oil"}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT, "scope": "hero", "enhancementOptions": {"template": "oil"}}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT, "scope": "hero", "enhancementOptions": False}, "VALIDATION_ERROR"),
        ({"prompt": PROMPT, "scope": "hero", "template": ""}, "VALIDATION_ERROR"),
    ):
        assert gallery.client.call("live_sign", "POST", body=body).error[:2] == (400, code)


def test_a_project_that_is_not_there_is_told(gallery: Gallery) -> None:
    params = {"organization": "nobody", "project": "main", "scope": "hero"}
    reply = gallery.client.call("live_public", params=params, query={"prompt": "x"})
    assert reply.error == (404, "PROJECT_NOT_FOUND", "Project not found")


def test_an_empty_wallet_is_no_visitors_fault_and_leaves_nothing(gallery: Gallery) -> None:
    poor = Gallery(Client(gallery.client.runtime, dollars="0"), gallery.monkeypatch)
    _refused(poor.visit(), 402, "INSUFFICIENT_CREDITS", poor, 0)
    assert poor.client.call("scopes_list").data == []
    assert poor.client.call("live_settings_get").data["visitorScopes"] == 0
