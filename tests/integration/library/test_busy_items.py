"""An item that a transaction is at: DynamoDB refuses other writes to it at once (``TransactionConflict``)."""

from __future__ import annotations

from tests.contract.banatie.client import Client
from tests.contract.banatie.gallery import Gallery, gallery
from tests.dynamodb_answers import busy

__all__ = ["gallery"]


def test_a_visitor_who_looks_while_a_picture_is_begun_waits_for_it(gallery: Gallery) -> None:
    gallery.ending = "nothing"
    gallery.visit()
    gallery.ending = "succeed"
    with busy(gallery.client.runtime.dynamodb, 3, "library"):
        assert gallery.visit().cache == (200, "HIT")


def test_a_change_waits_for_the_transaction_before_it(gallery: Gallery) -> None:
    gallery.visit()
    body = {"newGenerationsLimit": 5}
    with busy(gallery.client.runtime.dynamodb, 3, "library"):
        changed = gallery.client.call("scopes_update", "PUT", params={"slug": "hero"}, body=body)
    assert changed.data["newGenerationsLimit"] == 5


def test_a_name_goes_with_its_image_though_its_flow_is_busy(client: Client) -> None:
    made = client.made(flowAlias="@main")
    with busy(client.runtime.dynamodb, 3, "library"):
        assert client.about("images_delete", made["outputImageId"], "DELETE").status == 200
    assert client.about("flows_get", made["flowId"]).data["aliases"] == {}


def test_an_item_that_stays_busy_is_told(gallery: Gallery) -> None:
    with busy(gallery.client.runtime.dynamodb, 100, "library"):
        assert gallery.visit().error == (503, "SERVICE_UNAVAILABLE")
    assert gallery.records() == []
