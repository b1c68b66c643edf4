"""What comes between two steps: another request, the end of a run, or a crash."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS
from tests.contract.banatie.client import Client, picture
from tidegate.domain.library.errors import LibraryGenerationNotFound
from tidegate.usecases.library.conclude import Desk, conclude
from tidegate.usecases.library.reruns import run_again

Between = Callable[[Callable[[], object]], None]


@pytest.fixture
def between(client: Client, monkeypatch: pytest.MonkeyPatch) -> Between:
    """Let something happen just before the library's next transaction is written."""

    def arrange(event: Callable[[], object]) -> None:
        write, pending = client.runtime.library.write, [event]

        def interrupted(actions: Any) -> None:
            if pending:
                pending.pop()()
            write(actions)

        monkeypatch.setattr(client.runtime.library, "write", interrupted)

    return arrange


def _look(client: Client, generation_id: str) -> Any:
    return client.about("generations_get", generation_id)


def _delete(client: Client, generation_id: str, **query: str) -> int:
    return client.about("generations_delete", generation_id, "DELETE", query=query).status


def _images(client: Client, **query: str) -> list[Any]:
    listed: list[Any] = client.call("images_list", query=query).data
    return listed


def _ended(client: Client, **asked: Any) -> str:
    generation_id: str = client.generate({"prompt": "An eagle", **asked}).data["id"]
    client.succeed(generation_id)
    return generation_id


def _conclude(client: Client, generation_id: str) -> None:
    runtime = client.runtime
    desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
    conclude(desk, client.run(generation_id))


def _alias_is_free(client: Client, alias: str = "@hero") -> bool:
    return client.runtime.library.aliases.holder(client.project.project_id, alias) is None


@pytest.mark.parametrize("first", ["the end", "the delete"])
def test_a_picture_that_ends_while_it_is_deleted_is_hidden_and_its_name_free(
    client: Client, between: Between, first: str
) -> None:
    generation_id = _ended(client, alias="@hero", flowAlias="@main")
    if first == "the end":
        between(lambda: _conclude(client, generation_id))
        assert _delete(client, generation_id) == 200
    else:
        between(lambda: _delete(client, generation_id))
        _conclude(client, generation_id)
    assert _images(client) == []
    (hidden,) = _images(client, includeDeleted="true")
    assert hidden["deletedAt"] is not None
    assert hidden["alias"] is None
    assert _alias_is_free(client)
    assert client.upload(alias="@hero").status == 201


@pytest.mark.parametrize("first", ["the end", "the delete"])
def test_a_picture_that_ends_while_it_is_deleted_for_good_leaves_nothing(
    client: Client, between: Between, first: str
) -> None:
    generation_id = _ended(client)
    if first == "the end":
        between(lambda: _conclude(client, generation_id))
        assert _delete(client, generation_id, permanent="true") == 200
    else:
        between(lambda: _delete(client, generation_id, permanent="true"))
        run = client.run(generation_id)
        runtime = client.runtime
        desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
        assert conclude(desk, run) is None
    assert _images(client, includeDeleted="true") == []
    assert client.stored_files() == []
    assert _look(client, generation_id).status == 404


def test_an_image_that_is_named_while_its_generation_is_deleted_for_good_stays(
    client: Client, between: Between
) -> None:
    made = client.made()
    image_id = made["outputImageId"]
    body = {"alias": "@kept"}
    between(lambda: client.about("images_alias_set", image_id, "PUT", body=body))
    assert _delete(client, made["id"], permanent="true") == 200
    (kept,) = _images(client)
    assert (kept["alias"], kept["generationId"]) == ("@kept", None)
    assert client.get_file("@kept").status == 200


def test_a_picture_that_ends_while_it_is_moved_is_in_the_flow_of_its_generation(
    client: Client, between: Between
) -> None:
    flow = client.call("flows_create", "POST", body={}).data["id"]
    for conclude_first in (True, False):
        generation_id = _ended(client, flowAlias="@here")
        body = {"flowId": flow}

        def move(generation_id: str = generation_id, body: Any = body) -> int:
            return client.about("generations_update", generation_id, "PUT", body=body).status

        if conclude_first:
            between(lambda generation_id=generation_id: _conclude(client, generation_id))  # type: ignore[misc]
            assert move() == 200
        else:
            between(move)
            _conclude(client, generation_id)
        shown = _look(client, generation_id).data
        image = client.about("images_get", shown["outputImageId"]).data
        assert (shown["status"], shown["flowId"], image["flowId"]) == ("success", flow, flow)


