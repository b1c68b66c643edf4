"""Images for everybody: cacheable, in part, and never of another project."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from benchmarks.metering import metering
from tests.contract.banatie.client import Client, picture
from tests.contract.banatie.test_uploads import padded
from tidegate.surfaces.banatie.cdn import MAX_ANSWER_BYTES

YEAR = "public, max-age=31536000, immutable"
NOBODY = "00000000-0000-7000-8000-000000000000"


def test_the_url_of_a_record_leads_to_its_bytes(client: Client) -> None:
    image = client.upload(picture("WEBP")).data
    path = urlsplit(image["storageUrl"]).path
    assert path == f"/cdn/{image['storageKey']}"
    file = client.get_file(path.removeprefix("/cdn/"))
    assert (file.status, file.content) == (200, picture("WEBP"))
    assert file.headers["content-type"] == "image/webp"
    assert file.headers["content-length"] == str(len(file.content))
    assert file.headers["x-image-id"] == image["id"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["cache-control"] == YEAR


def test_head_answers_the_same_without_the_bytes(client: Client) -> None:
    image = client.upload().data["id"]
    whole, head = client.get_file(image), client.get_file(image, "HEAD", range="bytes=0-1")
    assert (head.status, head.content) == (200, b"")
    for file in (whole, head):
        file.headers.pop("x-request-id")  # type: ignore[attr-defined]
    assert head.headers == whole.headers


def test_what_the_caller_has_is_not_sent_again(client: Client) -> None:
    image = client.upload().data["id"]
    tag = client.get_file(image).headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        for method in ("GET", "HEAD"):
            kept = client.get_file(image, method, if_none_match=held)
            assert (kept.status, kept.content, kept.headers["etag"]) == (304, b"", tag)
            assert kept.headers["cache-control"] == YEAR
    assert client.get_file(image, if_none_match='"other"').status == 200


RANGES = {
    "bytes=0-3": (0, 4),
    "bytes=4-": (4, None),
    "bytes=-5": (-5, None),
    "bytes=-1000000": (0, None),
    "bytes=10-1000000": (10, None),
}


@pytest.mark.parametrize("asked", RANGES)
def test_a_part_is_sent_alone(client: Client, asked: str) -> None:
    content = picture()
    image = client.upload(content).data["id"]
    first, last = RANGES[asked]
    part = client.get_file(image, range=asked)
    assert (part.status, part.content) == (206, content[first:last])
    start = len(content) + first if first < 0 else first
    assert part.headers["content-range"] == f"bytes {start}-{start + len(part.content) - 1}/{len(content)}"
    assert part.headers["content-length"] == str(len(part.content))


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "items=0-1", "bytes=5-2", "bytes=-", "bytes=a-b", ""])
def test_what_is_no_single_range_of_bytes_counts_as_none(client: Client, asked: str) -> None:
    image = client.upload().data["id"]
    whole = client.get_file(image, range=asked)
    assert (whole.status, whole.content) == (200, picture())


@pytest.mark.parametrize("asked", ["bytes=100000-", "bytes=100000-100001", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(client: Client, asked: str) -> None:
    image = client.upload().data["id"]
    file = client.get_file(image, range=asked)
    assert (file.status, file.content) == (416, b"")
    assert file.headers["content-range"] == f"bytes */{len(picture())}"


def test_a_range_of_another_content_gets_the_whole(client: Client) -> None:
    image = client.upload().data["id"]
    tag = client.get_file(image).headers["etag"]
    assert client.get_file(image, range="bytes=0-3", if_range=tag).status == 206
    assert client.get_file(image, range="bytes=0-3", if_range='"other"').content == picture()


def test_another_run_shows_under_the_same_url(client: Client) -> None:
    made = client.made(alias="@hero")
    for name, keeping in (("@hero", "max-age=60"), (made["outputImageId"], "max-age=300")):
        file = client.get_file(name)
        assert file.headers["cache-control"] == f"public, {keeping}, must-revalidate"
    client.again("generations_regenerate", made["id"])
    assert client.get_file("@hero", if_none_match=file.headers["etag"]).status == 304  # until it has ended
    client.succeed(made["id"], picture(size=(10, 10)))
    client.about("generations_get", made["id"])
    for name in ("@hero", made["outputImageId"]):
        newer = client.get_file(name, if_none_match=file.headers["etag"])
        assert (newer.status, newer.content) == (200, picture(size=(10, 10)))
        assert newer.headers["x-image-id"] == made["outputImageId"]


def test_a_file_that_was_replaced_while_it_was_asked_for_is_looked_up_again(client: Client) -> None:
    made = client.made()
    outputs, fetch = client.runtime.outputs, client.runtime.outputs.fetch
    pending = [9, 10]

    def replaced(key: str, span: tuple[int, int] | None = None) -> bytes:
        while pending:
            side = pending.pop(0)
            client.again("generations_regenerate", made["id"])
            client.succeed(made["id"], picture(size=(side, side)))
            client.about("generations_get", made["id"])
        return fetch(key, span)

    outputs.fetch = replaced  # type: ignore[method-assign]
    try:
        file = client.get_file(made["outputImageId"])
    finally:
        del outputs.fetch
    assert (file.status, file.content) == (200, picture(size=(10, 10)))


def test_a_file_that_is_lost_is_a_fault_of_ours(client: Client) -> None:
    image = client.upload().data["id"]
    client.runtime.outputs.delete(client.stored_files())
    file = client.get_file(image)
    assert (file.status, json.loads(file.content)["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")


def test_what_is_too_large_for_a_function_comes_from_the_bucket(client: Client) -> None:
    content = padded(MAX_ANSWER_BYTES + 1)
    upload = client.call(
        "images_upload_url", "POST", body={"fileSize": len(content), "mimeType": "image/png"}
    )
    key = f"uploads/{client.project.project_id}/{upload.data['uploadId']}"
    client.runtime.client("s3").put_object(Bucket="outputs", Key=key, Body=content)
    image = client.call("images_upload", "POST", body={"uploadId": upload.data["uploadId"]}).data["id"]
    sent_on = client.get_file(image)
    assert (sent_on.status, sent_on.headers["cache-control"]) == (302, "private, max-age=60")
    assert client.stored_files()[0] in sent_on.headers["location"]
    assert client.get_file(image, range="bytes=0-").status == 302
    assert client.get_file(image, range="bytes=0-9").content == content[:10]
    head = client.get_file(image, "HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(content)))
    assert client.get_file(image, if_none_match=head.headers["etag"]).status == 304


def test_a_deleted_image_is_gone(client: Client) -> None:
    image = client.upload(alias="@hero").data["id"]
    client.about("images_delete", image, "DELETE")
    assert {client.get_file(name).status for name in (image, "@hero")} == {404}


def test_nothing_is_found_but_by_its_own_projects_path(client: Client, stranger: Client) -> None:
    image = client.upload(alias="@hero", flowAlias="@main").data["id"]
    own, foreign = client.project.path, stranger.project.path
    paths = [
        *(f"{path}/img/{NOBODY}" for path in (own, foreign, f"{own}x", "no/such")),
        *(f"{foreign}/img/{name}" for name in (image, "@hero")),
        *(f"{own}/img/{name}" for name in ("@main", "@last", "@first", "@upload", "@", "hero", "image.png")),
        f"{'o' * 3000}/main/img/{image}",
        f"{own}/img/@{'a' * 3000}",
    ]
    for path in paths:
        reply = client.get_file(path)
        error = {"message": "Image not found", "code": "IMAGE_NOT_FOUND"}
        assert (reply.status, json.loads(reply.content)) == (404, {"success": False, "error": error}), path
        assert reply.headers["cache-control"] == "no-store"  # an alias may be given a moment later


def test_a_view_reads_once_and_fetches_once(client: Client) -> None:
    image = client.upload(alias="@hero").data["id"]
    tag = client.get_file(image).headers["etag"]  # and knows the path from then on
    counted = {}
    for name, sent in ((image, {}), ("@hero", {}), (image, {"if_none_match": tag})):
        with metering() as meter:
            client.get_file(name, **sent)
        counted[name, *sent] = (
            meter.calls["dynamodb:GetItem"],
            meter.calls["s3:GetObject"],
            meter.total_calls,
        )
    assert counted == {(image,): (1, 1, 2), ("@hero",): (2, 1, 3), (image, "if_none_match"): (1, 0, 1)}
