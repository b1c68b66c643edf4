"""Another run of a generation: the same record and image, other bytes."""

from __future__ import annotations

from tests.contract.banatie.client import Client, picture

NOBODY = "00000000-0000-7000-8000-000000000000"
PRICE = "$0.005"


def test_another_run_ends_in_the_same_image_with_new_bytes(client: Client) -> None:
    made = client.made(alias="@hero", flowAlias="@main")
    (before,) = client.stored_files()
    running = client.again("generations_regenerate", made["id"]).data
    assert (running["status"], running["retryCount"]) == ("pending", 1)
    assert running["outputImage"] == made["outputImage"]
    client.succeed(made["id"], picture(size=(16, 16)))
    again = client.about("generations_get", made["id"]).data
    assert again["status"] == "success"
    assert again["outputImage"]["storageUrl"] == made["outputImage"]["storageUrl"]
    assert again["outputImage"]["fileSize"] == len(picture(size=(16, 16)))
    assert len({before, *client.stored_files()}) == 2
    assert client.about("images_get", "@hero").data["id"] == made["outputImageId"]
    assert client.books() == ("$0.99", "$0")


def test_a_run_that_is_under_way_is_joined(client: Client) -> None:
    made = client.made()
    first = client.again("generations_regenerate", made["id"]).data
    joined = client.again("generations_retry", made["id"])
    assert (joined.data["retryCount"], first["retryCount"]) == (1, 1)
    assert joined.headers["deprecation"] == "true"
    assert client.books()[1] == PRICE
    other = client.again("generations_retry", made["id"], body={"prompt": "Another"})
    assert other.error[:2] == (409, "GENERATION_IN_PROGRESS")
    body = {"aspectRatio": "9:16", "meta": {"left": "out"}, "flowId": None}
    changed = client.again("generations_update", made["id"], "PUT", body=body)
    assert changed.error[:2] == (409, "GENERATION_IN_PROGRESS")
    shown = client.about("generations_get", made["id"]).data
    assert (shown["meta"], shown["flowId"]) == ({}, made["flowId"])


def test_another_run_that_fails_leaves_the_picture(client: Client) -> None:
    made = client.made(alias="@hero")
    client.again("generations_regenerate", made["id"])
    client.fail(made["id"])
    failed = client.about("generations_get", made["id"]).data
    assert (failed["status"], failed["outputImage"]) == ("failed", made["outputImage"])
    assert client.about("images_get", "@hero").status == 200
    assert len(client.stored_files()) == 1


def test_another_run_looks_its_aliases_up_again(client: Client) -> None:
    old = client.upload(alias="@logo").data
    made = client.made(prompt="A shop with @logo")
    assert [one["id"] for one in made["referenceImages"]] == [old["id"]]
    new = client.upload().data
    client.about(
        "images_alias_set", new["id"], "PUT", body={"alias": "@logo"}, query={"onAliasConflict": "move"}
    )
    again = client.again("generations_regenerate", made["id"]).data
    assert [one["id"] for one in again["referenceImages"]] == [new["id"]]


def test_a_retry_may_bring_another_prompt_and_ratio(client: Client) -> None:
    begun = client.generate({"prompt": "Eagle", "enhancementOptions": {"template": "comic"}}).data
    client.fail(begun["id"])
    client.about("generations_get", begun["id"])
    retried = client.again(
        "generations_retry", begun["id"], body={"prompt": "Owl", "aspectRatio": "9:16"}
    ).data
    assert retried["prompt"].startswith("Owl, comic panel")
    assert (retried["originalPrompt"], retried["aspectRatio"], retried["status"], retried["retryCount"]) == (
        "Owl",
        "9:16",
        "pending",
        1,
    )


def test_an_update_of_the_record_alone_makes_nothing(client: Client) -> None:
    made = client.made()
    flow_id = client.call("flows_create", "POST", body={"meta": {"name": "Campaign"}}).data["id"]
    moved = client.about(
        "generations_update", made["id"], "PUT", body={"meta": {"a": 1}, "flowId": flow_id}
    ).data
    assert (moved["meta"], moved["flowId"], moved["status"]) == ({"a": 1}, flow_id, "success")
    assert client.about("flows_get", flow_id).data["imageCount"] == 1
    detached = client.about("generations_update", made["id"], "PUT", body={"flowId": None}).data
    assert detached["flowId"] is None
    assert client.about("flows_get", flow_id).data["generationCount"] == 0
    unknown = client.about("generations_update", made["id"], "PUT", body={"flowId": NOBODY})
    assert unknown.error == (404, "FLOW_NOT_FOUND", "Flow not found")
    assert client.books() == ("$0.995", "$0")


def test_an_update_of_the_ratio_makes_another_picture(client: Client) -> None:
    made = client.made()
    body = {"aspectRatio": "9:16", "meta": {"a": 1}}
    changed = client.again("generations_update", made["id"], "PUT", body=body).data
    assert (changed["aspectRatio"], changed["status"], changed["meta"]) == ("9:16", "pending", {"a": 1})
    client.succeed(made["id"])
    assert client.about("generations_get", made["id"]).data["outputImageId"] == made["outputImageId"]
