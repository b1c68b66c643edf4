"""A write whose answer was lost is sent again by botocore, and finds what it did itself."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from tests.contract.banatie.client import Client
from tests.contract.banatie.gallery import Gallery, gallery

__all__ = ["gallery"]


def _lost_once(client: Client, method: str) -> Any:
    """Lose the answer of the library's next write."""
    dynamodb: Any = client.runtime.dynamodb
    write, lost = getattr(dynamodb, method), iter([True])

    def again(**arguments: Any) -> Any:
        if arguments["TableName"] == "library" and next(lost, False):
            write(**arguments)
        return write(**arguments)

    return patch.object(dynamodb, method, side_effect=again)


def test_whoever_set_about_making_a_picture_makes_it(gallery: Gallery) -> None:
    before = gallery.client.runtime.time_ms
    with _lost_once(gallery.client, "put_item"):
        assert gallery.visit().cache == (200, "MISS")
    assert gallery.client.runtime.time_ms - before < 1_000


def test_a_name_that_is_taken_away_was_there(client: Client) -> None:
    flow = client.made(flowAlias="@main")["flowId"]
    with _lost_once(client, "update_item"):
        taken = client.about("flows_alias_remove", flow, "DELETE", params={"alias": "@main"})
    assert (taken.status, taken.data["aliases"]) == (200, {})
    again = client.about("flows_alias_remove", flow, "DELETE", params={"alias": "@main"})
    assert again.error[:2] == (404, "ALIAS_NOT_FOUND")
