"""OpenAI's images: what is asked, the pictures in the answer, edits as forms, and every failure."""

from __future__ import annotations

import base64
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from typing import Any

import pytest

from tests.contract.providers.wire import (
    Script,
    Vault,
    Warehouse,
    answer,
    decisions,
    fixture,
    job,
    secrets,
    told,
)
from tests.contract.providers.wire_others import KEYS, against
from tests.unit.domain.test_media import jpeg, png
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost, UnexpectedStatus, UnsafeUrl
from tidegate.adapters.providers import openai_failures
from tidegate.adapters.providers.classification import BY_STATUS
from tidegate.adapters.providers.input_files import MAX_FILES
from tidegate.adapters.providers.openai import OpenAI
from tidegate.adapters.providers.openai_failures import RULES
from tidegate.adapters.providers.protocol import (
    CallbackRejected,
    KeyTest,
    OutcomeUnknown,
    ProviderRefused,
)
from tidegate.domain.attempt import FailureCode, MediaFile, Prediction, Running, Succeeded
from tidegate.domain.generation import MediaType

MODEL = "gpt-image-1.5"
PICTURE = png(4, 4)
ENCODED = base64.b64encode(PICTURE).decode()
MADE = {"created": 1, "output_format": "png", "data": [{"b64_json": ENCODED}], "usage": {"total_tokens": 9}}
FILE = "https://files.example/in.png"


def editing(files: dict[str, bytes | Exception], *script: Script) -> tuple[OpenAI, Warehouse]:
    """An adapter that can fetch these files."""
    vendor = Warehouse(script=list(script), files=files)
    return OpenAI(vendor, secrets(Vault(KEYS))), vendor


def test_pictures_are_in_the_answer() -> None:
    adapter, vendor = against("openai", answer({**MADE, "data": [{"b64_json": ENCODED}] * 2}))
    asked = replace(job(MODEL, n=2, size="1024x1024"), timeout_s=240)
    assert adapter.submit(asked) == Succeeded((MediaFile(data=PICTURE, content_type="image/png"),) * 2)
    (sent,) = vendor.sent
    assert sent.url == "https://api.openai.com/v1/images/generations"
    assert sent.headers["Authorization"] == "Bearer sk-secret"
    assert sent.json == {"model": MODEL, "prompt": "a lighthouse", "n": 2, "size": "1024x1024"}
    assert sent.limits == {"timeout_s": 240, "max_bytes": 67_108_864}


def test_it_answers_at_once_and_keeps_nothing() -> None:
    adapter, _ = against("openai")
    assert adapter.abilities.synchronous == {MediaType.IMAGE}
    assert not adapter.abilities.resendable
    assert adapter.abilities.submit_timeout_s(MediaType.IMAGE) == 300
    assert adapter.poll(Prediction("openai", "x", MODEL)) == Running()
    with pytest.raises(CallbackRejected):
        adapter.verify_callback({}, b"", 0)


def shown(part: Message) -> tuple[object, str, object]:
    """A field of a form: its name, type and content."""
    name = part.get_param("name", header="content-disposition")
    return name, part.get_content_type(), part.get_payload(decode=True)


def test_a_picture_to_edit_is_sent_as_a_form() -> None:
    adapter, vendor = editing({FILE: PICTURE, FILE + "2": jpeg(8, 8)}, answer(MADE))
    assert isinstance(adapter.submit(job(MODEL, image=[FILE, FILE + "2"], n=1)), Succeeded)
    (sent,) = vendor.sent
    assert sent.url == "https://api.openai.com/v1/images/edits"
    head = f"Content-Type: {sent.headers['Content-Type']}\r\n\r\n".encode()
    parts = [
        part for part in BytesParser().parsebytes(head + (sent.body or b"")).walk() if not part.is_multipart()
    ]
    shown = [
        (
            part.get_param("name", header="content-disposition"),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in parts
    ]
    assert shown == [
        ("model", "text/plain", MODEL.encode()),
        ("prompt", "text/plain", b"a lighthouse"),
        ("n", "text/plain", b"1"),
        ("image[]", "image/png", PICTURE),
        ("image[]", "image/jpeg", jpeg(8, 8)),
    ]


@pytest.mark.parametrize(
    "found",
    [
        BodyTooLarge("large", 200),
        UnexpectedStatus(404),
        UnsafeUrl("private"),
        ConnectFailed("refused"),
        ResponseLost("cut"),
        b"<html>",
    ],
)
def test_a_picture_that_cannot_be_had_leaves_it_to_the_next_provider(found: bytes | Exception) -> None:
    adapter, vendor = editing({FILE: found})
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL, image=FILE))
    assert (refused.value.failure.failure_class, refused.value.failure.code) == ("fail_over", "invalid_input")
    assert vendor.sent == []


def test_more_pictures_than_fit_into_memory_are_not_fetched() -> None:
    adapter, vendor = editing({})
    with pytest.raises(ProviderRefused):
        adapter.submit(job(MODEL, image=[FILE] * (MAX_FILES + 1)))
    assert vendor.sent == []


@pytest.mark.parametrize("script", [ResponseLost("timeout"), BodyTooLarge("too large", 200)])
def test_a_lost_answer_is_an_unknown_outcome(script: Script) -> None:
    adapter, _ = against("openai", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(job(MODEL))


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        {},
        {"data": []},
        {"data": [{"b64_json": "%%"}]},
        {"data": [{"url": "https://x"}]},
        {"data": 5},
    ],
)
def test_an_answer_without_pictures_is_no_result(body: object) -> None:
    adapter, _ = against("openai", answer(body))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    assert refused.value.failure.code is FailureCode.INVALID_RESPONSE


@pytest.mark.parametrize("model", ["", "x", "a/b", "a?b", "../x"])
def test_a_name_that_no_model_has_is_never_sent(model: str) -> None:
    adapter, vendor = against("openai")
    with pytest.raises(ProviderRefused):
        adapter.submit(job(model))
    assert vendor.sent == []


@pytest.mark.parametrize("case", fixture("openai_errors"), ids=lambda case: case["name"])
def test_a_refusal_is_classified(case: dict[str, Any]) -> None:
    adapter, _ = against("openai", told(case))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(job(MODEL))
    failure = refused.value.failure
    assert (failure.failure_class, failure.code) == (case["class"], case["code"])
    assert failure.retry_after_s == case.get("retry_after_s")
    assert failure.message == case.get("message", failure.message)


def test_every_row_of_the_table_is_the_meaning_of_some_case(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = decisions(monkeypatch, openai_failures)
    for case in fixture("openai_errors"):
        test_a_refusal_is_classified(case)
    assert set(RULES) - decided - set(BY_STATUS) == set()


def test_a_key_is_tested_with_the_list_of_models() -> None:
    adapter, vendor = against("openai", answer({"data": []}))
    assert adapter.try_key() is KeyTest.ACCEPTED
    assert vendor.sent[0].url == "https://api.openai.com/v1/models"
