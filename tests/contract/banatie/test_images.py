"""Images: uploaded, listed, described, named and deleted."""

from __future__ import annotations

import re

import pytest

from tests.contract.babysea.gateway import NOW
from tests.contract.banatie.client import Client, picture

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "00000000-0000-7000-8000-000000000000"


def test_an_uploaded_picture_is_an_image_of_the_library(client: Client) -> None:
    reply = client.upload(alias="@product-hero", meta='{"tags": ["demo"], "weight": 0.5}', flowId="null")
    image = reply.data
    assert reply.status == 201
    assert UUID.fullmatch(image["id"])
    path = f"{client.project.path}/img/{image['id']}"
    assert image == {
        "id": image["id"],
        "projectId": client.project.project_id,
        "flowId": None,
        "generationId": None,
        "storageKey": path,
        "storageUrl": f"https://api.example.com/cdn/{path}",
        "mimeType": "image/png",
        "fileSize": len(picture()),
        "width": 8,
        "height": 6,
        "fileHash": image["fileHash"],
        "source": "uploaded",
        "alias": "@product-hero",
        "focalPoint": None,
        "meta": {"tags": ["demo"], "weight": 0.5},
        "createdAt": NOW,
        "updatedAt": NOW,
        "deletedAt": None,
    }
    assert client.about("images_get", image["id"]).data == image
    assert client.about("images_get", "@product-hero").data == image
    (file,) = client.stored_files()
    assert file.startswith(f"library/{client.project.project_id}/{image['id']}/")


@pytest.mark.parametrize(
    ("kind", "mime"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("PNG", "image/png")]
)
def test_the_content_says_what_a_file_is_and_not_its_name(client: Client, kind: str, mime: str) -> None:
    image = client.upload(picture(kind), filename="notes.txt").data
    assert image["mimeType"] == mime


def test_an_upload_without_a_flow_begins_one_that_is_seen_when_something_joins_it(client: Client) -> None:
    flow_id = client.upload().data["flowId"]
    assert UUID.fullmatch(flow_id)
    assert client.about("flows_get", flow_id).error == (404, "FLOW_NOT_FOUND", "Flow not found")
    assert client.call("flows_list").data == []
    assert client.upload(flowId=flow_id).data["flowId"] == flow_id
    assert client.about("flows_get", flow_id).data["imageCount"] == 2


def test_an_upload_with_a_flow_alias_is_named_in_a_flow_that_is_seen_at_once(client: Client) -> None:
    image = client.upload(flowAlias="@hero", alias="@site-hero").data
    flow = client.about("flows_get", image["flowId"]).data
    assert flow["aliases"] == {"@hero": image["id"]}
    second = client.upload(assignFlowAlias="@hero", flowId=image["flowId"]).data
    assert client.about("flows_get", image["flowId"]).data["aliases"] == {"@hero": second["id"]}


def test_an_upload_to_a_flow_that_is_not_there_keeps_nothing(client: Client) -> None:
    assert client.upload(flowId=NOBODY).error == (404, "FLOW_NOT_FOUND", "Flow not found")
    assert client.stored_files() == []
    assert client.call("images_list").data == []


def test_an_upload_under_a_name_that_is_taken_keeps_nothing(client: Client) -> None:
    client.upload(alias="@hero")
    files = client.stored_files()
    assert client.upload(alias="@hero").error == (409, "ALIAS_CONFLICT", "Alias already exists")
    assert client.stored_files() == files
    assert client.call("images_list").body["pagination"]["total"] == 1


def test_an_empty_alias_counts_as_none(client: Client) -> None:
    assert client.upload(alias="", flowAlias="").data["alias"] is None


def test_the_list_is_newest_first_and_counts_all(client: Client) -> None:
    made = [client.upload(flowId="null").data["id"] for _ in range(3)]
    reply = client.call("images_list", query={"limit": 2})
    assert [image["id"] for image in reply.data] == sorted(made, reverse=True)[:2]
    assert reply.body["pagination"] == {"total": 3, "limit": 2, "offset": 0, "hasMore": True}
    rest = client.call("images_list", query={"limit": 2, "offset": 2})
    assert len(rest.data) == 1
    assert rest.body["pagination"]["hasMore"] is False


