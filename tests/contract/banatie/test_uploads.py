"""Uploads that are refused keep nothing; files too large for a form go another way."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest

from tests.contract.banatie.client import Client, form, picture

MB5 = 5 * 1024 * 1024
NOBODY = "00000000-0000-7000-8000-000000000000"


def _bomb(width: int, height: int) -> bytes:
    """A PNG of some bytes that says it unpacks to this many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def padded(size: int) -> bytes:
    """A picture of exactly this many bytes."""
    small = picture()
    end = small[-12:]
    filler = size - len(small) - 12
    data = b"\0" * filler
    chunk = struct.pack(">I", filler) + b"tEXt" + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))
    return small[:-12] + chunk + end


REFUSED: dict[str, tuple[bytes, str]] = {
    "wrong type, right name": (b"GIF89a" + b"\x08\0\x06\0" + b"\0" * 20 + b";", "PNG, JPEG or WebP"),
    "a page": (b"<html></html>", "PNG, JPEG or WebP"),
    "truncated": (picture()[:-20], "PNG, JPEG or WebP"),
    "bomb by its side": (_bomb(60_000, 4), "pixels"),
    "bomb by its area": (_bomb(16_000, 16_000), "pixels"),
    "empty": (b"", "Send one file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_what_it_should_be_keeps_nothing(client: Client, case: str) -> None:
    content, message = REFUSED[case]
    status, code, told = client.upload(content, alias="@hero").error
    assert (status, code) == (400, "VALIDATION_ERROR")
    assert message in told
    _is_empty(client)


def test_one_byte_too_many_is_too_many(client: Client) -> None:
    assert client.upload(padded(MB5 + 1)).error == (400, "VALIDATION_ERROR", "File too large")
    huge = client.upload(padded(MB5 + 100_000))
    assert huge.error == (400, "VALIDATION_ERROR", "File too large")
    _is_empty(client)


def test_a_form_that_the_platform_would_not_carry_is_told_of_the_other_way(client: Client) -> None:
    status, code, message = client.upload(padded(MB5)).error
    assert (status, code) == (413, "PAYLOAD_TOO_LARGE")
    assert "/api/v1/images/upload-url" in message
    _is_empty(client)
    assert client.upload(padded(4_500_000)).status == 201


@pytest.mark.parametrize(
    "fields",
    [
        [("alias", None, b"@hero")],
        [("file", "a.png", picture()), ("file", "b.png", picture())],
        [("file", "a.png", picture()), ("other", "b.png", picture())],
        [("picture", "a.png", picture())],
    ],
)
def test_no_file_and_two_files_keep_nothing(client: Client, fields: list[Any]) -> None:
    reply = client.call("images_upload", "POST", form=form(*fields))
    assert reply.error == (400, "VALIDATION_ERROR", "Send one file, in the field file.")
    _is_empty(client)


@pytest.mark.parametrize(
    "fields",
    [
        {"meta": "no json"},
        {"meta": "[]"},
        {"meta": '{"a": NaN}'},
        {"meta": '{"a": "\\ud800"}'},
        {"meta": '{"a": 1, "a": 2}'},
        {"meta": '{"a": "%s"}' % ("é" * 8_200)},
        {"alias": "hero"},
        {"flowAlias": "@last"},
        {"flowId": "flow-uuid-here"},
        {"flowId": "null", "flowAlias": "@a"},
        {"alias": "@a", "assignAlias": "@b"},
    ],
)
def test_fields_that_cannot_be_meant_keep_nothing(client: Client, fields: dict[str, str]) -> None:
    assert client.upload(None, "image.png", None, **fields).error[:2] == (400, "VALIDATION_ERROR")
    _is_empty(client)


def test_a_description_becomes_meta(client: Client) -> None:
    assert client.upload(description="A logo", meta='{"a": 1}').data["meta"] == {
        "a": 1,
        "description": "A logo",
    }


def test_a_file_of_five_megabytes_goes_by_a_url_of_the_bucket(client: Client) -> None:
    content = padded(MB5)
    asked = {"fileSize": len(content), "mimeType": "image/png"}
    told = client.call("images_upload_url", "POST", body=asked)
    upload_id = told.data["uploadId"]
    assert (told.status, told.data["method"], told.data["headers"]["Content-Length"]) == (
        201,
        "PUT",
        str(MB5),
    )
    key = f"uploads/{client.project.project_id}/{upload_id}"
    assert key in told.data["url"]
    client.runtime.client("s3").put_object(Bucket="outputs", Key=key, Body=content)
    image = client.call("images_upload", "POST", body={"uploadId": upload_id, "alias": "@hero"})
    assert (image.status, image.data["fileSize"], image.data["alias"]) == (201, MB5, "@hero")
    assert len(client.stored_files()) == 1


@pytest.mark.parametrize("size", [0, -1, MB5 + 1, True, "5", None])
def test_a_url_is_given_for_files_only_that_would_be_taken(client: Client, size: object) -> None:
    refused = client.call("images_upload_url", "POST", body={"fileSize": size, "mimeType": "image/png"})
    assert refused.error[:2] == (400, "VALIDATION_ERROR")
    gif = client.call("images_upload_url", "POST", body={"fileSize": 5, "mimeType": "image/gif"})
    assert gif.error[:2] == (400, "VALIDATION_ERROR")


def test_what_was_sent_to_the_bucket_is_checked_when_it_is_claimed(client: Client, stranger: Client) -> None:
    s3 = client.runtime.client("s3")
    for content, message in ((padded(MB5 + 1), "File too large"), (b"<html>", "PNG, JPEG or WebP")):
        s3.put_object(Bucket="outputs", Key=f"uploads/{client.project.project_id}/{NOBODY}", Body=content)
        status, _, told = client.call("images_upload", "POST", body={"uploadId": NOBODY}).error
        assert status == 400
        assert message in told
    s3.put_object(Bucket="outputs", Key=f"uploads/{client.project.project_id}/{NOBODY}", Body=picture())
    foreign = stranger.call("images_upload", "POST", body={"uploadId": NOBODY})
    assert "no such upload" in foreign.error[2]
    _is_empty(client)


def _is_empty(client: Client) -> None:
    assert client.stored_files() == []
    listed = client.call("images_list", query={"includeDeleted": "true"})
    assert listed.body["pagination"]["total"] == 0
    assert client.call("flows_list").data == []
