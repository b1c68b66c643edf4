"""What the library's requests cost in AWS calls and capacity: the figures of docs/costs.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.metering import Meter, metering
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.banatie.client import Client
from tidegate.usecases.library.conclude import Desk, conclude

COSTS = (Path(__file__).parents[3] / "docs" / "costs.md").read_text(encoding="utf-8")


@pytest.fixture
def client(runtime: Clock) -> Client:
    """A project whose functions are warm: they know how the providers stand, and the project's path."""
    runtime.time_ms = NOW_MS
    client = Client(runtime)
    client.get_file(client.made()["outputImageId"])
    return client


def _ended(client: Client, **asked: str) -> str:
    generation_id: str = client.generate({"prompt": "An eagle", **asked}).data["id"]
    client.succeed(generation_id)
    return generation_id


def _image(client: Client) -> str:
    image_id: str = client.upload(alias="@logo").data["id"]
    return image_id


def _some(client: Client) -> str:
    for _ in range(5):
        client.made()
    return ""


# What is prepared unmetered, and what is metered with it.
ROWS: dict[str, tuple[Callable[[Client], str], Callable[[Client, str], object]]] = {
    "Generate, answered at once": (lambda _: "", lambda c, _: c.generate()),
    "Generate with an alias, in no flow": (
        lambda _: "",
        lambda c, _: c.generate({"prompt": "An eagle", "alias": "@hero", "flowId": None}),
    ),
    "Generate with a reference": (
        lambda c: c.upload(alias="@logo").data["id"],
        lambda c, _: c.generate({"prompt": "A banner with @logo"}),
    ),
    "The look that finds a picture done": (_ended, lambda c, g: c.about("generations_get", g)),
    "A look at a generation that runs": (
        lambda c: c.generate().data["id"],
        lambda c, g: c.about("generations_get", g),
    ),
    "A look at a generation later": (
        lambda c: c.made()["id"],
        lambda c, g: c.about("generations_get", g),
    ),
    "Regenerate, answered at once": (
        lambda c: c.made()["id"],
        lambda c, g: c.again("generations_regenerate", g),
    ),
    "A list of 6 generations": (_some, lambda c, _: c.call("generations_list")),
    "A list of 6 images": (_some, lambda c, _: c.call("images_list")),
    "A flow": (lambda c: c.made(flowAlias="@a")["flowId"], lambda c, f: c.about("flows_get", f)),
    "An image by its id": (_image, lambda c, i: c.about("images_get", i)),
    "An image by its alias": (_image, lambda c, _: c.about("images_get", "@logo")),
    "Upload with an alias": (lambda _: "", lambda c, _: c.upload(alias="@hero")),
    "Another alias": (_image, lambda c, i: c.about("images_alias_set", i, "PUT", body={"alias": "@new"})),
    "Delete an image softly": (_image, lambda c, i: c.about("images_delete", i, "DELETE")),
    "Delete an image for good": (
        _image,
        lambda c, i: c.about("images_delete", i, "DELETE", query={"permanent": "true"}),
    ),
    "A view of an image": (_image, lambda c, i: c.get_file(i)),
    "A view by its alias": (_image, lambda c, _: c.get_file("@logo")),
    "A view of what the caller has": (_image, lambda c, i: c.get_file(i, if_none_match="*")),
    "A key, made by a master key": (
        lambda c: c.add_key(None),
        lambda c, key: c.call(
            "admin_keys_create",
            "POST",
            "/api/admin/keys",
            token=key,
            body={"type": "project", "projectId": c.project.project_id},
        ),
    ),
}


def _shown(row: str) -> list[str]:
    """The figures of a row of a table in docs/costs.md."""
    (line,) = [line for line in COSTS.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:4]


def _figures(meter: Meter) -> list[str]:
    return [str(meter.total_calls), f"{meter.write_units:g}", f"{meter.read_units:g}"]


@pytest.mark.parametrize("row", ROWS)
def test_a_request_takes_what_the_page_says(client: Client, row: str) -> None:
    prepare, run = ROWS[row]
    subject = prepare(client)
    with metering() as meter:
        reply = run(client, subject)
    assert getattr(reply, "status", 0) in {200, 201, 304}
    assert _figures(meter) == _shown(row)


def test_whoever_follows_an_end_that_was_followed_reads_once(client: Client) -> None:
    generation_id = _ended(client)
    client.about("generations_get", generation_id)
    run = client.run(generation_id)
    runtime = client.runtime
    desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
    with metering() as meter:
        conclude(desk, run)
    assert _figures(meter) == ["1", "0", "1"]
