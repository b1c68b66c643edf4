"""Amazon Bedrock: what is sent and signed, and what every kind of answer means."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from botocore.credentials import Credentials
from PIL import Image

from tests.contract.providers.wire import Script, Vendor, answer, secrets
from tests.contract.providers.wire_others import REFERENCE, against, image, video
from tidegate.adapters.http import Downloaded, HttpClient, ResponseLost
from tidegate.adapters.providers import signature
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.adapters.providers.registry import ProviderNotConfigured, ProviderRegistry
from tidegate.adapters.providers.signature import NoKeys
from tidegate.domain.attempt import Accepted, Failed, FailureCode, MediaFile, Prediction, Running, Succeeded

EAST = "https://bedrock-runtime.us-east-1.amazonaws.com"
NOVA = image("us-east-1/amazon.nova-canvas-v1:0", text="a seal", negativeText="fog", width=1024, seed=7)
STABLE = image("us-west-2/stability.sd3-5-large-v1:0", prompt="a seal", aspect_ratio="16:9")
REEL = video("us-east-1/amazon.nova-reel-v1:1", text="a seal", durationSeconds=6, seed=7)
ARN = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdef123456"
PREDICTION = Prediction("bedrock", ARN, REEL.native_model)
PNG = base64.b64encode(b"png").decode()
FILE_URL = "https://files.example/in.png"


def picture(width: int, height: int, file_format: str = "PNG") -> bytes:
    """A picture of that size."""
    into = io.BytesIO()
    Image.new("RGB", (width, height)).save(into, file_format)
    return into.getvalue()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Serve one input picture to every download."""

    def serve(data: bytes) -> None:
        def download(_self: HttpClient, _url: str, into: Any, **_limits: Any) -> Downloaded:
            into.write(data)
            return Downloaded("image/png", len(data), "")

        monkeypatch.setattr(HttpClient, "download", download)

    return serve


def test_a_picture_is_asked_for_in_the_models_own_region_and_signed() -> None:
    adapter, vendor = against("bedrock", answer({"images": [PNG]}))
    assert adapter.submit(NOVA) == Succeeded((MediaFile(data=b"png"),))
    (sent,) = vendor.sent
    assert sent.url == f"{EAST}/model/amazon.nova-canvas-v1%3A0/invoke"
    assert sent.json == {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a seal", "negativeText": "fog"},
        "imageGenerationConfig": {"width": 1024, "seed": 7},
    }
    assert sent.headers["X-Amz-Security-Token"] == "session-token"
    assert sent.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=ASIATEST/")
    assert "/us-east-1/bedrock/aws4_request" in sent.headers["Authorization"]


def test_stabilitys_models_take_a_body_without_an_envelope() -> None:
    adapter, vendor = against("bedrock", answer({"images": [PNG], "finish_reasons": [None], "seeds": [7]}))
    assert adapter.submit(STABLE) == Succeeded((MediaFile(data=b"png"),))
    assert vendor.sent[0].url.startswith("https://bedrock-runtime.us-west-2.amazonaws.com/model/stability.")
    assert vendor.sent[0].json == {"prompt": "a seal", "aspect_ratio": "16:9"}


def test_input_pictures_are_sent_as_bytes(serve: Any) -> None:
    serve(data := picture(64, 64))
    encoded = base64.b64encode(data).decode()
    adapter, vendor = against("bedrock", answer({"images": [PNG]}), answer({"images": [PNG]}))
    adapter.submit(image(NOVA.native_model, text="a seal", images=[FILE_URL]))
    adapter.submit(image(STABLE.native_model, prompt="a seal", image=FILE_URL, strength=0.7))
    assert vendor.sent[0].json["imageVariationParams"] == {"text": "a seal", "images": [encoded]}
    assert vendor.sent[1].json == {
        "prompt": "a seal",
        "image": encoded,
        "strength": 0.7,
        "mode": "image-to-image",
    }


