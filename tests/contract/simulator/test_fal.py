"""fal's queue: access, submit, status, result, validation at run time, cancel."""

from __future__ import annotations

import base64
import io
from uuid import UUID

import av
import pytest
from PIL import Image

from tests.contract.simulator.client import FAL_FLUX, Client

SEEDANCE = "fal-ai/bytedance/seedance/v1/pro/text-to-video"


@pytest.mark.parametrize("authorization", [None, "Key ", "Bearer id:secret", "Key bad-key"])
def test_without_a_good_key_nothing_is_served(simulator: Client, authorization: str | None) -> None:
    headers = {"authorization": authorization} if authorization else {}
    made = simulator.enqueue("x")
    for method, url in [
        ("POST", f"/fal/{FAL_FLUX}"),
        ("GET", made["status_url"]),
        ("GET", made["response_url"]),
        ("PUT", made["cancel_url"]),
    ]:
        answer = simulator.call(method, url, None, headers)
        assert answer.status == 401
        assert isinstance(answer.json()["detail"], str)


def test_a_submit_answers_with_absolute_urls_of_the_app(simulator: Client) -> None:
    answer = simulator.fal("POST", f"/{FAL_FLUX}", {"prompt": "x"})
    made = answer.json()
    assert answer.headers["x-fal-request-id"] == made["request_id"] == str(UUID(made["request_id"]))
    assert made["status"] == "IN_QUEUE"
    assert made["queue_position"] == 0
    url = f"{simulator.url}/fal/fal-ai/flux/requests/{made['request_id']}"
    assert made["response_url"] == url, "owner and app only, without the rest of the endpoint"
    assert (made["status_url"], made["cancel_url"]) == (f"{url}/status", f"{url}/cancel")
    assert simulator.enqueue("y")["queue_position"] == 1


def test_the_status_is_202_until_it_is_completed(simulator: Client) -> None:
    made = simulator.enqueue("x")
    queued = simulator.fal("GET", made["status_url"])
    assert (queued.status, queued.json()["status"]) == (202, "IN_QUEUE")
    assert queued.json()["queue_position"] == 0
    simulator.advance(61)
    simulator.reaches(made["request_id"], "running")
    working = simulator.fal("GET", made["status_url"] + "?logs=1")
    assert (working.status, working.json()["status"]) == (202, "IN_PROGRESS")
    assert working.json()["logs"][0].keys() == {"message", "level", "source", "timestamp"}
    assert simulator.fal("GET", made["status_url"]).json()["logs"] is None
    simulator.complete(made["request_id"])
    done = simulator.fal("GET", made["status_url"])
    assert (done.status, done.json()["status"]) == (200, "COMPLETED")
    assert done.json()["metrics"]["inference_time"] > 0
    assert "error" not in done.json()


def test_the_result_comes_only_when_it_is_done(simulator: Client) -> None:
    made = simulator.enqueue("a lighthouse", seed=9, num_images=2, image_size={"width": 640, "height": 384})
    early = simulator.fal("GET", made["response_url"])
    assert (early.status, early.json()) == (400, {"detail": "Request is still in progress"})
    simulator.complete(made["request_id"])
    result = simulator.fal("GET", made["response_url"]).json()
    assert result.keys() == {"images", "timings", "seed", "has_nsfw_concepts", "prompt"}
    assert (result["seed"], result["has_nsfw_concepts"]) == (9, [False, False])
    for image in result["images"]:
        file = simulator.call("GET", image["url"]).data
        assert Image.open(io.BytesIO(file)).size == (image["width"], image["height"]) == (640, 384)
        assert (len(file), image["content_type"]) == (image["file_size"], "image/jpeg")
    assert simulator.fal("GET", made["response_url"] + "/response").json() == result


def test_sync_mode_puts_the_picture_into_the_answer(simulator: Client) -> None:
    made = simulator.enqueue("x", sync_mode=True, output_format="png")
    simulator.complete(made["request_id"])
    url = simulator.fal("GET", made["response_url"]).json()["images"][0]["url"]
    kind, _, data = url.partition(";base64,")
    assert kind == "data:image/png"
    assert Image.open(io.BytesIO(base64.b64decode(data))).format == "PNG"


def test_a_video_has_the_duration_that_was_asked_for(simulator: Client) -> None:
    made = simulator.enqueue("a fox", endpoint=SEEDANCE, duration="3", aspect_ratio="9:16", seed=4)
    simulator.complete(made["request_id"])
    result = simulator.fal("GET", made["response_url"]).json()
    assert result.keys() == {"video", "seed"}
    file = simulator.call("GET", result["video"]["url"])
    assert file.headers["content-type"] == result["video"]["content_type"] == "video/mp4"
    with av.open(io.BytesIO(file.data), "r") as container:
        stream = container.streams.video[0]
        assert container.duration == 3_000_000
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.width < stream.height


