"""Replicate's API: access, validation, life of a prediction, list, cancel."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from tests.contract.simulator.client import FLUX, Client

PATH = f"/models/{FLUX}/predictions"
FIELDS = {
    *("id", "model", "version", "input", "logs", "output", "data_removed", "error", "status"),
    *("created_at", "started_at", "completed_at", "deadline", "urls"),
}


@pytest.mark.parametrize("authorization", [None, "Bearer ", "Basic abc", "Bearer bad-key"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", PATH), ("GET", "/predictions"), ("GET", "/predictions/x"), ("GET", "/webhooks/default/secret")],
)
def test_without_a_good_token_nothing_is_served(
    simulator: Client, authorization: str | None, method: str, path: str
) -> None:
    headers = {"authorization": authorization} if authorization else {}
    answer = simulator.call(method, f"/replicate/v1{path}", None, headers)
    assert answer.status == 401
    assert answer.json()["title"] == "Unauthenticated"
    assert answer.json()["status"] == 401


def test_a_new_prediction_has_every_field_and_waits(simulator: Client) -> None:
    made = simulator.predict("a lighthouse", input={"seed": 7})
    assert made.keys() == FIELDS
    assert re.fullmatch(r"[a-z2-7]{26}", made["id"])
    assert made["model"] == FLUX
    assert made["status"] == "starting"
    assert made["input"] == {"prompt": "a lighthouse", "seed": 7}, "as given, without defaults"
    assert made["urls"]["get"] == f"{simulator.url}/replicate/v1/predictions/{made['id']}"
    assert datetime.fromisoformat(made["created_at"]).tzinfo == UTC


def test_a_prediction_waits_then_works_then_ends(simulator: Client) -> None:
    job_id = simulator.predict("a lighthouse")["id"]
    simulator.advance(61)
    simulator.reaches(job_id, "running")
    working = simulator.prediction(job_id)
    assert (working["status"], working["output"], working["completed_at"]) == ("processing", None, None)
    assert working["started_at"] > working["created_at"]
    simulator.advance(61)
    simulator.reaches(job_id, "succeeded")
    done = simulator.prediction(job_id)
    assert done["status"] == "succeeded"
    assert done["metrics"]["total_time"] > done["metrics"]["predict_time"] > 60
    assert done["logs"]


def test_the_output_is_the_picture_that_was_asked_for(simulator: Client) -> None:
    asked = {"aspect_ratio": "16:9", "output_format": "png", "num_outputs": 2, "seed": 5}
    job_id = simulator.predict("two boats", input=asked)["id"]
    simulator.complete(job_id)
    urls = simulator.prediction(job_id)["output"]
    files = [simulator.call("GET", url) for url in urls]
    assert [file.headers["content-type"] for file in files] == ["image/png"] * 2
    assert [Image.open(io.BytesIO(file.data)).size for file in files] == [(1344, 768)] * 2
    assert files[0].data != files[1].data


def test_a_single_output_model_answers_a_string(simulator: Client) -> None:
    job_id = simulator.predict("a kite", model="black-forest-labs/flux-1.1-pro")["id"]
    simulator.complete(job_id)
    assert isinstance(simulator.prediction(job_id)["output"], str)


def test_wrong_inputs_are_refused_in_the_vendors_words(simulator: Client) -> None:
    given = {"input": {"num_inference_steps": 28, "aspect_ratio": "7:1", "seed": "42"}}
    answer = simulator.replicate("POST", PATH, given)
    assert answer.status == 422
    body = answer.json()
    assert body["title"] == "Input validation failed"
    assert {(field["type"], field["field"]) for field in body["invalid_fields"]} == {
        ("required", "input"),
        ("number_lte", "input.num_inference_steps"),
        ("enum", "input.aspect_ratio"),
        ("invalid_type", "input.seed"),
    }
    assert "- input: prompt is required\n" in body["detail"]
    assert "- input.num_inference_steps: Must be less than or equal to 4\n" in body["detail"]
    assert "Expected: integer, given: string" in body["detail"]


@pytest.mark.parametrize(
    ("model", "field", "value", "kind"),
    [
        ("black-forest-labs/flux-1.1-pro", "width", 1000, "multiple_of"),
        ("google/nano-banana", "image_input", ["not a url"], "format"),
        ("bytedance/seedream-4", "image_input", ["https://a.example/1.png"] * 11, "array_max_items"),
        ("bytedance/seedance-1-pro", "duration", 1, "number_gte"),
        ("bytedance/seedance-1.5-pro", "fps", 30, "enum"),
        ("qwen/qwen-image", "guidance", "high", "invalid_type"),
        ("minimax/video-01-director", "prompt_optimizer", "yes", "invalid_type"),
        ("google/veo-2", "duration", "5", "invalid_type"),
    ],
)
def test_every_models_own_limits_hold(
    simulator: Client, model: str, field: str, value: object, kind: str
) -> None:
    given = {"input": {"prompt": "x", field: value}}
    answer = simulator.replicate("POST", f"/models/{model}/predictions", given)
    assert answer.status == 422
    assert [found["type"] for found in answer.json()["invalid_fields"]] == [kind]


def test_the_request_around_the_input_is_checked_too(simulator: Client) -> None:
    given = {
        "input": {"prompt": "x"},
        "webhook": "http://example.org/x",
        "webhook_events_filter": ["end"],
        "n": 1,
    }
    answer = simulator.replicate("POST", PATH, given)
    assert answer.status == 422
    assert {field["type"] for field in answer.json()["invalid_fields"]} == {
        *("additional_property_not_allowed", "format", "enum"),
    }
    assert simulator.replicate("POST", PATH, b"{").status == 400


def test_an_unknown_model_or_prediction_is_not_found(simulator: Client) -> None:
    assert simulator.replicate("POST", "/models/a/b/predictions", {"input": {}}).status == 404
    assert simulator.replicate("GET", "/predictions/nothing").status == 404
    assert simulator.replicate("POST", "/predictions/nothing/cancel").status == 404


def test_a_version_names_the_model(simulator: Client) -> None:
    answer = simulator.replicate("POST", "/predictions", {"version": FLUX, "input": {"prompt": "x"}})
    assert (answer.status, answer.json()["model"]) == (201, FLUX)
    refused = simulator.replicate("POST", "/predictions", {"version": "0" * 64, "input": {"prompt": "x"}})
    assert (refused.status, refused.json()["title"]) == (422, "Invalid version or not permitted")


def test_prefer_wait_answers_with_the_finished_prediction(simulator: Client) -> None:
    simulator.control("PUT", "/settings", {"queue_s": 0, "image_s": 0})
    answer = simulator.replicate("POST", PATH, {"input": {"prompt": "x"}}, prefer="wait")
    assert (answer.status, answer.json()["status"]) == (201, "succeeded")


def test_cancel_after_aborts_before_the_start_and_cancels_after_it(simulator: Client) -> None:
    made = simulator.replicate("POST", PATH, {"input": {"prompt": "x"}}, cancel_after="30s").json()
    assert made["deadline"] is not None
    simulator.advance(31)
    simulator.reaches(made["id"], "aborted")
    assert simulator.prediction(made["id"])["status"] == "aborted"
    made = simulator.replicate("POST", PATH, {"input": {"prompt": "x"}}, cancel_after="1m30s").json()
    simulator.advance(61)
    simulator.reaches(made["id"], "running")
    simulator.advance(30)
    simulator.reaches(made["id"], "canceled")


def test_a_waiting_and_a_working_prediction_can_be_cancelled(simulator: Client) -> None:
    waiting, working = simulator.predict("a")["id"], simulator.predict("b")["id"]
    assert simulator.replicate("POST", f"/predictions/{waiting}/cancel").json()["status"] == "canceled"
    simulator.advance(61)
    simulator.reaches(working, "running")
    canceled = simulator.replicate("POST", f"/predictions/{working}/cancel")
    assert (canceled.status, canceled.json()["status"]) == (200, "canceled")
    assert simulator.prediction(working)["completed_at"] is not None


def test_a_finished_prediction_stays_as_it_is(simulator: Client) -> None:
    job_id = simulator.predict("x")["id"]
    simulator.complete(job_id)
    assert simulator.replicate("POST", f"/predictions/{job_id}/cancel").json()["status"] == "succeeded"


def test_after_an_hour_inputs_and_outputs_are_removed(simulator: Client) -> None:
    job_id = simulator.predict("x")["id"]
    simulator.complete(job_id)
    (url,) = simulator.prediction(job_id)["output"]
    simulator.advance(3601)
    gone = simulator.prediction(job_id)
    assert (gone["status"], gone["output"], gone["data_removed"]) == ("succeeded", None, True)
    assert gone["input"] == {}
    assert simulator.call("GET", url).status == 404


def test_the_list_shows_predictions_newest_first_without_their_webhooks(simulator: Client) -> None:
    made = [simulator.predict(f"number {n}", webhook="https://x.example/secret")["id"] for n in range(3)]
    listed = simulator.replicate("GET", "/predictions").json()
    assert [found["id"] for found in listed["results"]] == made[::-1]
    assert (listed["next"], listed["previous"]) == (None, None)
    assert listed["results"][0]["source"] == "api"
    assert listed["results"][0]["input"] == {"prompt": "number 2"}
    assert "secret" not in str(listed)


def test_the_list_is_paged_by_cursors_in_both_directions(simulator: Client) -> None:
    made = [simulator.predict(str(n))["id"] for n in range(205)][::-1]
    first = simulator.replicate("GET", "/predictions").json()
    second = simulator.call("GET", first["next"], None, {"authorization": "Bearer x"}).json()
    third = simulator.call("GET", second["next"], None, {"authorization": "Bearer x"}).json()
    assert [found["id"] for page in (first, second, third) for found in page["results"]] == made
    assert third["next"] is None
    back = simulator.call("GET", third["previous"], None, {"authorization": "Bearer x"}).json()
    assert [found["id"] for found in back["results"]] == made[100:200]


def test_the_list_can_be_cut_by_time(simulator: Client) -> None:
    old = simulator.predict("old")
    simulator.advance(100)
    new = simulator.predict("new")
    between = (datetime.fromisoformat(old["created_at"]) + timedelta(seconds=50)).isoformat()
    query = between.replace("+00:00", "Z")
    after = simulator.replicate("GET", f"/predictions?created_after={query}").json()
    before = simulator.replicate("GET", f"/predictions?created_before={query}").json()
    assert [found["id"] for found in after["results"]] == [new["id"]]
    assert [found["id"] for found in before["results"]] == [old["id"]]
    assert simulator.replicate("GET", "/predictions?created_after=yesterday").status == 400
