"""A flow that is deleted takes along, or lets go, what is in it by then and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.banatie.client import Client
from tests.integration.library.conftest import Meanwhile


@pytest.fixture
def flow(client: Client) -> str:
    flow_id: str = client.call("flows_create", "POST", body={}).data["id"]
    return flow_id


def _end(client: Client, flow: str, cascade: str) -> None:
    assert client.about("flows_delete", flow, "DELETE", query={"cascade": cascade}).status == 200


def test_an_image_that_is_named_while_its_flow_is_deleted_stays(
    client: Client, flow: str, meanwhile: Meanwhile
) -> None:
    image = client.upload(flowId=flow).data["id"]

    def name() -> None:
        assert client.about("images_alias_set", image, "PUT", body={"alias": "@kept"}).status == 200

    meanwhile(client.runtime.library, "write", name, before=True)
    _end(client, flow, "true")
    (kept,) = client.call("images_list").data
    assert (kept["id"], kept["alias"], kept["flowId"]) == (image, "@kept", None)
    assert client.get_file("@kept").status == 200


@pytest.mark.parametrize("cascade", ["true", "false"])
def test_what_moves_elsewhere_while_its_flow_is_deleted_is_there(
    client: Client, flow: str, meanwhile: Meanwhile, cascade: str
) -> None:
    other = client.call("flows_create", "POST", body={}).data["id"]
    made = client.made(flowId=flow)
    library: Any = client.runtime.library

    def move() -> None:
        moved = client.about("generations_update", made["id"], "PUT", body={"flowId": other})
        assert moved.status == 200

    if cascade == "true":
        meanwhile(library, "write", move, before=True)
    else:
        meanwhile(library.rows, "run", lambda: meanwhile(library.rows, "run", move, before=True))
    _end(client, flow, cascade)
    assert client.about("generations_get", made["id"]).data["flowId"] == other
    assert client.about("images_get", made["outputImageId"]).data["flowId"] == other
