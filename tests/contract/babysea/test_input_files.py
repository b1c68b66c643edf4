"""Pictures that are sent along: looked at before anything is held (contracts §4, §9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tests.contract.babysea.pictures import Pictures
from tests.contract.babysea.stores import UNREACHABLE
from tidegate.domain.idempotency import LIFETIME_S

MODEL = "google/nano-banana"
FILES, LAST = "generation_input_file", "generation_input_file_last_content"


def _body(*urls: str, **more: object) -> dict[str, Any]:
    return {"generation_prompt": "A baby seal", FILES: [*urls], **more}


def test_a_good_picture_goes_to_the_provider_as_it_came(gateway: Gateway, pictures: Pictures) -> None:
    reply = gateway.generate(MODEL, _body(pictures.url()))
    assert gateway.stored(reply.data["generation_id"]).params[FILES] == [pictures.url()]


CAUSES = [
    ("large.png", "BSE2002", "file_too_large"),
    ("small.png", "BSE2003", "file_too_small"),
    ("moving.gif", "BSE2004", "unsupported_file_format"),
    ("broken.png", "BSE2005", "file_load_error"),
    ("heavy.png", "BSE2007", "file_size_exceeded"),
    ("missing.png", "BSE2009", "file_download_error"),
    ("inside.png", "BSE2013", "unsafe_url"),
]


@pytest.mark.parametrize(("name", "code", "kind"), CAUSES)
def test_each_cause_has_its_own_code_and_leaves_nothing(
    gateway: Gateway, pictures: Pictures, name: str, code: str, kind: str
) -> None:
    before = gateway.balance()
    reply = gateway.generate(
        MODEL, _body(pictures.url(), pictures.url(name)), headers={"idempotency-key": "order-1"}
    )
    assert (reply.status, reply.error["code"], reply.error["type"]) == (422, code, kind)
    assert reply.error["retryable"] is False
    assert reply.error["details"] == {"field": FILES, "index": 1}
    assert gateway.balance() == before
    assert (
        gateway.runtime.listing.page(
            gateway.account_id, total=1, offset=0, limit=1, now_ms=gateway.runtime.now_ms()
        )
        == []
    )
    # The key is free again.
    assert (
        gateway.generate(MODEL, _body(pictures.url()), headers={"idempotency-key": "order-1"}).status == 200
    )


@pytest.mark.parametrize(("name", "code", "kind"), CAUSES)
def test_a_last_frame_is_held_to_the_same(
    gateway: Gateway, pictures: Pictures, name: str, code: str, kind: str
) -> None:
    body = _body(pictures.url(), generation_duration=2, **{LAST: pictures.url(name)})
    reply = gateway.generate("bytedance/seedance-1-pro", body)
    assert (reply.error["code"], reply.error["type"]) == (code, kind)
    assert reply.error["details"] == {"field": LAST}


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data", "https://localhost/x.png", "https://[::1]:8080/x.png"]
)
def test_a_private_address_is_refused_without_a_word_of_what_is_there(gateway: Gateway, url: str) -> None:
    reply = gateway.generate(MODEL, _body(url))
    assert (reply.status, reply.error["code"]) == (422, "BSE2013")
    assert reply.error["message"] == f"{FILES}[0] must be a public URL."


@pytest.mark.parametrize("change", [{"generation_ratio": "7:5"}, {"generation_provider_order": "nobody"}])
def test_nothing_is_fetched_for_a_request_that_is_wrong_anyway(
    gateway: Gateway, pictures: Pictures, change: dict[str, str]
) -> None:
    assert gateway.generate(MODEL, _body(pictures.url("seal.png?never"), **change)).status == 400
    assert pictures.fetched("seal.png?never") == 0


def test_a_replay_fetches_nothing_again(gateway: Gateway, pictures: Pictures) -> None:
    body = _body(pictures.url("seal.png?once"))
    first = gateway.generate(MODEL, body, headers={"idempotency-key": "order-2"})
    again = gateway.generate(MODEL, body, headers={"idempotency-key": "order-2"})
    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert pictures.fetched("seal.png?once") == 1


def test_another_body_under_the_same_key_fetches_nothing(gateway: Gateway, pictures: Pictures) -> None:
    gateway.generate(MODEL, _body(pictures.url()), headers={"idempotency-key": "order-3"})
    reply = gateway.generate(
        MODEL, _body(pictures.url("seal.png?other")), headers={"idempotency-key": "order-3"}
    )
    assert (reply.status, reply.error["code"]) == (409, "BSE2015")
    assert pictures.fetched("seal.png?other") == 0


def test_a_key_whose_day_is_over_stands_for_nothing(gateway: Gateway, pictures: Pictures) -> None:
    first = gateway.generate(MODEL, _body(pictures.url()), headers={"idempotency-key": "order-4"})
    gateway.runtime.time_ms = NOW_MS + LIFETIME_S * 1000
    again = gateway.generate(MODEL, _body(pictures.url("moving.gif")), headers={"idempotency-key": "order-4"})
    assert again.error["code"] == "BSE2004"
    again = gateway.generate(MODEL, _body(pictures.url()), headers={"idempotency-key": "order-4"})
    assert again.data["generation_id"] != first.data["generation_id"]


def test_a_store_that_is_down_is_worth_a_retry(
    gateway: Gateway, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UNREACHABLE

    monkeypatch.setattr(gateway.runtime.generations, "idempotency_record", refuse)
    reply = gateway.generate(
        MODEL, _body(pictures.url("seal.png?down")), headers={"idempotency-key": "order-5"}
    )
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (503, "BSE5002", True)
    assert pictures.fetched("seal.png?down") == 0
