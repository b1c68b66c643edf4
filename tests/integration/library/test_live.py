"""Live pictures while their records, entries and scopes change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.banatie.client import Client
from tests.contract.banatie.gallery import Gallery, gallery
from tests.integration.library.conftest import Meanwhile

__all__ = ["gallery"]
PROMPTS = ("One", "Two", "Three")


def _regenerate(client: Client) -> Any:
    return client.call("scopes_regenerate", "POST", params={"slug": "hero"})


def _delete(gallery: Gallery, record: int, **query: str) -> None:
    generation_id = gallery.records()[record].generation_id
    assert gallery.client.about("generations_delete", generation_id, "DELETE", query=query).status == 200


@pytest.mark.parametrize("record", range(3))
def test_pictures_are_made_anew_though_another_was_deleted(gallery: Gallery, record: int) -> None:
    for prompt in PROMPTS:
        assert gallery.visit(prompt).cache == (200, "MISS")
    _delete(gallery, record)
    again = _regenerate(gallery.client)
    assert (again.status, again.data["regenerated"], len(again.data["images"])) == (200, 2, 2)


@pytest.mark.parametrize("permanent", ["true", "false"])
def test_pictures_are_made_anew_though_another_is_deleted_just_then(
    gallery: Gallery, meanwhile: Meanwhile, permanent: str
) -> None:
    for prompt in PROMPTS:
        gallery.visit(prompt)
    records = gallery.client.runtime.library.generations
    meanwhile(records, "get", lambda: _delete(gallery, 0, permanent=permanent))
    again = _regenerate(gallery.client)
    assert (again.status, again.data["regenerated"]) == (200, 2)