def test_a_picture_that_ends_while_its_flow_is_deleted_is_in_none(client: Client, between: Between) -> None:
    generation_id = _ended(client, flowAlias="@here")
    flow = client.record(generation_id).flow_id
    assert flow is not None
    between(lambda: client.about("flows_delete", flow, "DELETE"))
    _conclude(client, generation_id)
    shown = _look(client, generation_id).data
    assert (shown["status"], shown["flowId"]) == ("success", None)
    assert _images(client)[0]["flowId"] is None


def test_what_is_deleted_is_not_run_again_by_whoever_looked_before(client: Client) -> None:
    made = client.made()
    record, before = client.record(made["id"]), client.books()
    key = client.runtime.keys.list(client.account_id)[0]
    assert _delete(client, made["id"]) == 200
    with pytest.raises(LibraryGenerationNotFound):
        run_again(client.runtime, key, record)
    assert client.books() == before


def test_a_copy_that_comes_too_late_is_not_left_behind(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = _ended(client)
    late = client.run(generation_id)
    outputs, copy = client.runtime.outputs, client.runtime.outputs.copy

    def overtaken(source: str, key: str) -> None:
        """Somebody else concludes this run, and two more after it, before the file arrives."""
        monkeypatch.setattr(outputs, "copy", copy)
        _conclude(client, generation_id)
        for side in (9, 10):
            client.again("generations_regenerate", generation_id)
            client.succeed(generation_id, picture(size=(side, side)))
            _conclude(client, generation_id)
        copy(source, key)

    monkeypatch.setattr(outputs, "copy", overtaken)
    runtime = client.runtime
    desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
    current = conclude(desk, late)
    assert current is not None
    assert current.retry_count == 2
    assert len(client.stored_files()) == 2  # what it shows, and what it showed before
    assert client.get_file(str(current.output_image_id)).content == picture(size=(10, 10))


def test_whoever_dies_between_the_copy_and_the_record_is_followed_by_the_next(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = _ended(client, alias="@hero")
    with monkeypatch.context() as broken:
        broken.setattr(client.runtime.library, "write", _dies)
        with pytest.raises(SystemExit):
            _conclude(client, generation_id)
    assert len(client.stored_files()) == 1
    assert _look(client, generation_id).data["status"] == "success"
    assert len(client.stored_files()) == 1
    assert client.get_file("@hero").status == 200


def test_whoever_dies_after_the_record_leaves_only_an_old_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = client.made()
    for side in (9, 10):
        client.again("generations_regenerate", made["id"])
        client.succeed(made["id"], picture(size=(side, side)))
        if side == 9:
            _conclude(client, made["id"])
    with monkeypatch.context() as broken:
        broken.setattr(client.runtime.outputs, "delete", _dies)
        with pytest.raises(SystemExit):
            _conclude(client, made["id"])
    assert client.get_file(made["outputImageId"]).content == picture(size=(10, 10))
    assert client.books() == ("$0.985", "$0")


def test_who_began_with_a_content_can_end_with_it(client: Client) -> None:
    """A run that looks at an image, or a download, may outlive the image's next content."""
    logo = client.made(alias="@logo")
    client.generate({"prompt": "A banner with @logo"})
    looked_at = client.runtime.library.images.get(client.project.project_id, logo["outputImageId"])
    assert looked_at is not None
    for kept in (True, False):
        client.again("generations_regenerate", logo["id"])
        client.succeed(logo["id"])
        _conclude(client, logo["id"])
        assert (looked_at.file in client.stored_files()) is kept
    assert len(client.stored_files()) == 2
    query = {"permanent": "true"}
    assert client.about("images_delete", logo["outputImageId"], "DELETE", query=query).status == 200
    assert client.stored_files() == []


def _dies(*_: object) -> None:
    raise SystemExit


def test_an_alias_that_failed_runs_gave_up_is_taken_again_by_the_next_or_refused(client: Client) -> None:
    generation_id = client.generate({"prompt": "An eagle", "alias": "@hero"}).data["id"]
    client.fail(generation_id)
    assert _look(client, generation_id).data["status"] == "failed"
    other = client.upload(alias="@hero").data["id"]
    refused = client.again("generations_regenerate", generation_id)
    assert refused.error[:2] == (409, "ALIAS_CONFLICT")
    assert client.books() == ("$1", "$0")
    client.about("images_alias_remove", other, "DELETE")
    assert client.again("generations_regenerate", generation_id).status == 200
    assert client.upload(alias="@hero").status == 409
    client.succeed(generation_id)
    assert _look(client, generation_id).data["outputImage"] is not None
    assert client.get_file("@hero").status == 200


class TestAnAliasThatMoves:
    """Where the project or the call wants it, a taken alias goes to whoever comes later."""

    @pytest.fixture(params=["the project", "the call"])
    def moving(self, request: pytest.FixtureRequest, client: Client) -> dict[str, str]:
        """The query of a call, where the call says it; else the project does."""
        if request.param == "the call":
            return {"onAliasConflict": "move"}
        table = client.runtime.library.projects
        table.change(client.account_id, client.project.project_id, {"alias_conflict": "move"})
        return {}

    def test_to_an_upload_at_once(self, client: Client, moving: dict[str, str]) -> None:
        old = client.upload(alias="@hero").data["id"]
        new = client.upload(query=moving, alias="@hero")
        assert (new.status, new.data["alias"]) == (201, "@hero")
        assert client.about("images_get", old).data["alias"] is None
        assert client.get_file("@hero").headers["x-image-id"] == new.data["id"]

    @pytest.mark.parametrize("steps", range(4))
    def test_to_an_image_in_one_step(
        self, client: Client, moving: dict[str, str], steps: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, new = client.upload(alias="@hero").data["id"], client.upload().data["id"]
        write, left = client.runtime.library.write, iter(range(steps))

        def dying(actions: Any) -> None:
            if next(left, None) is None:
                raise SystemExit
            write(actions)

        with monkeypatch.context() as patch, suppress(SystemExit):
            patch.setattr(client.runtime.library, "write", dying)
            client.about("images_alias_set", new, "PUT", body={"alias": "@hero"}, query=moving)
        (owner,) = [image["id"] for image in _images(client, alias="@hero")]
        assert owner in {old, new}
        assert client.get_file("@hero").headers["x-image-id"] == owner

    def test_to_a_generation_when_it_has_a_picture(self, client: Client, moving: dict[str, str]) -> None:
        old = client.upload(alias="@hero").data["id"]
        begun = client.generate({"prompt": "An eagle", "alias": "@hero"}, query=moving)
        assert begun.status == 201
        assert client.get_file("@hero").headers["x-image-id"] == old  # until then nothing is lost
        client.succeed(begun.data["id"])
        made = _look(client, begun.data["id"]).data
        assert client.get_file("@hero").headers["x-image-id"] == made["outputImageId"]
        assert client.about("images_get", old).data["alias"] is None

    def test_from_an_image_that_appears_just_then(
        self, client: Client, moving: dict[str, str], between: Between
    ) -> None:
        begun = client.generate({"prompt": "An eagle", "alias": "@hero"}).data["id"]
        client.succeed(begun)
        between(lambda: _look(client, begun))
        new = client.upload(query=moving, alias="@hero").data["id"]
        assert [image["id"] for image in _images(client, alias="@hero")] == [new]
        old = _look(client, begun).data["outputImageId"]
        assert client.about("images_alias_remove", old, "DELETE").status == 200
        assert client.get_file("@hero").headers["x-image-id"] == new

    def test_and_stays_where_it_was_when_the_generation_fails(
        self, client: Client, moving: dict[str, str]
    ) -> None:
        old = client.upload(alias="@hero").data["id"]
        begun = client.generate({"prompt": "An eagle", "alias": "@hero"}, query=moving).data["id"]
        client.fail(begun)
        assert _look(client, begun).data["status"] == "failed"
        assert client.get_file("@hero").headers["x-image-id"] == old
        client.again("generations_regenerate", begun)
        client.succeed(begun)
        made = _look(client, begun).data["outputImageId"]
        assert client.get_file("@hero").headers["x-image-id"] == made

    def test_and_goes_to_the_last_of_several(
        self, client: Client, moving: dict[str, str], between: Between
    ) -> None:
        client.upload(alias="@hero")
        begun = client.generate({"prompt": "An eagle", "alias": "@hero"}, query=moving).data["id"]
        client.succeed(begun)
        uploads: list[str] = []
        between(lambda: uploads.append(client.upload(query=moving, alias="@hero").data["id"]))
        made = _look(client, begun).data["outputImageId"]
        assert client.get_file("@hero").headers["x-image-id"] == made
        assert client.about("images_get", uploads[0]).data["alias"] is None
        assert [image["id"] for image in _images(client, alias="@hero")] == [made]


def test_an_upload_whose_record_is_refused_keeps_no_file(client: Client, between: Between) -> None:
    between(lambda: client.upload(alias="@hero"))
    assert client.upload(alias="@hero").status == 409
    assert len(client.stored_files()) == 1
    assert len(_images(client, includeDeleted="true")) == 1
    assert client.runtime.time_ms == NOW_MS
