"""Generations that are deleted, or lose what they were to have while they run."""

from __future__ import annotations

from tests.contract.babysea.gateway import NOW
from tests.contract.banatie.bus import tell
from tests.contract.banatie.client import Client


def test_a_softly_deleted_generation_is_hidden_with_its_image(client: Client) -> None:
    made = client.made(alias="@hero")
    gone = client.about("generations_delete", made["id"], "DELETE").data
    assert gone == {"id": made["id"], "deletedAt": NOW}
    assert client.about("generations_get", made["id"]).status == 404
    assert client.call("generations_list").data == []
    assert client.call("images_list").data == []
    (listed,) = client.call("generations_list", query={"includeDeleted": "true"}).data
    assert (listed["deletedAt"], listed["outputImageId"]) == (NOW, made["outputImageId"])
    assert client.about("generations_delete", made["id"], "DELETE").status == 404
    assert len(client.stored_files()) == 1


def test_a_generation_deleted_for_good_takes_its_image_along_unless_that_has_a_name(client: Client) -> None:
    plain, named = client.made(), client.made(alias="@hero")
    for made in (plain, named):
        gone = client.about("generations_delete", made["id"], "DELETE", query={"permanent": "true"})
        assert gone.data == {"id": made["id"]}
    (left,) = client.call("images_list").data
    assert (left["id"], left["generationId"]) == (named["outputImageId"], None)
    assert len(client.stored_files()) == 1


def test_a_run_whose_record_was_deleted_meanwhile_shows_nothing(client: Client) -> None:
    soft, hard = (client.generate({"prompt": "x", "alias": alias}).data for alias in ("@soft", "@hard"))
    runs = [client.succeed(one["id"]) for one in (soft, hard)]
    client.about("generations_delete", soft["id"], "DELETE")
    client.about("generations_delete", hard["id"], "DELETE", query={"permanent": "true"})
    for run in runs:
        assert tell(client, run) == []
    assert client.call("images_list").data == []
    (hidden,) = client.call("images_list", query={"includeDeleted": "true"}).data
    assert (hidden["generationId"], hidden["alias"]) == (soft["id"], None)
    for alias in ("@soft", "@hard"):
        assert client.upload(alias=alias).status == 201


def test_an_alias_that_moved_away_meanwhile_stays_where_it_is(client: Client) -> None:
    begun = client.generate({"prompt": "x", "alias": "@hero", "flowAlias": "@main"}).data
    other = client.upload().data
    moved = client.about(
        "images_alias_set", other["id"], "PUT", body={"alias": "@hero"}, query={"onAliasConflict": "move"}
    )
    assert moved.status == 200
    client.about("flows_delete", begun["flowId"], "DELETE")
    client.succeed(begun["id"])
    done = client.about("generations_get", begun["id"]).data
    assert done["status"] == "success"
    assert client.about("images_get", done["outputImageId"]).data["alias"] is None
    assert client.about("images_get", "@hero").data["id"] == other["id"]


def test_a_picture_that_was_lost_meanwhile_is_told_of(client: Client) -> None:
    begun = client.generate().data
    run = client.succeed(begun["id"])
    client.runtime.outputs.delete([run.outputs[0].key])
    failed = client.about("generations_get", begun["id"]).data
    assert (failed["status"], failed["errorMessage"]) == (
        "failed",
        "The result is no longer there: regenerate it.",
    )