def test_the_list_can_be_filtered(client: Client) -> None:
    hero = client.upload(alias="@hero").data
    client.upload(flowId=hero["flowId"])
    client.upload()
    assert client.call("images_list", query={"alias": "@hero"}).data == [hero]
    assert len(client.call("images_list", query={"flowId": hero["flowId"]}).data) == 2
    assert client.call("images_list", query={"source": "generated"}).data == []
    assert len(client.call("images_list", query={"source": "uploaded"}).data) == 3


@pytest.mark.parametrize(
    "query",
    [{"limit": "x"}, {"offset": "1.5"}, {"source": "found"}, {"flowId": "x"}, {"includeDeleted": "?"}],
)
def test_a_list_that_cannot_be_meant_is_refused(client: Client, query: dict[str, str]) -> None:
    assert client.call("images_list", query=query).error[:2] == (400, "VALIDATION_ERROR")


def test_bounds_of_a_page_are_moved_to_the_nearest(client: Client) -> None:
    page = client.call("images_list", query={"limit": "1000", "offset": "-5"}).body["pagination"]
    assert (page["limit"], page["offset"]) == (100, 0)


def test_an_image_is_described_field_by_field(client: Client) -> None:
    image = client.upload(alias="@a").data
    changed = client.about(
        "images_update",
        image["id"],
        "PUT",
        body={"alias": "@b", "focalPoint": {"x": 0.5, "y": 0.3}, "meta": {"description": "new"}},
    ).data
    assert (changed["alias"], changed["focalPoint"], changed["meta"]) == (
        "@b",
        {"x": 0.5, "y": 0.3},
        {"description": "new"},
    )
    assert client.about("images_get", "@a").error == (404, "IMAGE_NOT_FOUND", "Image not found")
    cleared = client.about("images_update", "@b", "PUT", body={"alias": None, "focalPoint": None}).data
    assert (cleared["alias"], cleared["focalPoint"], cleared["meta"]) == (None, None, {"description": "new"})
    assert client.about("images_update", image["id"], "PUT", body={}).data == cleared


def test_a_focal_point_is_as_fine_as_anybody_can_mean(client: Client) -> None:
    image_id = client.upload().data["id"]
    told = client.about(
        "images_update", image_id, "PUT", body={"focalPoint": {"x": 1e-200, "y": 0.123456789012}}
    )
    assert told.data["focalPoint"] == {"x": 0, "y": 0.123456789012}


@pytest.mark.parametrize(
    "body",
    [
        {"focalPoint": {"x": 1.1, "y": 0}},
        {"focalPoint": {"x": 0}},
        {"focalPoint": {"x": True, "y": 0}},
        {"focalPoint": 3},
        {"meta": []},
        {"meta": {"a": "x" * 16_400}},
        {"alias": "hero"},
        {"alias": "@last"},
        {"alias": ""},
    ],
)
def test_what_cannot_be_meant_changes_nothing(client: Client, body: object) -> None:
    image = client.upload(alias="@kept").data
    assert client.about("images_update", image["id"], "PUT", body=body).error[:2] == (400, "VALIDATION_ERROR")
    assert client.about("images_get", image["id"]).data == image


def test_a_name_is_given_and_taken_away(client: Client) -> None:
    image = client.upload().data
    named = client.about("images_alias_set", image["id"], "PUT", body={"alias": "@hero"})
    assert named.data["alias"] == "@hero"
    assert client.about("images_alias_set", image["id"], "PUT", body={"alias": "@hero"}).data == named.data
    assert client.about("images_alias_remove", "@hero", "DELETE").data["alias"] is None
    assert client.about("images_alias_set", image["id"], "PUT", body={"alias": None}).status == 200
    missing = client.about("images_alias_set", image["id"], "PUT", body={})
    assert missing.error == (400, "VALIDATION_ERROR", "alias is required.")


def test_a_name_that_is_taken_is_refused_unless_it_is_to_move(client: Client) -> None:
    first, second = client.upload(alias="@hero").data, client.upload().data
    refused = client.about("images_alias_set", second["id"], "PUT", body={"alias": "@hero"})
    assert refused.error == (409, "ALIAS_CONFLICT", "Alias already exists")
    moved = client.about(
        "images_alias_set", second["id"], "PUT", body={"alias": "@hero"}, query={"onAliasConflict": "move"}
    )
    assert moved.data["alias"] == "@hero"
    assert client.about("images_get", first["id"]).data["alias"] is None
    assert client.about("images_get", "@hero").data["id"] == second["id"]


