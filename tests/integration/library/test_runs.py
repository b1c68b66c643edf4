"""Another run of a record, while its last one ends or somebody changes the record."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from tests.contract.banatie.client import Client
from tests.integration.library.conftest import Meanwhile
from tidegate.usecases.library.conclude import Desk, conclude
from tidegate.usecases.remove import remove


def _holder(client: Client) -> str | None:
    return client.runtime.library.aliases.holder(client.project.project_id, "@hero")


def _end(client: Client, generation_id: str) -> str:
    """Let the run end, and the record follow; return the image."""
    runtime, run = client.runtime, client.succeed(generation_id)
    conclude(Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms), run)
    return client.record(generation_id).image_id


def _take_away(client: Client, image_id: str) -> None:
    assert client.about("images_alias_remove", image_id, "DELETE").status == 200


def _give_to_another(client: Client, _image_id: str) -> None:
    assert client.upload(query={"onAliasConflict": "move"}, alias="@hero").status == 201


def _leave(_client: Client, _image_id: str) -> None:
    pass


@pytest.mark.parametrize("then", [_leave, _take_away, _give_to_another])
def test_a_run_that_ends_before_it_is_joined_is_not_run_again(
    client: Client, meanwhile: Meanwhile, then: Callable[[Client, str], None]
) -> None:
    """Its alias is no longer one of an image that is to be, and perhaps no longer its own."""
    generation_id = client.generate({"prompt": "An eagle", "alias": "@hero"}).data["id"]

    def seen_running() -> None:
        records = client.runtime.library.generations
        meanwhile(records, "get", lambda: then(client, _end(client, generation_id)))

    meanwhile(client.runtime.generations, "get", seen_running)
    joined = client.again("generations_regenerate", generation_id)
    assert (joined.status, joined.data["status"], joined.data["retryCount"]) == (200, "success", 0)
    assert client.books() == ("$0.995", "$0")
    named = [image["id"] for image in client.call("images_list", query={"alias": "@hero"}).data]
    assert named == ([holder] if (holder := _holder(client)) else [])
    assert "pending" not in (client.runtime.library.rows.get(client.project.project_id, "alias#@hero") or {})


@pytest.mark.parametrize("function", ["generations_regenerate", "generations_retry"])
def test_another_run_leaves_what_it_does_not_change(
    client: Client, meanwhile: Meanwhile, function: str
) -> None:
    generation_id = client.made(meta={"stage": "draft"})["id"]
    body = {"meta": {"stage": "approved"}}

    def describe() -> None:
        assert client.about("generations_update", generation_id, "PUT", body=body).status == 200

    meanwhile(client.runtime.library.generations, "get", describe)
    assert client.again(function, generation_id, body={"prompt": "A hawk"}).data["retryCount"] == 1
    assert client.about("generations_get", generation_id).data["meta"] == {"stage": "approved"}


def test_a_change_for_a_run_that_is_not_the_latest_any_more_is_refused(
    client: Client, meanwhile: Meanwhile
) -> None:
    generation_id = client.made(meta={"stage": "draft"})["id"]

    def change() -> None:
        body = {"aspectRatio": "16:9"}
        assert client.again("generations_update", generation_id, "PUT", body=body).status == 200
        _end(client, generation_id)

    meanwhile(client.runtime.library.generations, "get", change)
    late = {"prompt": "A hawk", "meta": {"stage": "approved"}}
    refused = client.again("generations_update", generation_id, "PUT", body=late)
    assert refused.error[:2] == (409, "GENERATION_IN_PROGRESS")
    assert client.about("generations_get", generation_id).data["aspectRatio"] == "16:9"


@pytest.mark.parametrize("gone", ["the reference", "the flow"])
def test_what_was_begun_once_is_answered_though_it_could_not_be_begun_by_now(
    client: Client, gone: str
) -> None:
    logo = client.upload(alias="@logo").data["id"]
    flow = client.call("flows_create", "POST", body={}).data["id"]
    asked = {"prompt": "A banner with @logo", "referenceImages": ["@logo"], "flowId": flow}
    key = {"idempotency-key": "one"}
    first = client.generate(asked, headers=key).data["id"]
    if gone == "the reference":
        client.about("images_delete", logo, "DELETE")
    else:
        client.about("flows_delete", flow, "DELETE")
    again = client.generate(asked, headers=key)
    assert (again.status, again.data["id"]) == (201, first)
    assert again.headers["idempotency-replayed"] == "true"
    assert client.generate(asked).status == 404
    other = client.generate({**asked, "prompt": "Another"}, headers=key)
    assert other.error[:2] == (409, "IDEMPOTENCY_KEY_REUSED")


def test_a_picture_that_was_removed_before_it_was_copied_is_lost_and_no_riddle(client: Client) -> None:
    """Without the right to list, S3 denies what is not there; the account's other keys may delete it."""
    generation_id = client.generate().data["id"]
    run, runtime = client.succeed(generation_id), client.runtime
    remove(
        runtime.generations,
        runtime.outputs,
        account_id=client.account_id,
        generation_id=run.generation_id,
        now_ms=runtime.now_ms(),
    )
    denied = ClientError({"Error": {"Code": "AccessDenied"}}, "CopyObject")
    with patch.object(runtime.outputs, "copy", side_effect=denied):
        shown = client.about("generations_get", generation_id)
    assert (shown.status, shown.data["status"]) == (200, "failed")
    assert shown.data["errorMessage"] == "The result is no longer there: regenerate it."