def test_what_a_filter_left_of_a_batch_counts() -> None:
    body = {
        "images": [PNG],
        "error": "Some of the generated images have been blocked by our content filters.",
    }
    adapter, _ = against("bedrock", answer(body))
    assert adapter.submit(NOVA) == Succeeded((MediaFile(data=b"png"),))


@pytest.mark.parametrize("body", [{}, {"images": []}, {"images": ["%"]}, {"images": [5]}, b"<html>"])
def test_a_success_without_a_picture_is_a_failure(body: object) -> None:
    adapter, _ = against("bedrock", answer(body))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(NOVA)
    assert refused.value.failure.code is FailureCode.INVALID_RESPONSE


@pytest.mark.parametrize(
    "model", ["", "amazon.nova-canvas-v1:0", "us-east-1/../x", "evil.com/a.b", "us-east-1/a"]
)
def test_a_name_that_could_change_the_host_or_the_path_is_never_sent(model: str) -> None:
    adapter, vendor = against("bedrock")
    with pytest.raises(ProviderRefused):
        adapter.submit(image(model, text="a seal"))
    assert vendor.sent == []


def test_a_video_is_an_invocation_under_the_attempts_own_token() -> None:
    adapter, vendor = against("bedrock", answer({"invocationArn": ARN}))
    assert adapter.submit(REEL) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert sent.url == f"{EAST}/async-invoke"
    assert sent.json == {
        "clientRequestToken": REFERENCE,
        "modelId": "amazon.nova-reel-v1:1",
        "modelInput": {
            "taskType": "TEXT_VIDEO",
            "textToVideoParams": {"text": "a seal"},
            "videoGenerationConfig": {"durationSeconds": 6, "seed": 7},
        },
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://outputs/bedrock"}},
    }


@pytest.mark.parametrize(("file_format", "name"), [("PNG", "png"), ("JPEG", "jpeg")])
def test_a_first_frame_is_sent_as_bytes(serve: Any, file_format: str, name: str) -> None:
    serve(data := picture(1280, 720, file_format))
    adapter, vendor = against("bedrock", answer({"invocationArn": ARN}))
    adapter.submit(video(REEL.native_model, text="a seal", images=[FILE_URL]))
    frame = {"format": name, "source": {"bytes": base64.b64encode(data).decode()}}
    assert vendor.sent[0].json["modelInput"]["textToVideoParams"]["images"] == [frame]


@pytest.mark.parametrize("data", [picture(720, 1280), picture(1280, 720, "GIF")])
def test_a_first_frame_of_another_size_or_format_is_left_to_another_provider(serve: Any, data: bytes) -> None:
    serve(data)
    adapter, vendor = against("bedrock")
    with pytest.raises(ProviderRefused, match="exactly 1280x720"):
        adapter.submit(video(REEL.native_model, text="a seal", images=[FILE_URL]))
    assert vendor.sent == []


CONFLICT = answer({"message": "token"}, 400, {"x-amzn-errortype": "ConflictException"})


@pytest.mark.parametrize(
    "script", [ResponseLost("timeout"), answer(b"<html>"), answer({"invocationArn": "x"}), CONFLICT]
)
def test_an_invocation_without_a_readable_name_is_unknown(script: Script) -> None:
    adapter, _ = against("bedrock", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(REEL)


@pytest.mark.parametrize(
    "script", [answer({"status": "InProgress"}), answer({"status": 5}), answer({}, 500), ResponseLost("x")]
)
def test_an_invocation_that_has_not_ended_is_running(script: Script) -> None:
    adapter, vendor = against("bedrock", script)
    assert adapter.poll(PREDICTION) == Running()
    assert vendor.sent[0].url == f"{EAST}/async-invoke/{ARN.replace(':', '%3A').replace('/', '%2F')}"


def completed(s3_uri: object) -> Script:
    """An invocation that has written its files."""
    return answer({"status": "Completed", "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": s3_uri}}})


