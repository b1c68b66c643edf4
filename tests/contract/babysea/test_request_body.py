"""What a generate request may hold (contracts §0 row 4, §1.6, §4)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from functions.babysea import generate_image
from tests.contract.babysea.events import generate_event
from tests.contract.babysea.stores import TOKEN, Stores

PROMPT = "A baby seal"


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "{",
        "null",
        "[]",
        '"text"',
        "7",
        "generation_prompt=A+baby+seal",
        '{"generation_prompt": NaN}',
        '{"generation_prompt": "x", "generation_seed": Infinity}',
        '{"generation_prompt": "\\ud800"}',
        '{"\\udfff": 1}',
        "[" * 100_000,
        '{"generation_seed": ' + "9" * 5_000 + "}",
        '{"generation_prompt": "A seal", "generation_prompt": "A fox"}',
        '{"generation_prompt": "A seal", "more": {"a": 1, "\\u0061": 2}}',
        '{"generation_prompt": "\ud800"}',
        '\ufeff{"generation_prompt": "A seal"}',
        '{"a":' * 400 + "1" + "}" * 400,
        '{"generation_prompt": "A seal", "generation_seed": 1e400}',
    ],
)
def test_a_body_that_is_no_json_object_is_refused(raw: str | None) -> None:
    reply = Stores().generate(raw=raw)
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (400, "BSE2001", False)


@pytest.mark.parametrize(
    "body",
    [b'\xff{"generation_prompt": "A"}', '{"generation_prompt": "A"}'.encode("utf-16"), b"\xed\xa0\x80"],
)
def test_a_body_that_is_not_utf_8_is_refused(body: bytes) -> None:
    sent = generate_event("image", "bfl/flux-schnell", token=TOKEN, raw=base64.b64encode(body).decode())
    reply = Stores().send(generate_image.handler, {**sent, "isBase64Encoded": True})
    assert (reply.status, reply.error["code"]) == (400, "BSE2001")


def test_a_body_may_have_100_kilobytes_and_no_more() -> None:
    padded = '{"generation_prompt": "x"' + " " * (100 * 1024 - 26) + "}"
    assert len(padded) == 100 * 1024
    assert Stores().generate(raw=padded).status == 200
    reply = Stores().generate(raw=padded + " ")
    assert (reply.status, reply.error["code"]) == (413, "BSE2010")
    assert reply.error["details"] == {"limit": 102_400}


def test_size_is_checked_after_the_key() -> None:
    assert Stores().generate(raw="x" * 200_000, token=None).error["code"] == "BSE1001"


def test_a_malformed_idempotency_key_is_found_before_a_malformed_parameter() -> None:
    reply = Stores().generate({"generation_prompt": ""}, headers={"idempotency-key": " "})
    assert reply.error["code"] == "BSE2014"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "generation_prompt", "BSE2001"),
        ({"generation_prompt": 7}, "generation_prompt", "BSE2001"),
        ({"generation_prompt": "x" * 5_001}, "generation_prompt", "BSE2001"),
        ({"generation_prompt": PROMPT, "generation_ratio": "2:1"}, "generation_ratio", "BSE2001"),
        ({"generation_prompt": PROMPT, "generation_ratio": 1}, "generation_ratio", "BSE2001"),
        (
            {"generation_prompt": PROMPT, "generation_output_format": "jpeg"},
            "generation_output_format",
            "BSE2001",
        ),
        (
            {"generation_prompt": PROMPT, "generation_output_number": "1"},
            "generation_output_number",
            "BSE2001",
        ),
        (
            {"generation_prompt": PROMPT, "generation_output_number": 2},
            "generation_output_number",
            "BSE2008",
        ),
        (
            {"generation_prompt": PROMPT, "generation_output_number": -1},
            "generation_output_number",
            "BSE2008",
        ),
        (
            {"generation_prompt": PROMPT, "generation_input_file": ["https://example.com/a.png"]},
            "generation_input_file",
            "BSE2001",
        ),
        ({"generation_prompt": PROMPT, "generation_seed": 1.5}, "generation_seed", "BSE2001"),
        ({"generation_prompt": PROMPT, "generation_guidance": 7}, "generation_guidance", "BSE2001"),
        ({"generation_prompt": PROMPT, "prompt": "x"}, "prompt", "BSE2001"),
        (
            {"generation_prompt": PROMPT, "generation_callback_url": "https://example.com"},
            "generation_callback_url",
            "BSE2001",
        ),
        (
            {"generation_prompt": PROMPT, "generation_provider_order": ["fal"]},
            "generation_provider_order",
            "BSE2001",
        ),
        (
            {"generation_prompt": PROMPT, "generation_provider_order": "fal fal"},
            "generation_provider_order",
            "BSE2012",
        ),
    ],
)
def test_a_wrong_field_is_named(body: dict[str, Any], field: str, code: str) -> None:
    stores = Stores()
    reply = stores.generate(body)
    assert reply.error["code"] == code
    assert reply.error["details"]["field"] == field
    assert not stores.generations.stored


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data", "https://localhost/x.png", "https://[::1]/x.png"]
)
def test_a_private_input_url_is_refused_before_anything_is_held(url: str) -> None:
    stores = Stores()
    body = {"generation_prompt": "A seal", "generation_input_file": [url]}
    reply = stores.generate(body, model="google/nano-banana")
    assert (reply.status, reply.error["code"]) == (422, "BSE2013")
    assert reply.error["details"]["field"] == "generation_input_file"
    assert not stores.generations.stored


@pytest.mark.parametrize(
    ("media", "model", "body", "code", "field"),
    [
        ("image", "google/veo-2", {}, "BSE2001", "generation_duration"),
        ("video", "bfl/flux-schnell", {"generation_duration": 5}, "BSE2001", "generation_duration"),
        ("video", "google/veo-2", {}, "BSE2001", "generation_duration"),
        ("image", "bfl/flux-schnell", {"generation_duration": 5}, "BSE2001", "generation_duration"),
        ("image", "google/veo-2", {"generation_duration": 5}, "BSE2011", None),
        ("video", "bfl/flux-schnell", {}, "BSE2011", None),
    ],
)
def test_the_wrong_route_fails_cleanly(
    media: str, model: str, body: dict[str, Any], code: str, field: str | None
) -> None:
    reply = Stores().generate({"generation_prompt": PROMPT, **body}, media=media, model=model)
    assert reply.status == (400 if code == "BSE2001" else 404)
    assert reply.error["code"] == code
    assert reply.error.get("details", {}).get("field") == field
