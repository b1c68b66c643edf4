"""Idempotency-Key on generate (contracts §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW, Gateway, Reply
from tests.contract.babysea.stores import Stores
from tidegate.domain.catalog import Catalog
from tidegate.domain.errors import ServiceUnavailable

BODY = {"generation_prompt": "A baby seal", "generation_ratio": "1:1"}


def _keyed(gateway: Gateway, key: str = "order-1", body: object = None, **more: Any) -> Reply:
    return gateway.generate(body=body or BODY, headers={"idempotency-key": key}, **more)


def test_a_replay_is_the_first_answer_again_under_a_fresh_request_id(gateway: Gateway) -> None:
    first = _keyed(gateway)
    gateway.runtime.time_ms += 5_000
    again = _keyed(gateway)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.status == 200
    assert again.body == first.body
    assert again.body["timestamp"] == NOW
    assert again.headers["x-request-id"] not in {first.headers["x-request-id"], ""}
    assert gateway.balance() == ("$0.995", "$0.005")


def test_the_same_body_in_another_spelling_is_the_same_body(gateway: Gateway) -> None:
    first = _keyed(gateway)
    again = _keyed(gateway, body=dict(reversed(BODY.items())))
    assert again.data == first.data


def test_a_replay_of_a_canceled_generation_is_the_short_answer(gateway: Gateway) -> None:
    generation_id = _keyed(gateway).data["generation_id"]
    gateway.cancel(generation_id)
    again = _keyed(gateway)
    assert again.data == {"generation_id": generation_id, "generation_status": "canceled"}
    assert again.headers["idempotency-replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(gateway: Gateway) -> None:
    _keyed(gateway)
    reply = _keyed(gateway, body={**BODY, "generation_ratio": "16:9"})
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (409, "BSE2015", False)
    assert gateway.balance() == ("$0.995", "$0.005")


def test_a_key_belongs_to_a_model_and_an_account(gateway: Gateway) -> None:
    first = _keyed(gateway)
    other_model = gateway.generate("qwen/image", BODY, headers={"idempotency-key": "order-1"})
    _, other_token = gateway.open_account("1")
    other_account = _keyed(gateway, token=other_token)
    ids = {reply.data["generation_id"] for reply in (first, other_model, other_account)}
    assert len(ids) == 3


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "x" * 256, "a/b", "a,b"])
def test_a_malformed_key_is_refused_before_anything_is_held(key: str) -> None:
    stores = Stores()
    reply = stores.generate(headers={"idempotency-key": key})
    assert (reply.status, reply.error["code"]) == (400, "BSE2014")
    assert not stores.generations.stored


@pytest.mark.parametrize("key", ["a", "x" * 255, "AZaz09_-:."])
def test_a_well_formed_key_is_accepted(key: str) -> None:
    assert Stores().generate(headers={"idempotency-key": key}).status == 200


def test_an_error_releases_the_key(gateway: Gateway) -> None:
    refused = _keyed(gateway, body={**BODY, "generation_ratio": "2:1"})
    assert refused.error["code"] == "BSE2001"
    assert _keyed(gateway).status == 200


class Refuser:
    """Stands for a moderator that refuses by now, and for routing with every provider switched off."""

    def flags(self, _prompt: str) -> bool:
        return True

    def order(self, *_: object, **__: object) -> tuple[str, ...]:
        raise ServiceUnavailable("All providers that could serve this are switched off at the moment.")


def _without_the_model(gateway: Gateway) -> Catalog:
    known = gateway.runtime.catalog
    return replace(known, models=tuple(replace(model, retires_on=date(2020, 1, 1)) for model in known.models))


@pytest.mark.parametrize(
    ("part", "code"), [("moderator", "BSE2006"), ("steering", "BSE5002"), ("catalog", "BSE2011")]
)
def test_what_was_accepted_is_answered_though_it_would_be_refused_by_now(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, part: str, code: str
) -> None:
    first = _keyed(gateway)
    changed = _without_the_model(gateway) if part == "catalog" else Refuser()
    monkeypatch.setitem(gateway.runtime.__dict__, part, changed)
    again = _keyed(gateway)
    assert (again.data, again.headers["idempotency-replayed"]) == (first.data, "true")
    assert _keyed(gateway, "order-2").error["code"] == code
    assert gateway.balance() == ("$0.995", "$0.005")


def test_another_body_under_the_same_key_is_told_so_even_if_it_is_wrong(gateway: Gateway) -> None:
    _keyed(gateway)
    assert _keyed(gateway, body={**BODY, "generation_ratio": "2:1"}).error["code"] == "BSE2015"
