"""What is deleted is deleted whole: whatever its run, its image and its alias do meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.contract.banatie.client import Client
from tests.integration.library.conftest import Meanwhile
from tidegate.usecases.library.conclude import Desk, conclude

FOR_GOOD = pytest.mark.parametrize("permanent", ["false", "true"], ids=["softly", "for good"])


def _conclude(client: Client, generation_id: str) -> None:
    runtime = client.runtime
    run = client.run(generation_id)
    conclude(Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms), run)


def _delete(client: Client, generation_id: str, permanent: str) -> int:
    query = {"permanent": permanent}
    return client.about("generations_delete", generation_id, "DELETE", query=query).status


def _made_again_without_its_image(client: Client) -> str:
    """Another run, of a record whose image was deleted for good, has ended, and nobody looked."""
    made = client.made()
    client.about("images_delete", made["outputImageId"], "DELETE", query={"permanent": "true"})
    assert client.again("generations_regenerate", made["id"]).status == 200
    client.succeed(made["id"])
    generation_id: str = made["id"]
    return generation_id


@FOR_GOOD
def test_a_run_that_begins_while_its_record_is_deleted_keeps_no_alias(
    client: Client, meanwhile: Meanwhile, permanent: str
) -> None:
    generation_id = client.generate({"prompt": "An eagle", "alias": "@hero"}).data["id"]
    client.fail(generation_id)
    _conclude(client, generation_id)
    library, runs = client.runtime.library, list[Any]()

    def again() -> None:
        client.again("generations_regenerate", generation_id)
        runs.append(client.succeed(generation_id))

    meanwhile(library.aliases, "holder", again)
    assert _delete(client, generation_id, permanent) == 200
    runtime = client.runtime
    conclude(Desk(library, runtime.generations, runtime.outputs, runtime.now_ms), runs[0])
    assert client.call("images_list").data == []
    assert library.aliases.holder(client.project.project_id, "@hero") is None
    assert client.upload(alias="@hero").status == 201


@FOR_GOOD
def test_an_image_that_comes_back_while_its_record_is_deleted_goes_with_it(
    client: Client, meanwhile: Meanwhile, permanent: str
) -> None:
    generation_id = _made_again_without_its_image(client)
    meanwhile(client.runtime.library.images, "get", lambda: _conclude(client, generation_id))
    assert _delete(client, generation_id, permanent) == 200
    assert client.call("images_list").data == []
    assert len(client.stored_files()) == (0 if permanent == "true" else 1)


def test_an_image_that_comes_back_while_its_record_moves_moves_with_it(
    client: Client, meanwhile: Meanwhile
) -> None:
    generation_id = _made_again_without_its_image(client)
    flow = client.call("flows_create", "POST", body={}).data["id"]
    meanwhile(client.runtime.library.images, "get", lambda: _conclude(client, generation_id))
    moved = client.about("generations_update", generation_id, "PUT", body={"flowId": flow})
    assert moved.status == 200
    (image,) = client.call("images_list").data
    assert image["flowId"] == flow


@pytest.mark.parametrize("what", ["images_delete", "generations_delete"])
def test_a_file_goes_though_the_names_of_its_image_cannot_be_taken_away(
    client: Client, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made = client.made(flowAlias="@main")
    with monkeypatch.context() as patch:
        patch.setattr(client.runtime.library.flows, "named", _throttled)
        subject = made["outputImageId" if what == "images_delete" else "id"]
        assert client.about(what, subject, "DELETE", query={"permanent": "true"}).status == 503
    assert client.call("images_list", query={"includeDeleted": "true"}).data == []
    assert client.stored_files() == []


def _throttled(_project_id: str) -> None:
    raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "Query")
