"""Files from a provider's URL into the bucket, and out again by the redirect."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.session import get_session

import functions.outputs.redirect
from tests.unit.adapters.servers import Script, answering, resetting, serving
from tests.unit.domain.test_media import jpeg, png
from tests.unit.domain.test_mp4 import USUAL, film
from tidegate.adapters.http import HttpClient
from tidegate.domain.attempt import FailureClass, FailureCode, MediaFile
from tidegate.domain.generation import MediaType, Output
from tidegate.domain.output_key import OutputKey, new_folder, read_key
from tidegate.runtime import Runtime
from tidegate.usecases.store_outputs import (
    OutputLimits,
    OutputUnreachable,
    UnusableOutput,
    store_outputs,
)

NOW_MS = 1_795_168_800_000
GENERATION_ID = "019a8274-8200-7000-8000-000000000001"
PICTURE = png(64, 48) + b"\x00" * 100


def store(
    runtime: Runtime, *files: MediaFile, media_type: MediaType = MediaType.IMAGE, **options: Any
) -> tuple[Output, ...]:
    return store_outputs(
        files,
        folder=new_folder(GENERATION_ID, 3_600, NOW_MS),
        media_type=media_type,
        store=runtime.outputs,
        **({"http": HttpClient()} | options),
    )


def fetched(runtime: Runtime, script: Script, **options: Any) -> tuple[Output, ...]:
    with serving(script) as server:
        client = HttpClient(server.allowed)
        return store(runtime, MediaFile(url=f"{server.url}/out"), http=client, **options)


def in_bucket(key: str) -> dict[str, Any]:
    s3: Any = get_session().create_client("s3", region_name="us-east-1")
    answer: dict[str, Any] = s3.get_object(Bucket="outputs", Key=key)
    return answer | {"Body": answer["Body"].read()}


def keys_in_bucket() -> list[str]:
    s3: Any = get_session().create_client("s3", region_name="us-east-1")
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="outputs").get("Contents", [])]


def test_a_file_is_stored_as_what_its_bytes_are(runtime: Runtime) -> None:
    (output,) = fetched(runtime, answering(PICTURE, Content_Type="image/jpeg"))
    assert (output.content_type, output.size_bytes, output.width, output.height) == (
        "image/png",
        len(PICTURE),
        64,
        48,
    )
    stored = in_bucket(output.key)
    assert (stored["Body"], stored["ContentType"]) == (PICTURE, "image/png")
    assert read_key(output.key) == OutputKey(GENERATION_ID, NOW_MS // 1000 + 3_600)


def test_a_film_is_stored_with_its_duration(runtime: Runtime) -> None:
    (output,) = fetched(runtime, answering(film(*USUAL)), media_type=MediaType.VIDEO)
    assert (output.content_type, output.width, output.height, output.duration_ms) == (
        "video/mp4",
        1280,
        720,
        5_000,
    )
    assert output.key.endswith("/0.mp4")


def test_several_files_share_a_folder_in_their_order(runtime: Runtime) -> None:
    outputs = store(runtime, MediaFile(data=PICTURE), MediaFile(data=jpeg(8, 8)))
    assert [output.key.rsplit("/", 1)[1] for output in outputs] == ["0.png", "1.jpg"]
    assert len({output.key.rsplit("/", 1)[0] for output in outputs}) == 1


def test_one_file_that_cannot_be_used_spoils_them_all(runtime: Runtime) -> None:
    with pytest.raises(UnusableOutput):
        store(runtime, MediaFile(data=PICTURE), MediaFile(data=b"<html>Sign in</html>"))
    assert len(keys_in_bucket()) == 1  # nobody learns its name, and the bucket's lifecycle removes it


def test_storing_again_never_writes_over_what_was_stored(runtime: Runtime) -> None:
    (first,) = store(runtime, MediaFile(data=PICTURE))
    (second,) = store(runtime, MediaFile(data=PICTURE))
    assert first.key != second.key


def test_a_file_larger_than_memory_allows_is_stored_whole(runtime: Runtime) -> None:
    large = PICTURE + b"\x01" * 9_000_000
    (output,) = fetched(runtime, answering(large))
    assert in_bucket(output.key)["Body"] == large


UNUSABLE: dict[str, Script] = {
    "a page": answering(b"<html>Sign in</html>", Content_Type="image/png"),
    "a picture's header": answering(
        PICTURE[:33] + b"\x00\x00\x00\x00IEND\xaeB`\x82", Content_Type="image/png"
    ),
    "a picture that was cut": answering(PICTURE[:60], Content_Type="image/png"),
    "a picture of absurd sides": answering(PICTURE[:16] + b"\x7f\xff\xff\xff" * 2 + PICTURE[24:]),
    "an empty file": answering(b""),
    "a film": answering(film(*USUAL)),
    "expired": answering(b"no", "403 Forbidden"),
    "gone": answering(b"no", "404 Not Found"),
    "too large": answering(PICTURE + b"\x00" * 10_000),
    "a redirect to the metadata service": answering(status="302 Found", Location="http://169.254.169.254/"),
}


@pytest.mark.parametrize("script", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_is_not_the_asked_media_fails_over(runtime: Runtime, script: Script) -> None:
    with pytest.raises(UnusableOutput) as refused:
        fetched(runtime, script, limits=OutputLimits(max_bytes=5_000))
    assert refused.value.failure.failure_class is FailureClass.FAIL_OVER
    assert refused.value.failure.code is FailureCode.INVALID_RESPONSE
    assert keys_in_bucket() == []


UNREACHABLE: dict[str, Script] = {
    "down": answering(b"no", "503 Busy"),
    "throttled": answering(b"no", "429 Slow down"),
    "reset": resetting(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\x89PNG"),
}


@pytest.mark.parametrize("script", UNREACHABLE.values(), ids=UNREACHABLE.keys())
def test_trouble_on_the_way_may_be_tried_again(runtime: Runtime, script: Script) -> None:
    with pytest.raises(OutputUnreachable):
        fetched(runtime, script)
    assert keys_in_bucket() == []


def test_a_spent_deadline_may_be_tried_again(runtime: Runtime) -> None:
    with pytest.raises(OutputUnreachable):
        fetched(runtime, answering(PICTURE), deadline_s=0)


@pytest.mark.parametrize("url", ["http://127.0.0.1/a.png", "file:///etc/passwd", "", None])
def test_a_url_that_may_not_be_fetched_fails_over(runtime: Runtime, url: str | None) -> None:
    with pytest.raises(UnusableOutput):
        store(runtime, MediaFile(url=url))


def test_a_number_of_files_that_nobody_asked_for_fails_over(runtime: Runtime) -> None:
    for files in ([], [MediaFile(data=PICTURE)] * 3):
        with pytest.raises(UnusableOutput):
            store(runtime, *files, limits=OutputLimits(max_files=2))
    with pytest.raises(UnusableOutput):
        store(runtime, MediaFile(data=PICTURE), limits=OutputLimits(max_bytes=10))


def test_deleted_files_are_gone_and_deleting_them_again_is_no_error(runtime: Runtime) -> None:
    for number in range(1_005):
        runtime.outputs.put(f"k/{number}", io.BytesIO(b"x"), "image/png", 1)
    keys = [f"k/{number}" for number in range(1_005)]
    runtime.outputs.delete(keys)
    runtime.outputs.delete(keys[:2])
    runtime.outputs.delete([])
    assert keys_in_bucket() == []


def redirect(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, key: str, method: str = "GET", at_ms: int = NOW_MS
) -> dict[str, Any]:
    monkeypatch.setattr(runtime, "now_ms", lambda: at_ms)
    monkeypatch.setattr(functions.outputs.redirect, "runtime", runtime)
    event = {
        "rawPath": f"/outputs/{key}",
        "headers": {},
        "pathParameters": {"key": key},
        "requestContext": {"http": {"method": method, "sourceIp": "192.0.2.7"}},
    }
    return functions.outputs.redirect.handler(event, None)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_public_url_redirects_to_a_short_lived_one(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    (output,) = store(runtime, MediaFile(data=PICTURE))
    path = urlsplit(runtime.output_url(output.key)).path
    answer = redirect(runtime, monkeypatch, path.removeprefix("/outputs/"), method)
    location = urlsplit(answer["headers"]["location"])
    assert answer["statusCode"] == 302
    assert location.path.endswith(output.key)
    assert parse_qs(location.query)["X-Amz-Expires"] == ["300"]
    assert answer["headers"]["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_the_signed_url_names_the_regions_own_host(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    answer = redirect(Runtime(aws), monkeypatch, f"{GENERATION_ID}/{'A' * 22}/0.png")
    assert urlsplit(answer["headers"]["location"]).netloc == f"outputs.s3.{region}.amazonaws.com"


def test_a_redirect_makes_no_aws_call(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    runtime._s3.meta.events.register("before-send.s3", lambda **_kwargs: calls.append("sent"))
    redirect(runtime, monkeypatch, f"{GENERATION_ID}/{'A' * 22}/0.png")
    assert calls == []


@pytest.mark.parametrize(
    "key", ["", "../secret", f"{GENERATION_ID}/0.png", f"{GENERATION_ID}/{'A' * 22}/../../0.png"]
)
def test_any_other_path_is_not_found(runtime: Runtime, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    answer = redirect(runtime, monkeypatch, key)
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"]) == {"error": "not_found", "message": "There is no such file."}
    assert "location" not in answer["headers"]


@pytest.mark.parametrize(("left_ms", "lives_s"), [(300_000, 300), (299_999, 300), (60_000, 60), (1, 1)])
def test_a_signature_does_not_outlive_its_file(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, left_ms: int, lives_s: int
) -> None:
    (output,) = store(runtime, MediaFile(data=PICTURE))
    answer = redirect(runtime, monkeypatch, output.key, at_ms=NOW_MS + 3_600_000 - left_ms)
    assert answer["statusCode"] == 302
    assert parse_qs(urlsplit(answer["headers"]["location"]).query)["X-Amz-Expires"] == [str(lives_s)]
    assert answer["headers"]["cache-control"] == f"private, max-age={lives_s // 5}"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_past_its_retention_is_refused_though_the_bucket_still_has_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    (output,) = store(runtime, MediaFile(data=PICTURE))
    answer = redirect(runtime, monkeypatch, output.key, method, at_ms=NOW_MS + 3_600_000)
    assert answer["statusCode"] == 410
    assert json.loads(answer["body"])["error"] == "gone"
    assert answer["headers"]["cache-control"] == "no-store"
    assert "location" not in answer["headers"]
    assert in_bucket(output.key)


def test_a_file_that_is_kept_for_ever_and_one_of_an_earlier_release_are_handed_out(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (new_folder(GENERATION_ID, None, NOW_MS), f"{GENERATION_ID}/{'A' * 22}"):
        assert redirect(runtime, monkeypatch, f"{folder}/0.png", at_ms=10**13)["statusCode"] == 302


def written(data: bytes, key: str = "bedrock/abc/output.mp4") -> MediaFile:
    """A file that a provider wrote into the bucket itself."""
    s3: Any = get_session().create_client("s3", region_name="us-east-1")
    s3.put_object(Bucket="outputs", Key=key, Body=data)
    return MediaFile(key=key)


def test_a_file_that_is_in_the_bucket_already_gets_a_name_that_nobody_can_guess(runtime: Runtime) -> None:
    (output,) = store(runtime, written(film(*USUAL)), media_type=MediaType.VIDEO)
    key = read_key(output.key)
    assert key is not None
    assert key.generation_id == GENERATION_ID
    assert in_bucket(output.key)["Body"] == film(*USUAL)
    assert output.content_type == "video/mp4"


def test_a_file_of_the_bucket_is_judged_like_any_other(runtime: Runtime) -> None:
    limits = OutputLimits(max_bytes=10)
    with pytest.raises(UnusableOutput, match="too large"):
        store(runtime, written(film(*USUAL)), media_type=MediaType.VIDEO, limits=limits)
    with pytest.raises(UnusableOutput, match="no image or video"):
        store(runtime, written(b"<html>"), media_type=MediaType.VIDEO)


def test_a_file_that_was_not_written_is_gone(runtime: Runtime) -> None:
    with pytest.raises(UnusableOutput, match=r"gone \(404\)"):
        store(runtime, MediaFile(key="bedrock/nowhere/output.mp4"), media_type=MediaType.VIDEO)


def test_a_bucket_that_does_not_answer_may_be_asked_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_: str) -> None:
        raise ReadTimeoutError(endpoint_url="https://s3")

    monkeypatch.setattr(runtime.outputs._client, "get_object", down)
    with pytest.raises(OutputUnreachable):
        store(runtime, MediaFile(key="bedrock/1/output.mp4"), media_type=MediaType.VIDEO)