def test_a_project_can_let_names_move(client: Client) -> None:
    client.upload(alias="@hero")
    second = client.upload().data
    client.runtime.library.projects.change(
        client.account_id, client.project.project_id, {"alias_conflict": "move"}
    )
    assert client.about("images_alias_set", second["id"], "PUT", body={"alias": "@hero"}).status == 200


def test_a_softly_deleted_image_is_hidden_keeps_its_file_and_comes_back_with_its_name(client: Client) -> None:
    image = client.upload(alias="@hero", flowAlias="@main").data
    gone = client.about("images_delete", image["id"], "DELETE").data
    assert gone == {"id": image["id"], "deletedAt": NOW}
    assert client.about("images_get", image["id"]).status == 404
    assert client.about("images_get", "@hero").status == 404
    assert client.call("images_list").data == []
    (listed,) = client.call("images_list", query={"includeDeleted": "true"}).data
    assert (listed["deletedAt"], listed["alias"]) == (NOW, None)
    assert client.about("flows_get", image["flowId"]).data["aliases"] == {}
    assert len(client.stored_files()) == 1
    assert client.about("images_delete", image["id"], "DELETE").status == 404
    back = client.about("images_restore", image["id"], "POST").data
    assert (back["alias"], back["deletedAt"]) == ("@hero", None)
    assert client.about("images_restore", image["id"], "POST").data == back


def test_a_name_that_was_taken_meanwhile_stays_with_its_new_image(client: Client) -> None:
    image = client.upload(alias="@hero").data
    client.about("images_delete", image["id"], "DELETE")
    other = client.upload(alias="@hero").data
    assert client.about("images_restore", image["id"], "POST").data["alias"] is None
    assert client.about("images_get", "@hero").data["id"] == other["id"]


def test_a_permanently_deleted_image_is_gone_with_its_file_and_its_names(client: Client) -> None:
    image = client.upload(alias="@hero", flowAlias="@main").data
    gone = client.about("images_delete", "@hero", "DELETE", query={"permanent": "true"})
    assert gone.data == {"id": image["id"]}
    assert client.stored_files() == []
    assert client.call("images_list", query={"includeDeleted": "true"}).data == []
    assert client.about("flows_get", image["flowId"]).data["aliases"] == {}
    assert client.about("images_restore", image["id"], "POST").status == 404
    assert client.upload(alias="@hero").status == 201


def test_a_softly_deleted_image_can_be_deleted_for_good(client: Client) -> None:
    image = client.upload().data
    client.about("images_delete", image["id"], "DELETE")
    assert client.about("images_delete", image["id"], "DELETE", query={"permanent": "true"}).status == 200
    assert client.stored_files() == []


def test_an_alias_is_resolved_in_its_tiers(client: Client) -> None:
    site = client.upload(alias="@hero").data
    flow_id = client.upload(flowAlias="@hero").data["flowId"]

    def resolved(alias: str, **query: str) -> dict[str, object]:
        reply = client.call("images_resolve", params={"alias": alias}, query=query)
        return {name: reply.data[name] for name in ("alias", "scope", "flowId", "imageId")}

    assert resolved("@hero") == {"alias": "@hero", "scope": "project", "flowId": None, "imageId": site["id"]}
    assert resolved("@hero", flowId=flow_id)["scope"] == "flow"
    client.later()
    newest = client.upload(flowId="null").data["id"]
    assert resolved("@upload") == {
        "alias": "@upload",
        "scope": "technical",
        "flowId": None,
        "imageId": newest,
    }
    assert resolved("@upload", flowId=flow_id)["imageId"] != newest
    for alias in ("@last", "@nobody", "hero", "@b@d"):
        missing = client.call("images_resolve", params={"alias": alias})
        assert missing.error == (404, "IMAGE_NOT_FOUND", "Image not found")
    for alias in ("@hero", "@upload"):
        unknown = client.call("images_resolve", params={"alias": alias}, query={"flowId": NOBODY})
        assert unknown.error == (404, "FLOW_NOT_FOUND", "Flow not found")