def test_a_completed_invocation_has_its_file_in_our_bucket() -> None:
    adapter, _ = against("bedrock", completed("s3://outputs/bedrock/abcdef123456"))
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile(key="bedrock/abcdef123456/output.mp4"),))


@pytest.mark.parametrize(
    "s3_uri", [None, "", "s3://other/bedrock/1", "s3://outputs/0197a4c2", "s3://outputs/bedrockx/1"]
)
def test_a_file_elsewhere_is_not_believed(s3_uri: object) -> None:
    adapter, _ = against("bedrock", completed(s3_uri))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert ended.failure.code is FailureCode.INVALID_RESPONSE


def test_what_is_no_invocation_is_never_asked_for() -> None:
    adapter, _ = against("bedrock")
    with pytest.raises(ValueError, match="not an invocation"):
        adapter.poll(Prediction("bedrock", "arn:aws:bedrock:evil.com:1:async-invoke/x", "m"))


def page(*summaries: dict[str, Any], **fields: Any) -> Script:
    """A page of the list."""
    return answer({"asyncInvokeSummaries": list(summaries), **fields})


def test_a_lost_invocation_is_found_by_its_token() -> None:
    other = {"invocationArn": "x", "clientRequestToken": "other"}
    ours = {"invocationArn": ARN, "clientRequestToken": REFERENCE}
    adapter, vendor = against("bedrock", page(other, nextToken="2"), page(ours))
    assert adapter.search(REEL, 0, 60_000) == PREDICTION
    assert "submitTimeAfter=1970-01-01T00%3A00%3A00Z" in vendor.sent[0].url
    assert vendor.sent[1].url.endswith("&nextToken=2")


def test_an_invocation_that_is_not_listed_does_not_exist() -> None:
    adapter, _ = against("bedrock", page())
    assert adapter.search(REEL, 0, 60_000) is None


@pytest.mark.parametrize(
    "pages",
    [[answer({}, 500)], [answer({})], [page(nextToken="2")] * 5, [page(nextToken="\ud800"), answer({}, 400)]],
)
def test_a_search_that_proves_nothing_leaves_it_unknown(pages: list[Script]) -> None:
    adapter, _ = against("bedrock", *pages)
    with pytest.raises(OutcomeUnknown):
        adapter.search(REEL, 0, 60_000)


def test_a_picture_is_not_searched() -> None:
    adapter, _ = against("bedrock")
    with pytest.raises(SearchUnsupported):
        adapter.search(NOVA, 0, 1)


@pytest.mark.parametrize(("status", "result"), [(200, KeyTest.ACCEPTED), (403, KeyTest.REFUSED)])
def test_the_roles_permission_is_tried(status: int, result: KeyTest) -> None:
    adapter, _ = against("bedrock", answer({}, status))
    assert adapter.try_key() is result


def test_it_is_there_only_when_its_folder_is_named() -> None:

    registry = ProviderRegistry(Vendor(), secrets(), {})
    assert "bedrock" not in registry.names
    with pytest.raises(ProviderNotConfigured):
        registry.get("bedrock")


def test_there_is_no_secret_behind_it() -> None:
    assert NoKeys().provider("bedrock") is None
    assert not NoKeys().reread()


def test_a_process_without_a_role_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _self: None)
    signature.own_role.cache_clear()
    adapter, _ = against("bedrock")
    with pytest.raises(RuntimeError, match="no AWS credentials"):
        adapter.submit(NOVA)


def test_somebody_elses_permissions_sign_where_they_are_given() -> None:
    vendor, role = Vendor(script=[answer({})]), Credentials("AKIDOPERATOR", "secret")
    registry = ProviderRegistry(vendor, secrets(), {"bedrock_outputs": "s3://o/bedrock"}, lambda: role)
    assert registry.get("bedrock").try_key() is KeyTest.ACCEPTED
    headers = {name.lower(): value for name, value in vendor.sent[0].headers.items()}
    assert "Credential=AKIDOPERATOR/" in headers["authorization"]
