"""Idempotency-Key on submits: what was accepted once is answered, whatever changed since."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.pictures import Pictures
from tests.contract.sharkapi.client import Reply, Shark
from tidegate.domain.errors import ContentPolicyViolation, ServiceUnavailable

KEYED = {"idempotency-key": "order-1"}


class Refuser:
    """Stands for a moderator that refuses by now, and for routing with every provider switched off."""

    def flags(self, _prompt: str) -> bool:
        """Look at a prompt."""
        raise ContentPolicyViolation("not any more")

    def order(self, *_: object, **__: object) -> tuple[str, ...]:
        """Put providers in order."""
        raise ServiceUnavailable("All providers that could serve this are switched off at the moment.")


def _both(shark: Shark, body: dict[str, Any] | None = None) -> list[Reply]:
    fields = body or {"prompt": "A shark"}
    return [shark.generate({"mode": "1k", **fields}, headers=KEYED), shark.image(fields, headers=KEYED)]


@pytest.mark.parametrize("part", ["moderator", "steering", "shark_modes"])
def test_what_was_accepted_is_answered_though_it_would_be_refused_by_now(
    shark: Shark, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    first = _both(shark)
    changed: object = {} if part == "shark_modes" else Refuser()
    monkeypatch.setitem(shark.runtime.__dict__, part, changed)
    again = _both(shark)
    assert [reply.body for reply in again] == [reply.body for reply in first]
    assert {reply.headers["idempotency-replayed"] for reply in again} == {"true"}
    assert shark.generate({"mode": "1k", "prompt": "Another"}).status >= 400
    assert shark.books() == ("$0.98", "$0.02", 0)


def test_a_replay_fetches_no_image_again(shark: Shark, pictures: Pictures) -> None:
    url = pictures.url("seal.png?replayed")
    first = _both(shark, {"prompt": "x", "image_url": url})
    again = _both(shark, {"prompt": "x", "image_url": url})
    assert [reply.body for reply in again] == [reply.body for reply in first]
    assert pictures.fetched("seal.png?replayed") == 2


def test_another_image_under_the_same_key_is_told_so(shark: Shark, pictures: Pictures) -> None:
    _both(shark, {"prompt": "x", "image_url": pictures.url()})
    other = _both(shark, {"prompt": "x", "image_url": pictures.url("seal.png?other")})
    assert [reply.status for reply in other] == [409, 409]
    assert pictures.fetched("seal.png?other") == 0
