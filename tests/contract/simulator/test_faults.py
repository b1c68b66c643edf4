"""Every scripted fault, at both vendors, by prompt and by the control API."""

from __future__ import annotations

import io
import json

import pytest
import urllib3
from PIL import Image

from local.simulator.faults import KINDS
from tests.contract.simulator.client import FAL_FLUX, FLUX, Client, eventually

PATH = f"/models/{FLUX}/predictions"


def replicate_submit(simulator: Client, prompt: str) -> urllib3.BaseHTTPResponse:
    return simulator.replicate("POST", PATH, {"input": {"prompt": prompt}})


def fal_submit(simulator: Client, prompt: str) -> urllib3.BaseHTTPResponse:
    return simulator.fal("POST", f"/{FAL_FLUX}", {"prompt": prompt})


def jobs(simulator: Client) -> list[str]:
    return [job["id"] for job in simulator.control("GET", "/jobs")["jobs"]]


@pytest.mark.parametrize("status", [401, 402, 403, 404, 422, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("submit", [replicate_submit, fal_submit])
def test_a_status_refuses_the_submit_and_makes_no_job(simulator: Client, submit: object, status: int) -> None:
    assert callable(submit)
    answer = submit(simulator, f"a cat [[fault:{status}]]")
    assert answer.status == status
    assert jobs(simulator) == []
    if status in {502, 503, 504}:
        assert answer.headers["content-type"].startswith("text/html")
        assert b"nginx" in answer.data
    else:
        assert answer.json()["detail"]


def test_a_429_names_its_delay_only_when_scripted(simulator: Client) -> None:
    assert replicate_submit(simulator, "[[fault:429:7]]").headers["retry-after"] == "7"
    assert "retry-after" not in replicate_submit(simulator, "[[fault:429]]").headers
    assert "throttled" in replicate_submit(simulator, "[[fault:429]]").json()["detail"]
    assert fal_submit(simulator, "[[fal:429:3]]").headers["retry-after"] == "3"
    assert "retry-after" not in fal_submit(simulator, "[[fal:429]]").headers


def test_an_empty_account_has_each_vendors_own_marker(simulator: Client) -> None:
    replicate = replicate_submit(simulator, "[[fault:billing]]")
    assert (replicate.status, replicate.json()["title"]) == (402, "Insufficient credit")
    fal = fal_submit(simulator, "[[fault:billing]]")
    assert fal.status == 403
    assert fal.json()["detail"].startswith("User is locked")


def test_a_fault_for_one_provider_leaves_the_other_alone(simulator: Client) -> None:
    prompt = "[[replicate:500]] [[fal:503]]"
    assert replicate_submit(simulator, prompt).status == 500
    assert fal_submit(simulator, prompt).status == 503
    assert fal_submit(simulator, "[[replicate:500]]").status == 200


def test_a_fault_may_be_spent_after_some_times(simulator: Client) -> None:
    assert [replicate_submit(simulator, "[[fault:500*2]]").status for _ in range(3)] == [500, 500, 201]


@pytest.mark.parametrize(("submit", "name"), [(replicate_submit, "replicate"), (fal_submit, "fal")])
def test_a_lost_submit_makes_a_job_that_runs(simulator: Client, submit: object, name: str) -> None:
    assert callable(submit)
    with pytest.raises(urllib3.exceptions.HTTPError):
        submit(simulator, "[[fault:lost]]")
    (job_id,) = eventually(lambda: jobs(simulator))
    assert simulator.complete(job_id)["state"] == "succeeded"
    (request,) = simulator.control("GET", f"/requests?provider={name}")["requests"]
    assert (request["status"], request["job_id"]) == (None, job_id)


def test_a_lost_prediction_is_found_by_its_input_in_the_list(simulator: Client) -> None:
    with pytest.raises(urllib3.exceptions.HTTPError):
        replicate_submit(simulator, "find me [[fault:lost]]")
    (found,) = simulator.replicate("GET", "/predictions").json()["results"]
    assert found["input"]["prompt"] == "find me [[fault:lost]]"
    assert found["status"] == "starting"


def test_a_hanging_submit_never_answers_and_makes_no_job(simulator: Client) -> None:
    given = {"input": {"prompt": "[[fault:hang]]"}}
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        simulator.call("POST", f"/replicate/v1{PATH}", given, {"authorization": "Bearer x"}, timeout_s=0.2)
    assert jobs(simulator) == []


def test_a_malformed_answer_is_a_200_that_hides_a_job(simulator: Client) -> None:
    for submit in (replicate_submit, fal_submit):
        answer = submit(simulator, "[[fault:malformed]]")
        assert answer.status == 200
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    assert len(jobs(simulator)) == 2


def test_a_delayed_answer_comes_after_the_job_is_there(simulator: Client) -> None:
    simulator.control("PUT", "/settings", {"queue_s": 0, "image_s": 0})
    answer = replicate_submit(simulator, "[[fault:submit_delay:0.2]]")
    assert (answer.status, answer.json()["status"]) == (201, "succeeded")


def test_slow_and_late_jobs_take_their_time(simulator: Client) -> None:
    simulator.control("PUT", "/settings", {"queue_s": 0})
    slow, late = simulator.predict("[[fault:slow:200]]")["id"], simulator.predict("[[fault:late]]")["id"]
    simulator.reaches(slow, "running")
    simulator.advance(201)
    simulator.reaches(slow, "succeeded")
    assert simulator.prediction(late)["status"] == "processing"
    simulator.advance(700)
    simulator.reaches(late, "succeeded")


def test_a_stuck_job_never_starts_unless_completed_by_hand(simulator: Client) -> None:
    job_id = simulator.predict("[[fault:stuck]]")["id"]
    simulator.advance(10_000_000)
    assert simulator.prediction(job_id)["status"] == "starting"
    assert simulator.complete(job_id)["state"] == "succeeded"


@pytest.mark.parametrize(
    ("fault", "text"),
    [("failed", "model raised"), ("moderation", "(E005)"), ("infrastructure", "(E1000)"), ("nsfw", "NSFW")],
)
def test_a_doomed_prediction_fails_with_the_vendors_text(simulator: Client, fault: str, text: str) -> None:
    job_id = simulator.predict(f"[[fault:{fault}]]")["id"]
    simulator.complete(job_id)
    ended = simulator.prediction(job_id)
    assert (ended["status"], ended["output"]) == ("failed", None)
    assert text in ended["error"]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [("failed", 500, "internal_server_error"), ("moderation", 422, "content_policy_violation")],
)
def test_a_doomed_run_at_fal_answers_with_a_model_error(
    simulator: Client, fault: str, status: int, kind: str
) -> None:
    made = simulator.enqueue(f"[[fault:{fault}]]")
    simulator.complete(made["request_id"])
    assert simulator.fal("GET", made["status_url"]).json()["status"] == "COMPLETED"
    result = simulator.fal("GET", made["response_url"])
    assert (result.status, result.json()["detail"][0]["type"]) == (status, kind)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("startup_timeout", 504, "error_type"),
        ("runner_connection_refused", 503, "error_type"),
        ("no_media_generated", 422, "type"),
        ("downstream_service_error", 400, "type"),
    ],
)
def test_a_run_at_fal_ends_with_the_code_that_was_scripted(
    simulator: Client, code: str, status: int, kind: str
) -> None:
    made = simulator.enqueue(f"[[fal:failed_with:{code}]]")
    simulator.complete(made["request_id"])
    result = simulator.fal("GET", made["response_url"])
    told = result.json()
    assert (result.status, told[kind] if kind in told else told["detail"][0][kind]) == (status, code)


