"""Flows: begun, listed, named in and deleted."""

from __future__ import annotations

import pytest

from tests.contract.babysea.gateway import NOW
from tests.contract.banatie.client import Client
from tidegate.usecases.library.flows import MAX_NAMES_IN_ALL

NOBODY = "00000000-0000-7000-8000-000000000000"


def _flow(client: Client) -> str:
    flow_id: str = client.call("flows_create", "POST", body={}).data["id"]
    return flow_id


def test_a_flow_is_begun_and_shown(client: Client) -> None:
    reply = client.call("flows_create", "POST", body={"meta": {"name": "Product Images Campaign"}})
    flow = reply.data
    assert (reply.status, reply.headers["deprecation"]) == (201, "true")
    assert flow == {
        "id": flow["id"],
        "projectId": client.project.project_id,
        "aliases": {},
        "meta": {"name": "Product Images Campaign"},
        "generationCount": 0,
        "imageCount": 0,
        "createdAt": NOW,
        "updatedAt": NOW,
    }
    assert client.about("flows_get", flow["id"]).data == flow
    assert client.call("flows_create", "POST").status == 201
    assert client.call("flows_create", "POST", body={"meta": 3}).error[:2] == (400, "VALIDATION_ERROR")


def test_flows_are_listed_newest_first_with_their_counts(client: Client) -> None:
    first, second = _flow(client), _flow(client)
    client.upload(flowId=first)
    client.generate({"prompt": "x", "flowId": first})
    listed = client.call("flows_list").data
    counts = {flow["id"]: (flow["generationCount"], flow["imageCount"]) for flow in listed}
    assert counts == {first: (1, 1), second: (0, 0)}
    assert [flow["id"] for flow in listed] == sorted([first, second], reverse=True)


def test_what_is_in_a_flow_is_listed(client: Client) -> None:
    flow_id = _flow(client)
    image = client.upload(flowId=flow_id).data
    generation = client.generate({"prompt": "x", "flowId": flow_id}).data
    client.upload()
    assert client.about("flows_images", flow_id).data == [image]
    assert client.about("flows_generations", flow_id, query={"limit": 1}).data == [generation]
    assert client.call("generations_list", query={"flowId": flow_id}).data == [generation]


def test_names_are_merged_and_taken_away(client: Client) -> None:
    flow_id, one, two = _flow(client), client.upload().data["id"], client.upload().data["id"]
    named = client.about(
        "flows_aliases_set", flow_id, "PUT", body={"aliases": {"@hero": one, "@background": one}}
    )
    assert named.data["aliases"] == {"@hero": one, "@background": one}
    merged = client.about("flows_aliases_set", flow_id, "PUT", body={"aliases": {"@hero": two}})
    assert merged.data["aliases"] == {"@hero": two, "@background": one}
    assert client.about("flows_aliases_set", flow_id, "PUT", body={"aliases": {}}).data == merged.data
    left = client.about("flows_alias_remove", flow_id, "DELETE", params={"alias": "@hero"}).data
    assert left["aliases"] == {"@background": one}
    for alias in ("@hero", "hero"):
        gone = client.about("flows_alias_remove", flow_id, "DELETE", params={"alias": alias})
        assert gone.error == (404, "ALIAS_NOT_FOUND", "Alias not found")