def test_a_wrong_input_is_taken_and_refused_only_by_the_run(simulator: Client) -> None:
    given = {"num_images": 9, "image_size": "huge", "output_format": "webp"}
    made = simulator.fal("POST", f"/{FAL_FLUX}", given).json()
    simulator.complete(made["request_id"])
    status = simulator.fal("GET", made["status_url"])
    assert (status.status, status.json()["status"]) == (200, "COMPLETED")
    assert "error" not in status.json(), "only the result call tells"
    result = simulator.fal("GET", made["response_url"])
    assert result.status == 422
    assert result.headers["x-fal-retryable"] == "false"
    details = result.json()["detail"]
    assert {detail["type"] for detail in details} >= {"missing", "less_than_equal", "literal_error"}
    assert {tuple(detail["loc"][:2]) for detail in details} == {
        *(("body", name) for name in ("prompt", "num_images", "image_size", "output_format")),
    }


@pytest.mark.parametrize(
    ("endpoint", "given", "kind"),
    [
        ("fal-ai/nano-banana", {"aspect_ratio": "1:4"}, "literal_error"),
        ("fal-ai/nano-banana/edit", {}, "missing"),
        ("fal-ai/flux-pro/v1.1", {"safety_tolerance": 2}, "literal_error"),
        ("fal-ai/veo2", {"duration": 5}, "literal_error"),
        ("fal-ai/veo2/image-to-video", {}, "missing"),
        ("fal-ai/bytedance/seedream/v4/text-to-image", {"num_images": 7}, "less_than_equal"),
        (SEEDANCE, {"duration": "13"}, "literal_error"),
        ("fal-ai/bytedance/seedance/v1.5/pro/text-to-video", {"duration": "3"}, "literal_error"),
        ("fal-ai/qwen-image", {"guidance_scale": 21}, "less_than_equal"),
        ("fal-ai/minimax/video-01-director", {"prompt_optimizer": "sometimes"}, "bool_parsing"),
    ],
)
def test_every_endpoints_own_limits_hold(
    simulator: Client, endpoint: str, given: dict[str, object], kind: str
) -> None:
    made = simulator.enqueue("x", endpoint=endpoint, **given)
    simulator.complete(made["request_id"])
    result = simulator.fal("GET", made["response_url"])
    assert (result.status, [detail["type"] for detail in result.json()["detail"]]) == (422, [kind])


def test_an_unknown_endpoint_or_request_is_not_found(simulator: Client) -> None:
    assert simulator.fal("POST", "/fal-ai/nothing", {"prompt": "x"}).status == 404
    made = simulator.enqueue("x")
    assert simulator.fal("GET", f"/fal-ai/other/requests/{made['request_id']}/status").status == 404
    assert simulator.fal("GET", "/fal-ai/flux/requests/nothing").status == 404
    missing = simulator.fal("PUT", "/fal-ai/flux/requests/nothing/cancel")
    assert (missing.status, missing.json()) == (404, {"status": "NOT_FOUND"})


def test_cancel_answers_by_the_state_of_the_request(simulator: Client) -> None:
    queued, working = simulator.enqueue("a"), simulator.enqueue("b")
    removed = simulator.fal("PUT", queued["cancel_url"])
    assert (removed.status, removed.json()) == (200, {"status": "OK"})
    simulator.advance(61)
    simulator.reaches(working["request_id"], "running")
    asked = simulator.fal("PUT", working["cancel_url"])
    assert (asked.status, asked.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    late = simulator.fal("PUT", working["cancel_url"])
    assert (late.status, late.json()) == (400, {"status": "ALREADY_COMPLETED"})
    status = simulator.fal("GET", working["status_url"]).json()
    assert (status["status"], status["error_type"]) == ("COMPLETED", "client_cancelled")
    assert simulator.fal("GET", working["response_url"]).status == 499


def test_a_request_that_waits_longer_than_its_timeout_ends_with_504(simulator: Client) -> None:
    made = simulator.fal("POST", f"/{FAL_FLUX}", {"prompt": "x"}, x_fal_request_timeout="30").json()
    simulator.advance(31)
    simulator.reaches(made["request_id"], "aborted")
    result = simulator.fal("GET", made["response_url"])
    assert (result.status, result.json()["error_type"]) == (504, "request_timeout")
    assert result.headers["x-fal-error-type"] == "request_timeout"
    assert result.headers["x-fal-request-timeout-type"] == "user"
