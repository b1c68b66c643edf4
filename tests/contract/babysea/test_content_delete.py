"""DELETE /v1/content/{generation_id} (contracts §1.10)."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tests.contract.babysea.stores import UNREACHABLE
from tidegate.domain.generation import Status


def _files(gateway: Gateway, generation_id: str) -> list[str]:
    s3 = gateway.runtime.client("s3")
    found = s3.list_objects_v2(Bucket="outputs", Prefix=generation_id).get("Contents", [])
    return [entry["Key"] for entry in found]


def _made(gateway: Gateway, files: int = 1) -> str:
    generation_id: str = gateway.generate().data["generation_id"]
    gateway.succeed(generation_id, files)
    return generation_id


def test_deleting_removes_the_files_and_keeps_the_record(gateway: Gateway) -> None:
    generation_id = _made(gateway, files=2)
    before = gateway.get(generation_id).data
    balance = gateway.balance()
    reply = gateway.delete(generation_id)
    assert reply.status == 200
    assert reply.data == {"generation_id": generation_id, "files_deleted": 2}
    assert _files(gateway, generation_id) == []
    removed = {"generation_output_file": None, "generation_removed": True}
    assert gateway.get(generation_id).data == before | removed
    assert gateway.balance() == balance


def test_other_generations_keep_their_files(gateway: Gateway) -> None:
    kept, deleted = _made(gateway), _made(gateway)
    gateway.delete(deleted)
    assert len(_files(gateway, kept)) == 1
    assert "generation_removed" not in gateway.get(kept).data


def test_a_second_delete_finds_nothing_left(gateway: Gateway) -> None:
    generation_id = _made(gateway)
    gateway.delete(generation_id)
    reply = gateway.delete(generation_id)
    assert (reply.status, reply.data["files_deleted"]) == (200, 0)


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_what_has_no_files_can_be_deleted_too(gateway: Gateway, status: Status) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.end(generation_id, status)
    assert gateway.delete(generation_id).data["files_deleted"] == 0
    data = gateway.get(generation_id).data
    assert data["generation_status"] == status.value
    assert data["generation_removed"] is True
    assert gateway.balance() == ("$1", "$0")


@pytest.mark.parametrize("processing", [False, True])
def test_what_has_not_ended_cannot_be_deleted(gateway: Gateway, processing: bool) -> None:  # noqa: FBT001
    generation_id = gateway.generate().data["generation_id"]
    if processing:
        gateway.runtime.generations.mark_processing(gateway.stored(generation_id), "fal", NOW_MS)
    reply = gateway.delete(generation_id)
    assert (reply.status, reply.error["code"]) == (409, "BSE3003")
    assert reply.error["type"] == "generation_in_progress"
    assert reply.error["retryable"] is False
    assert "generation_removed" not in gateway.get(generation_id).data


def test_what_was_deleted_cannot_be_canceled(gateway: Gateway) -> None:
    generation_id = _made(gateway)
    gateway.delete(generation_id)
    assert gateway.cancel(generation_id).error["code"] == "BSE3002"
    assert gateway.balance() == ("$0.995", "$0")


def test_the_list_is_no_generation(gateway: Gateway) -> None:
    reply = gateway.delete("list")
    assert (reply.status, reply.error["code"], reply.headers["allow"]) == (405, "BSE3005", "GET")


@pytest.mark.parametrize("generation_id", ["none", "00000000-0000-7000-8000-000000000000", "../../etc"])
def test_an_id_that_is_none_is_not_found(gateway: Gateway, generation_id: str) -> None:
    reply = gateway.delete(generation_id)
    assert (reply.status, reply.error["code"]) == (404, "BSE3001")


def test_files_past_their_retention_are_gone_for_good_but_not_counted_again(gateway: Gateway) -> None:
    generation_id = _made(gateway)
    gateway.runtime.time_ms = NOW_MS + 8 * 86_400_000
    assert gateway.get(generation_id).data["generation_removed"] is True
    assert gateway.delete(generation_id).data["files_deleted"] == 0
    assert _files(gateway, generation_id) == []


def test_deleting_needs_its_own_right(gateway: Gateway) -> None:
    generation_id = _made(gateway)
    token = gateway.add_key(scopes=("generation:write", "generation:read"))
    reply = gateway.delete(generation_id, token=token)
    assert (reply.status, reply.error["code"]) == (403, "BSE1003")
    assert len(_files(gateway, generation_id)) == 1


def _refuse(*_args: object, **_named: object) -> NoReturn:
    raise UNREACHABLE


def test_a_stop_before_the_files_are_deleted_changes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = _made(gateway)
    with monkeypatch.context() as patch:
        patch.setattr(gateway.runtime.outputs, "delete", _refuse)
        reply = gateway.delete(generation_id)
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (503, "BSE5002", True)
    assert "generation_removed" not in gateway.get(generation_id).data
    assert gateway.delete(generation_id).data["files_deleted"] == 1


def test_a_stop_after_the_files_are_deleted_is_made_good_by_the_next_delete(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = _made(gateway)
    with monkeypatch.context() as patch:
        patch.setattr(gateway.runtime.generations, "mark_removed", _refuse)
        assert gateway.delete(generation_id).error["retryable"] is True
    assert _files(gateway, generation_id) == []
    assert gateway.delete(generation_id).data["files_deleted"] == 1
    assert gateway.get(generation_id).data["generation_removed"] is True


def test_a_file_that_s3_keeps_is_not_called_deleted(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = _made(gateway)
    s3: Any = gateway.runtime.outputs._client
    refused = {"Errors": [{"Key": "k", "Code": "InternalError", "Message": "try again"}]}
    with monkeypatch.context() as patch:
        patch.setattr(s3, "delete_objects", lambda **_named: refused)
        with pytest.raises(ClientError, match="InternalError"):
            gateway.runtime.outputs.delete(["k"])
        assert gateway.delete(generation_id).error["code"] == "BSE5002"
    assert "generation_removed" not in gateway.get(generation_id).data


def test_of_two_deletes_at_once_one_counts(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    generation_id = _made(gateway)
    table = gateway.runtime.generations
    read_before = gateway.stored(generation_id)
    assert gateway.delete(generation_id).data["files_deleted"] == 1
    monkeypatch.setattr(table, "get", lambda *_key: read_before)
    assert gateway.delete(generation_id).data["files_deleted"] == 0