def test_a_flow_has_so_many_names_and_no_more_and_all_of_an_image_go_with_it(client: Client) -> None:
    flow_id, one = _flow(client), client.upload().data["id"]
    names = [f"@n{n}" for n in range(MAX_NAMES_IN_ALL)]
    for some in (names[:50], names[50:]):
        body = {"aliases": dict.fromkeys(some, one)}
        assert client.about("flows_aliases_set", flow_id, "PUT", body=body).status == 200
    full = client.about("flows_get", flow_id).data["aliases"]
    assert len(full) == MAX_NAMES_IN_ALL
    more = client.about("flows_aliases_set", flow_id, "PUT", body={"aliases": {"@more": one}})
    assert more.error[:2] == (400, "VALIDATION_ERROR")
    files = client.stored_files()
    refused = client.upload(flowId=flow_id, flowAlias="@more")
    assert (refused.error[:2], client.stored_files()) == ((400, "VALIDATION_ERROR"), files)
    two = client.upload().data["id"]
    again = client.about("flows_aliases_set", flow_id, "PUT", body={"aliases": {"@n0": two, "@n1": two}})
    assert again.data["aliases"] == {**full, "@n0": two, "@n1": two}
    assert client.about("images_delete", one, "DELETE").status == 200
    assert client.about("flows_get", flow_id).data["aliases"] == {"@n0": two, "@n1": two}


@pytest.mark.parametrize(
    ("aliases", "error"),
    [
        ({"@hero": NOBODY}, (404, "IMAGE_NOT_FOUND")),
        ({"@hero": "image-uuid-here"}, (404, "IMAGE_NOT_FOUND")),
        ({"@last": NOBODY}, (400, "VALIDATION_ERROR")),
        ({"hero": NOBODY}, (400, "VALIDATION_ERROR")),
        ({f"@n{n}": NOBODY for n in range(51)}, (400, "VALIDATION_ERROR")),
        (None, (400, "VALIDATION_ERROR")),
    ],
)
def test_names_for_nothing_are_refused(client: Client, aliases: object, error: tuple[int, str]) -> None:
    refused = client.about("flows_aliases_set", _flow(client), "PUT", body={"aliases": aliases})
    assert refused.error[:2] == error


def test_the_newest_generation_of_a_flow_is_made_again(client: Client) -> None:
    flow_id = _flow(client)
    assert client.about("flows_regenerate", flow_id, "POST").error[:2] == (404, "GENERATION_NOT_FOUND")
    client.made(flowId=flow_id)
    client.later()
    newest = client.made(flowId=flow_id)
    again = client.again("flows_regenerate", flow_id).data
    assert (again["id"], again["status"], again["retryCount"]) == (newest["id"], "pending", 1)


def test_a_deleted_flow_leaves_its_records_outside_of_any(client: Client) -> None:
    made = client.made(flowAlias="@hero")
    image = client.upload(flowId=made["flowId"]).data
    assert client.about("flows_delete", made["flowId"], "DELETE").data == {"id": made["flowId"]}
    assert client.about("flows_get", made["flowId"]).error == (404, "FLOW_NOT_FOUND", "Flow not found")
    assert client.about("flows_delete", made["flowId"], "DELETE").status == 404
    assert client.about("generations_get", made["id"]).data["flowId"] is None
    assert client.about("images_get", image["id"]).data["flowId"] is None
    assert client.generate({"prompt": "x", "flowId": made["flowId"]}).status == 404


def test_a_flow_can_take_its_records_along_but_never_an_image_with_a_name(client: Client) -> None:
    made = client.made(flowAlias="@hero")
    plain = client.upload(flowId=made["flowId"]).data
    named = client.upload(flowId=made["flowId"], alias="@keep").data
    client.about("flows_delete", made["flowId"], "DELETE", query={"cascade": "true"})
    assert client.call("generations_list", query={"includeDeleted": "true"}).data == []
    (left,) = client.call("images_list", query={"includeDeleted": "true"}).data
    assert (left["id"], left["flowId"]) == (named["id"], None)
    assert plain["id"] != left["id"]
    assert len(client.stored_files()) == 1


def test_a_flow_that_is_being_deleted_takes_nothing_in(client: Client) -> None:
    flow_id = _flow(client)
    client.runtime.library.flows.begin_end(client.project.project_id, flow_id)
    assert client.about("flows_get", flow_id).status == 404
    assert client.upload(flowId=flow_id).status == 404
    assert client.about("flows_delete", flow_id, "DELETE").status == 200
