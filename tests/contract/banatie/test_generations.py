"""Generations: begun, followed, repeated, changed and deleted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS
from tests.contract.banatie.bus import tell
from tests.contract.banatie.client import Client, picture
from tidegate.adapters.enhancement.protocol import EnhancementUnavailable
from tidegate.domain.library.enhancement import Template

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOBODY = "00000000-0000-7000-8000-000000000000"
PRICE, EDIT_PRICE = "$0.005", "$0.051"


def test_a_generation_from_the_seed_is_begun_followed_and_shown(client: Client) -> None:
    begun = client.generate(
        {
            "prompt": "A majestic eagle",
            "aspectRatio": "16:9",
            "assignAlias": "@eagle-hero",
            "assignFlowAlias": "@hero",
            "autoEnhance": True,
            "meta": {"tags": ["demo", "nature"]},
        }
    )
    generation = begun.data
    assert begun.status == 201
    assert generation == {
        "id": generation["id"],
        "projectId": client.project.project_id,
        "flowId": generation["flowId"],
        "prompt": "A majestic eagle, balanced composition, coherent light, rich detail",
        "originalPrompt": "A majestic eagle",
        "enhancedPrompt": generation["prompt"],
        "autoEnhance": True,
        "aspectRatio": "16:9",
        "status": "pending",
        "outputImageId": None,
        "outputImage": None,
        "referenceImages": [],
        "referencedImages": [],
        "processingTimeMs": None,
        "cost": None,
        "retryCount": 0,
        "errorMessage": None,
        "meta": {"tags": ["demo", "nature"]},
        "createdAt": NOW,
        "updatedAt": NOW,
        "deletedAt": None,
    }
    assert client.books() == ("$0.995", PRICE)
    client.succeed(generation["id"])
    done = client.about("generations_get", generation["id"]).data
    image_id = done["outputImageId"]
    path = f"{client.project.path}/img/{image_id}"
    assert (done["status"], done["processingTimeMs"], done["cost"]) == ("success", 3_500, 0.005)
    assert done["outputImage"] == {
        "id": image_id,
        "storageKey": path,
        "storageUrl": f"https://api.example.com/cdn/{path}",
        "mimeType": "image/png",
        "width": 8,
        "height": 6,
        "fileSize": len(picture()),
    }
    image = client.about("images_get", "@eagle-hero").data
    assert (image["id"], image["source"], image["generationId"]) == (image_id, "generated", generation["id"])
    flow = client.about("flows_get", generation["flowId"]).data
    assert (flow["aliases"], flow["generationCount"], flow["imageCount"]) == ({"@hero": image_id}, 1, 1)
    assert client.books() == ("$0.995", "$0")
    assert client.run(generation["id"]).params["generation_ratio"] == "16:9"


def test_an_answer_waits_for_the_picture(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            (listed,) = client.call("generations_list").data
            client.succeed(listed["id"])
        client.runtime.time_ms += int(seconds * 1000)

    monkeypatch.setattr(client.runtime, "pause", pause)
    reply = client.generate(waits=True)
    assert (reply.status, reply.data["status"], len(waited)) == (201, "success", 2)


def test_an_answer_waits_no_longer_than_it_may(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def pause(seconds: float) -> None:
        client.runtime.time_ms += int(seconds * 1000)

    monkeypatch.setattr(client.runtime, "pause", pause)
    assert client.generate(waits=True).data["status"] == "pending"
    assert 20_000 < client.runtime.time_ms - NOW_MS <= 25_000
    client.runtime.time_ms = NOW_MS
    assert client.generate(headers={"prefer": "wait=3"}, waits=True).data["status"] == "pending"
    assert client.runtime.time_ms - NOW_MS <= 3_000


def test_a_generation_that_fails_costs_nothing_and_gives_its_alias_up(client: Client) -> None:
    begun = client.generate({"prompt": "x", "alias": "@hero"}).data
    client.fail(begun["id"])
    failed = client.about("generations_get", begun["id"]).data
    assert (failed["status"], failed["errorMessage"], failed["outputImageId"]) == (
        "failed",
        "It broke.",
        None,
    )
    assert client.books() == ("$1", "$0")
    assert client.upload(alias="@hero").status == 201
    taken = client.again("generations_retry", begun["id"])
    assert taken.error == (409, "ALIAS_CONFLICT", "Alias already exists")
    assert client.books() == ("$1", "$0")


def test_an_event_of_the_bus_concludes_what_nobody_asks_about(client: Client) -> None:
    begun = client.generate({"prompt": "x", "alias": "@hero"}).data
    run = client.succeed(begun["id"])
    for _ in range(2):
        assert tell(client, run) == []
    (listed,) = client.call("generations_list", query={"status": "success"}).data
    assert listed["id"] == begun["id"]
    assert len(client.stored_files()) == 1
    assert client.call("images_list").body["pagination"]["total"] == 1


def test_an_event_that_a_provider_is_at_work_shows_in_the_list(client: Client) -> None:
    begun = client.generate().data
    run = client.run(begun["id"])
    client.runtime.generations.mark_processing(run, "replicate", NOW_MS)
    assert tell(client, run) == []
    assert [one["id"] for one in client.call("generations_list", query={"status": "processing"}).data] == [
        begun["id"]
    ]


def test_an_event_about_nothing_comes_back(client: Client) -> None:
    begun = client.generate().data
    run = client.run(begun["id"])
    client.about("generations_delete", begun["id"], "DELETE", query={"permanent": "true"})
    assert tell(client, run) == []  # its record is gone: there is nothing to follow
    assert tell(client, run, run_id=NOBODY) == [{"itemIdentifier": "m"}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Prompt is required"),
        ({"prompt": "  "}, "Prompt is required"),
        ({"prompt": 3}, "Prompt is required"),
        ({"prompt": "x" * 5001}, "The prompt may have at most 5000 characters."),
        ({"prompt": "x", "aspectRatio": "2:1"}, "Invalid aspect ratio"),
        ({"prompt": "x", "aspectRatio": ["1:1"]}, "Invalid aspect ratio"),
        ({"prompt": "x", "alias": "@a", "assignAlias": "@b"}, None),
        ({"prompt": "x", "alias": "hero"}, None),
        ({"prompt": "x", "alias": "@first"}, "@first is reserved."),
        ({"prompt": "x", "flowAlias": "@hero", "flowId": None}, None),
        ({"prompt": "x", "flowId": "flow"}, "flowId must be a UUID."),
        ({"prompt": "x", "autoEnhance": "yes"}, None),
        ({"prompt": "x", "enhancementOptions": {"template": "oil"}}, None),
        ({"prompt": "x", "enhancementOptions": 3}, None),
        ({"prompt": "x", "meta": []}, None),
        ({"prompt": "x", "referenceImages": "@a"}, None),
        ({"prompt": "x", "referenceImages": ["@a", "@b", "@c", "@d"]}, "At most 3 reference images."),
    ],
)
def test_what_cannot_be_meant_is_refused_before_it_costs(
    client: Client, body: dict[str, Any], message: str | None
) -> None:
    status, code, told = client.generate(body).error
    assert (status, code) == (400, "VALIDATION_ERROR")
    assert message is None or told == message
    assert client.books() == ("$1", "$0")


@pytest.mark.parametrize("reference", [NOBODY, "@nobody", "@b@d", "nonsense"])
def test_a_reference_that_leads_nowhere_is_refused_before_it_costs(client: Client, reference: str) -> None:
    refused = client.generate({"prompt": "x", "referenceImages": [reference]})
    assert refused.error == (404, "IMAGE_NOT_FOUND", "Image not found")
    assert client.books() == ("$1", "$0")


def test_both_spellings_of_an_alias_are_the_same_thing(client: Client) -> None:
    begun = client.generate({"prompt": "x", "alias": "@a", "assignAlias": "@a", "assignFlowAlias": {"@f": 1}})
    assert client.record(begun.data["id"]).flow_alias == "@f"


def test_a_refused_generation_costs_nothing_and_leaves_nothing(client: Client) -> None:
    client.upload(alias="@hero")
    taken = client.generate({"prompt": "x", "alias": "@hero"})
    assert taken.error == (409, "ALIAS_CONFLICT", "Alias already exists")
    unknown = client.generate({"prompt": "x", "flowId": NOBODY})
    assert unknown.error == (404, "FLOW_NOT_FOUND", "Flow not found")
    both = client.generate({"prompt": "x", "flowId": NOBODY, "alias": "@hero"})
    assert both.error[0] == 404
    assert client.books() == ("$1", "$0")
    assert client.call("generations_list").data == []
    assert client.call("flows_list").data == []


def test_a_wallet_that_is_empty_makes_nothing(client: Client, runtime: Any) -> None:
    poor = Client(runtime, dollars="0")
    status, code, _ = poor.generate({"prompt": "x", "alias": "@hero"}).error
    assert (status, code) == (402, "INSUFFICIENT_CREDITS")
    assert poor.call("generations_list").data == []
    assert poor.upload(alias="@hero").status == 201


def test_the_three_meanings_of_a_flow_id(client: Client) -> None:
    lazy = client.generate().data["flowId"]
    assert UUID.fullmatch(lazy)
    assert client.about("flows_get", lazy).status == 404
    assert client.generate({"prompt": "x", "flowId": None}).data["flowId"] is None
    assert client.generate({"prompt": "x", "flowId": lazy}).data["flowId"] == lazy
    assert client.about("flows_get", lazy).data["generationCount"] == 2
    eager = client.generate({"prompt": "x", "flowAlias": "@f"}).data["flowId"]
    assert client.about("flows_get", eager).data["aliases"] == {}


def test_references_come_from_the_request_and_from_the_prompt(client: Client) -> None:
    logo, hero = client.upload(alias="@logo").data, client.upload(flowAlias="@hero").data
    begun = client.generate(
        {
            "prompt": "@hero beside me@logo and @logo, like @nobody and @last",
            "referenceImages": [logo["id"], "@hero"],
            "flowId": hero["flowId"],
        }
    ).data
    assert begun["referencedImages"] == [{"imageId": hero["id"], "alias": "@hero"}]
    assert [one["id"] for one in begun["referenceImages"]] == [logo["id"], hero["id"]]
    run = client.run(begun["id"])
    files = [client.runtime.library.images.get(client.project.project_id, one["id"]) for one in (logo, hero)]
    assert run.model == "google/nano-banana"
    assert run.params["generation_input_file"] == [f"stored:{image.file}" for image in files if image]
    assert client.books() == ("$0.949", EDIT_PRICE)


def test_at_most_three_images_are_looked_at(client: Client) -> None:
    names = [f"@n{number}" for number in range(5)]
    for name in names:
        client.upload(alias=name)
    begun = client.generate({"prompt": " ".join(names)}).data
    assert [one["alias"] for one in begun["referencedImages"]] == names[:3]


def test_a_prompt_is_only_rewritten_where_that_is_wanted_and_possible(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = client.generate({"prompt": "Eagle", "autoEnhance": False}).data
    assert (plain["prompt"], plain["enhancedPrompt"], plain["autoEnhance"]) == ("Eagle", None, False)
    comic = client.generate({"prompt": "Eagle", "enhancementOptions": {"template": "comic"}}).data
    assert comic["prompt"].startswith("Eagle, comic panel")

    class Silent:
        def enhance(self, prompt: str, template: Template) -> str:
            raise EnhancementUnavailable("down")

    monkeypatch.setitem(client.runtime.__dict__, "enhancer", Silent())
    own = client.generate({"prompt": "Eagle"}).data
    assert (own["prompt"], own["originalPrompt"], own["enhancedPrompt"]) == ("Eagle", "Eagle", None)


def test_the_same_idempotency_key_makes_one_generation(client: Client) -> None:
    key = {"idempotency-key": "one"}
    first, again = (client.generate({"prompt": "x", "alias": "@a"}, headers=key) for _ in range(2))
    assert again.data["id"] == first.data["id"]
    assert again.headers["idempotency-replayed"] == "true"
    assert client.books() == ("$0.995", PRICE)
    assert client.generate({"prompt": "y"}, headers=key).error[:2] == (409, "IDEMPOTENCY_KEY_REUSED")
    assert client.generate(headers={"idempotency-key": "?"}).error[:2] == (400, "VALIDATION_ERROR")
    client.about("generations_delete", first.data["id"], "DELETE", query={"permanent": "true"})
    gone = client.generate({"prompt": "x", "alias": "@a"}, headers=key)
    assert gone.error == (404, "GENERATION_NOT_FOUND", "Generation not found")


def test_the_newest_and_the_oldest_picture_have_names_of_their_own(client: Client) -> None:
    first = client.made()
    client.later()
    second = client.made()
    client.generate()  # not done, so it does not count
    for alias, made in (("@first", first), ("@last", second)):
        found = client.call("images_resolve", params={"alias": alias}).data
        assert (found["imageId"], found["scope"]) == (made["outputImageId"], "technical")
    in_flow = client.call("images_resolve", params={"alias": "@last"}, query={"flowId": first["flowId"]})
    assert in_flow.data["imageId"] == first["outputImageId"]
    client.about("images_delete", second["outputImageId"], "DELETE")
    found = client.call("images_resolve", params={"alias": "@last"}).data
    assert found["imageId"] == first["outputImageId"]