def test_a_submit_is_refused_with_the_code_that_was_scripted(simulator: Client) -> None:
    refused = fal_submit(simulator, "[[fal:error:startup_timeout]]")
    assert (refused.status, refused.json()["error_type"]) == (504, "startup_timeout")
    refused = replicate_submit(simulator, "[[replicate:error:E005]]")
    assert (refused.status, refused.json()["detail"][-6:]) == (422, "(E005)")
    assert jobs(simulator) == []


def test_a_prediction_fails_with_the_code_that_was_scripted(simulator: Client) -> None:
    job_id = simulator.predict("[[replicate:failed_with:E1001]]")["id"]
    simulator.complete(job_id)
    assert simulator.prediction(job_id)["error"].endswith("(E1001)")


def test_a_task_at_bfl_fails_with_the_code_that_was_scripted(simulator: Client) -> None:
    key = {"x-key": "key"}
    asked = {"prompt": "[[bfl:failed_with:invalid_image]]"}
    task = simulator.call("POST", "/bfl/v1/flux-pro-1.1", asked, key).json()
    simulator.complete(task["id"])
    ended = simulator.call("GET", f"/bfl/v1/get_result?id={task['id']}", headers=key).json()
    assert (ended["status"], ended["details"]) == ("Error", {"error": "invalid_image"})


def test_a_broken_runner_at_fal_shows_in_status_and_result(simulator: Client) -> None:
    made = simulator.enqueue("[[fal:infrastructure]]")
    simulator.complete(made["request_id"])
    status = simulator.fal("GET", made["status_url"]).json()
    assert (status["status"], status["error_type"]) == ("COMPLETED", "runner_disconnected")
    result = simulator.fal("GET", made["response_url"])
    assert (result.status, result.json()["error_type"]) == (503, "runner_disconnected")


def test_a_flagged_picture_at_fal_is_black_and_marked(simulator: Client) -> None:
    made = simulator.enqueue("[[fal:nsfw]]")
    simulator.complete(made["request_id"])
    result = simulator.fal("GET", made["response_url"]).json()
    assert result["has_nsfw_concepts"] == [True]
    picture = Image.open(io.BytesIO(simulator.call("GET", result["images"][0]["url"]).data))
    assert picture.convert("L").getextrema() == (0, 0)
    unmarked = simulator.enqueue("[[fal:nsfw]]", endpoint="fal-ai/nano-banana")
    simulator.complete(unmarked["request_id"])
    assert simulator.fal("GET", unmarked["response_url"]).status == 422


