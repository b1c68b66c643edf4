"""GET /api/v1/live: bytes, made once and kept (contracts: Banatie §8)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.contract.babysea.gateway import NOW_MS
from tests.contract.banatie.client import Client, picture
from tests.contract.banatie.gallery import PROMPT, Gallery, Seen, gallery
from tidegate.domain.library.waiting import MAX_HOPS, Waiting
from tidegate.surfaces.banatie import live

__all__ = ["gallery"]


def test_the_first_who_asks_has_it_made_and_the_next_gets_it_from_the_cache(gallery: Gallery) -> None:
    made = gallery.see("грузовик едет по горной дороге", aspectRatio="16:9")
    assert made.cache == (200, "MISS")
    assert made.body == picture()
    assert made.headers["content-type"] == "image/png"
    assert made.headers["cache-control"] == "public, max-age=31536000"
    assert made.headers["vary"] == "x-api-key"
    assert "x-cache-hit-count" not in made.headers
    assert made.headers["x-ratelimit-limit"] == "1000000"
    (record,) = gallery.records()
    assert made.headers["x-generation-id"] == record.generation_id
    assert made.headers["x-image-id"] == record.output_image_id
    assert (record.aspect_ratio, record.flow_id) == ("16:9", None)
    for number in (1, 2):
        again = gallery.see("грузовик едет по горной дороге", aspectRatio="16:9")
        assert again.cache == (200, "HIT")
        assert again.headers["x-cache-hit-count"] == str(number)
        assert again.headers["x-image-id"] == made.headers["x-image-id"]
        assert "x-generation-id" not in again.headers
        assert again.body == made.body
    assert gallery.client.books() == ("$0.995", "$0")


def test_the_image_bears_the_marks_of_a_live_url(gallery: Gallery) -> None:
    image_id = gallery.see().headers["x-image-id"]
    meta = gallery.client.about("images_get", image_id).data["meta"]
    assert meta == {"isLiveUrl": True, "cacheKey": meta["cacheKey"]}
    assert len(meta["cacheKey"]) == 64


def test_whatever_changes_the_picture_makes_another_one(gallery: Gallery) -> None:
    gallery.client.upload(alias="@logo")
    asked: list[dict[str, str]] = [
        {"prompt": PROMPT},
        {"prompt": PROMPT + "!"},
        {"prompt": PROMPT, "aspectRatio": "16:9"},
        {"prompt": PROMPT, "autoEnhance": "false"},
        {"prompt": PROMPT, "template": "comic"},
        {"prompt": "A page with @logo"},
    ]
    made = [gallery.see(**query) for query in asked]
    assert [one.cache for one in made] == [(200, "MISS")] * len(asked)
    assert [gallery.see(**query).cache for query in asked] == [(200, "HIT")] * len(asked)
    assert gallery.see(PROMPT + " ", aspectRatio="1:1", template="general").cache == (200, "HIT")
    assert gallery.see(autoEnhance="false", template="comic").cache == (200, "HIT")  # nothing to rewrite
    gallery.client.runtime.time_ms += 1
    (logo,) = gallery.client.call("images_list", query={"alias": "@logo"}).data
    gallery.client.about("images_alias_set", logo["id"], "PUT", body={"alias": None})
    gallery.client.upload(picture(size=(9, 9)), alias="@logo")
    assert gallery.see("A page with @logo").cache == (200, "MISS")


def test_a_picture_that_speaks_of_the_last_one_is_the_same_one_each_time(gallery: Gallery) -> None:
    assert gallery.see("As @last but blue").cache == (200, "MISS")
    assert gallery.see("As @last but blue").cache == (200, "HIT")
    assert gallery.records()[0].references == ()


def test_another_model_makes_another_picture(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery.see()
    monkeypatch.setitem(
        gallery.client.runtime._env, "TIDEGATE_LIBRARY_MODELS", "bfl/flux-2-pro,google/nano-banana"
    )
    assert gallery.see().cache == (200, "MISS")


def test_the_cache_is_the_projects_own(gallery: Gallery, stranger: Client) -> None:
    assert gallery.see().cache == (200, "MISS")
    other = gallery.client.add_key(gallery.client.add_project())
    gallery.ending = "nothing"
    assert gallery.see(token=other).status == 303
    assert gallery.see(token=stranger.token).status == 303


def test_what_is_asked_for_wrongly_is_refused_and_costs_nothing(gallery: Gallery) -> None:
    refused = (400, "VALIDATION_ERROR")
    assert gallery.see(None).error == refused
    assert gallery.see("  ").error == refused
    assert gallery.see(aspectRatio="5:1").error == refused
    assert gallery.see(template="oil").error == refused
    assert gallery.see(autoEnhance="perhaps").error == refused
    assert gallery.see(token=None).error == (401, "UNAUTHORIZED")
    assert gallery.see(token=None, apiKey=gallery.client.token).error == (401, "UNAUTHORIZED")
    assert gallery.see(token=gallery.client.add_key(None)).error == (403, "FORBIDDEN")
    reader = gallery.client.add_key(gallery.client.project, scopes=("generation:read", "library:read"))
    assert gallery.see(token=reader).error == (403, "FORBIDDEN")
    assert gallery.records() == []


def test_those_who_ask_meanwhile_wait_for_it_and_get_it(gallery: Gallery) -> None:
    finish, others = gallery.client.runtime.pause, list[Seen]()

    def pause(seconds: float) -> None:
        if len(others) < 3:
            others.append(Seen(0, {}, b""))
            others.insert(0, gallery.see())
        else:
            finish(seconds)

    gallery.monkeypatch.setattr(gallery.client.runtime, "pause", pause)
    first = gallery.see()
    seen = [one for one in others if one.status]
    assert first.cache == (200, "MISS")
    assert [one.cache for one in seen] == [(200, "HIT")] * 3
    assert [one.headers["x-cache-hit-count"] for one in seen] == ["3", "2", "1"]
    assert {one.headers["x-image-id"] for one in seen} == {first.headers["x-image-id"]}
    assert len(gallery.records()) == 1
    assert gallery.client.books() == ("$0.995", "$0")


def test_whoever_lost_the_claim_on_the_way_waits_for_the_one_who_has_it(gallery: Gallery) -> None:
    library = gallery.client.runtime.library
    claim = library.live.claim

    def overtaken(*where: str, by: str, now_ms: int) -> bool:
        gallery.monkeypatch.setattr(library.live, "claim", claim)
        assert claim(*where, by=by, now_ms=now_ms)
        slow = gallery.client.runtime.time_ms
        gallery.client.runtime.time_ms += 31_000
        assert gallery.see().cache == (200, "MISS")
        gallery.client.runtime.time_ms = slow
        return True

    gallery.monkeypatch.setattr(library.live, "claim", overtaken)
    assert gallery.see().cache == (200, "HIT")
    assert len(gallery.records()) == 1
    assert gallery.client.books() == ("$0.995", "$0")


def test_a_long_generation_sends_the_caller_here_again_until_it_is_there(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    first = gallery.see("A & B #1", aspectRatio="16:9")
    assert (first.status, first.headers["cache-control"]) == (303, "no-store")
    assert first.headers["location"].startswith("?prompt=A%20%26%20B%20%231&aspectRatio=16%3A9&wait=m1-")
    token = first.headers["location"].rpartition("wait=")[2]
    second = gallery.see("A & B #1", aspectRatio="16:9", wait=token)
    assert second.headers["location"].rpartition("wait=")[2] == token.replace("m1-", "m2-")
    other = gallery.see("A & B #1", aspectRatio="16:9")
    assert other.headers["location"].rpartition("wait=")[2] == token.replace("m1-", "w1-")
    gallery.ending = "succeed"
    assert gallery.see("A & B #1", aspectRatio="16:9", wait=token).cache == (200, "MISS")
    assert gallery.see("A & B #1", aspectRatio="16:9", wait=token.replace("m", "w")).cache == (200, "HIT")
    assert len(gallery.records()) == 1


def test_nobody_is_sent_around_for_ever(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    gallery.see()
    last = gallery.see(wait=str(Waiting(MAX_HOPS)))
    assert last.error == (503, "SERVICE_UNAVAILABLE")
    assert len(gallery.records()) == 1


def test_a_failure_is_told_costs_nothing_and_the_next_request_tries_again(gallery: Gallery) -> None:
    gallery.ending = "fail"
    failed = gallery.see()
    assert failed.error == (500, "INTERNAL_ERROR")
    assert json.loads(failed.body)["error"]["message"] == "It broke."
    assert gallery.client.books() == ("$1", "$0")
    gallery.ending = "succeed"
    assert gallery.see().cache == (200, "MISS")
    assert gallery.see().cache == (200, "HIT")
    assert gallery.client.books() == ("$0.995", "$0")


def test_whoever_waits_over_redirects_is_told_of_the_failure_that_another_saw(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    token = gallery.see().headers["location"].rpartition("wait=")[2]
    gallery.ending = "fail"
    assert gallery.see(wait=token.replace("m", "w")).error == (500, "INTERNAL_ERROR")
    assert gallery.see(wait=token).error == (500, "INTERNAL_ERROR")
    gallery.ending = "succeed"
    assert gallery.see("Another", wait=token).cache == (200, "MISS")  # another picture's failure
    unseen = gallery.client.generate({"prompt": "x"}).data["id"]
    gallery.client.fail(unseen)
    gallery.client.about("generations_get", unseen)
    assert gallery.see("A third", wait=f"w1-{unseen}").cache == (200, "MISS")  # none of a live URL


def test_a_failure_that_nobody_waited_for_is_no_later_requests(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    gallery.see()
    (record,) = gallery.records()
    gallery.client.fail(record.generation_id)
    gallery.ending = "succeed"
    assert gallery.see().cache == (200, "MISS")
    assert len(gallery.records()) == 2


def test_an_empty_wallet_is_told_and_the_next_may_try(gallery: Gallery) -> None:
    poor = Client(gallery.client.runtime, dollars="0")
    other = Gallery(poor, gallery.monkeypatch)
    assert other.see().error == (402, "INSUFFICIENT_CREDITS")
    assert other.see().error == (402, "INSUFFICIENT_CREDITS")
    assert other.records() == []


def test_a_picture_whose_image_or_record_is_gone_is_made_again(gallery: Gallery) -> None:
    image_id = gallery.see().headers["x-image-id"]
    gallery.client.about("images_delete", image_id, "DELETE")
    again = gallery.see()
    assert again.cache == (200, "MISS")
    assert again.headers["x-image-id"] != image_id
    gallery.ending = "nothing"
    gallery.see("Another")
    (running,) = [record for record in gallery.records() if record.status.is_open]
    gallery.client.about("generations_delete", running.generation_id, "DELETE", query={"permanent": "true"})
    gallery.ending = "succeed"
    assert gallery.see("Another").cache == (200, "MISS")


def test_a_run_again_shows_new_bytes_under_the_same_url(gallery: Gallery) -> None:
    made = gallery.see()
    record = gallery.records()[0].generation_id
    gallery.client.again("generations_regenerate", record)
    assert gallery.see().body == made.body
    gallery.client.succeed(record, picture(size=(9, 9)))
    gallery.client.about("generations_get", record)
    assert gallery.see().body == picture(size=(9, 9))


def test_a_claim_that_nobody_followed_up_is_taken_over(gallery: Gallery) -> None:
    made = gallery.see()
    project_id = gallery.client.project.project_id
    live_table = gallery.client.runtime.library.live
    (entry,) = live_table.each(project_id, "")
    gallery.client.runtime.library.rows.run(live_table.drop(entry))
    now_ms = gallery.client.runtime.now_ms()
    assert live_table.claim(project_id, "", entry.key, by="somebody", now_ms=now_ms)
    assert not live_table.claim(project_id, "", entry.key, by="me", now_ms=now_ms)
    waiting = gallery.see()
    assert (waiting.status, waiting.headers["location"].rpartition("=")[2]) == (303, "w1")
    again = gallery.see(wait="w1")
    assert again.cache == (200, "MISS")
    assert again.headers["x-image-id"] != made.headers["x-image-id"]


def test_a_picture_that_a_function_cannot_carry_comes_from_the_bucket(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_BODY_BYTES", len(picture()) - 1)
    made = gallery.see()
    assert (made.status, made.headers["x-cache-status"]) == (302, "MISS")
    assert made.headers["cache-control"] == "private, max-age=60"
    assert "X-Amz-Signature" in made.headers["location"]
    assert gallery.see().headers["x-cache-status"] == "HIT"


def test_a_file_that_went_is_looked_for_once_more(gallery: Gallery) -> None:
    image_id = gallery.see().headers["x-image-id"]
    library, project_id = gallery.client.runtime.library, gallery.client.project.project_id
    image = library.images.get(project_id, image_id)
    assert image is not None
    library.rows.run(library.images.refresh(image, {"file": replace(image, file="library/none").file}))
    assert gallery.see().error == (503, "SERVICE_UNAVAILABLE")


def test_a_request_counts_for_its_key(gallery: Gallery) -> None:
    client = Client(gallery.client.runtime, plan="enterprise")
    other = Gallery(client, gallery.monkeypatch)
    assert other.see().headers["x-ratelimit-remaining"] == "99"
    assert other.see().headers["x-ratelimit-remaining"] == "98"
    assert gallery.client.runtime.now_ms() >= NOW_MS