def test_an_unknown_status_word_is_shown_until_the_end(simulator: Client) -> None:
    prediction, request = (
        simulator.predict("[[fault:unknown_status]]"),
        simulator.enqueue("[[fault:unknown_status]]"),
    )
    assert prediction["status"] == "warming_up"
    assert simulator.fal("GET", request["status_url"]).json()["status"] == "IN_REVIEW"
    simulator.complete(prediction["id"])
    assert simulator.prediction(prediction["id"])["status"] == "succeeded"


def test_an_ignored_cancel_is_taken_but_the_job_runs_on(simulator: Client) -> None:
    made = simulator.enqueue("[[fault:cancel_ignored]]")
    assert simulator.fal("PUT", made["cancel_url"]).json() == {"status": "OK"}
    assert simulator.complete(made["request_id"])["state"] == "succeeded"
    job_id = simulator.predict("[[fault:cancel_ignored]]")["id"]
    simulator.replicate("POST", f"/predictions/{job_id}/cancel")
    assert simulator.complete(job_id) | {"state": "succeeded", "cancel_asked": True} == simulator.complete(
        job_id
    )


@pytest.mark.parametrize("fault", ["poll_error", "poll_malformed"])
def test_the_first_polls_can_go_wrong(simulator: Client, fault: str) -> None:
    job_id = simulator.predict(f"[[fault:{fault}:2]]")["id"]
    request = simulator.enqueue(f"[[fault:{fault}:2]]")
    for _ in range(2):
        for answer in (
            simulator.replicate("GET", f"/predictions/{job_id}"),
            simulator.fal("GET", request["status_url"]),
        ):
            assert answer.status == (500 if fault == "poll_error" else 200)
            assert b"status" not in answer.data or answer.status == 500
    assert simulator.prediction(job_id)["status"] == "starting"
    assert simulator.fal("GET", request["status_url"]).status == 202


def output(simulator: Client, prompt: str, **given: object) -> str:
    job_id = simulator.predict(prompt, input={"output_format": "png", **given})["id"]
    simulator.complete(job_id)
    urls: list[str] = simulator.prediction(job_id)["output"]
    return urls[0]


def test_an_html_page_can_stand_where_the_picture_should(simulator: Client) -> None:
    answer = simulator.call("GET", output(simulator, "[[fault:html_output]]"))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.data.startswith(b"<!doctype html>")


def test_an_oversized_output_begins_well_and_never_ends(simulator: Client) -> None:
    url = output(simulator, "[[fault:oversized_output]]")
    pool = urllib3.PoolManager(retries=False)
    answer = pool.request("GET", url, preload_content=False, timeout=5)
    received = 0
    while received < 30_000_000:
        received += len(answer.read(1 << 20))
    assert "content-length" not in answer.headers
    answer.close()
    pool.clear()


def test_a_truncated_output_breaks_off(simulator: Client) -> None:
    with pytest.raises((urllib3.exceptions.ProtocolError, urllib3.exceptions.IncompleteRead)):
        simulator.call("GET", output(simulator, "[[fault:truncated_output]]"))


def test_a_corrupt_output_arrives_whole_but_cannot_be_read(simulator: Client) -> None:
    answer = simulator.call("GET", output(simulator, "[[fault:corrupt_output]]"))
    assert int(answer.headers["content-length"]) == len(answer.data)
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(answer.data)).load()


def test_an_output_can_have_expired(simulator: Client) -> None:
    assert simulator.call("GET", output(simulator, "[[fault:expired_output]]")).status == 403
    assert simulator.call("GET", output(simulator, "[[fault:expired_output:404]]")).status == 404


def test_a_partial_batch_lacks_a_file(simulator: Client) -> None:
    job_id = simulator.predict("[[fault:partial]]", input={"num_outputs": 3})["id"]
    simulator.complete(job_id)
    assert len(simulator.prediction(job_id)["output"]) == 2


def test_the_control_api_scripts_the_next_submits(simulator: Client) -> None:
    simulator.control("POST", "/faults", {"fault": "500", "provider": "fal", "count": 2})
    simulator.control(
        "POST", "/faults", {"fault": "429", "provider": "replicate", "argument": 9, "model": FLUX}
    )
    assert replicate_submit(simulator, "x").headers["retry-after"] == "9"
    assert replicate_submit(simulator, "x").status == 201
    assert [fal_submit(simulator, "x").status for _ in range(3)] == [500, 500, 200]
    assert simulator.control("GET", "/faults")["queue"] == []


def test_scripted_faults_can_be_withdrawn_and_wrong_ones_are_refused(simulator: Client) -> None:
    simulator.control("POST", "/faults", {"fault": "500"})
    simulator.control("DELETE", "/faults")
    assert fal_submit(simulator, "x").status == 200
    for body in (
        {"fault": "explode"},
        {"fault": "500", "provider": "nobody"},
        {"fault": "500", "count": 0},
        {},
    ):
        answer = simulator.call("POST", "/control/faults", body)
        assert (answer.status, "error" in answer.json()) == (422, True)


def test_every_kind_of_fault_is_listed(simulator: Client) -> None:
    listed = [kind["name"] for kind in simulator.control("GET", "/faults")["kinds"]]
    assert listed == list(KINDS)
