"""Pictures that are sent along, through the deployed system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, http
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime

EDIT: dict[str, Any] = {"model": "google/nano-banana"}
VIDEO: dict[str, Any] = {"kind": "video", "model": "google/veo-3.1", "generation_duration": 4}
FILES, LAST = "generation_input_file", "generation_input_file_last_content"


@pytest.fixture
def customer(info: StackInfo, deployed: Runtime) -> Iterator[Customer]:
    """A customer who can afford a few seconds of video, and whose books are exact in the end."""
    customer = Customer.sign_up(info, deployed, dollars="10")
    yield customer
    customer.settle_down()
    assert customer.books_are_exact()


def _picture(customer: Customer, name: str = "640x480.png") -> str:
    return f"{customer.info.simulator_url}/pictures/{name}"


def _submitted(customer: Customer, native_model: str) -> list[dict[str, Any]]:
    """The inputs that the simulator got for a native model, newest first, with what it ignored."""
    answer = http.request("GET", f"{customer.info.simulator_url}/control/requests?kind=submit&limit=50")
    return [request for request in answer.json()["requests"] if request["model"] == native_model]


@pytest.mark.parametrize(
    ("order", "native_model", "field"),
    [("replicate", "google/nano-banana", "image_input"), ("fal", "fal-ai/nano-banana/edit", "image_urls")],
)
def test_a_picture_becomes_another(customer: Customer, order: str, native_model: str, field: str) -> None:
    pictures = [_picture(customer), _picture(customer, "64x8192.webp")]
    generation_id = customer.generate(
        "Now in snow", generation_provider_order=order, **{FILES: pictures}, **EDIT
    )
    record = customer.finish(generation_id)
    assert record["generation_status"] == "succeeded"
    assert record[FILES] == pictures
    submit = _submitted(customer, native_model)[0]
    sent = submit["body"].get("input", submit["body"])
    assert sent[field] == pictures
    assert submit["ignored_fields"] == []
    assert customer.spent == Money.of("0.051")


@pytest.mark.parametrize(
    ("more", "native_model"),
    [({}, "fal-ai/veo3.1/image-to-video"), ({LAST: "90x160.png"}, "fal-ai/veo3.1/first-last-frame-to-video")],
)
def test_a_picture_begins_a_video_and_another_ends_it(
    customer: Customer, more: dict[str, str], native_model: str
) -> None:
    last = {name: _picture(customer, picture) for name, picture in more.items()}
    given = {FILES: [_picture(customer, "160x90.jpg")], **last, "generation_provider_order": "fal", **VIDEO}
    record = customer.finish(customer.generate("The seal swims", **given))
    assert record["generation_status"] == "succeeded"
    assert _submitted(customer, native_model)[0]["ignored_fields"] == []
    assert customer.spent == Money.of("0.26") * 4


@pytest.mark.parametrize(
    ("code", "picture"),
    [
        ("BSE2002", "9000x64.png"),
        ("BSE2003", "63x640.jpg"),
        ("BSE2004", "640x480.gif"),
        ("BSE2005", "640x480.png?broken"),
        ("BSE2007", "640x480.png?bytes=10485761"),
        ("BSE2009", "missing.png"),
        ("BSE2013", "640x480.png?to=http://169.254.169.254/latest/meta-data"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_and_nothing_is_held(
    customer: Customer, deployed: Runtime, code: str, picture: str
) -> None:
    wallet = customer.account.wallet
    pictures = [_picture(customer), _picture(customer, picture)]
    reply = customer.submit("Now in snow", **{**EDIT, FILES: pictures})
    assert (reply.status, reply.code) == (422, code)
    assert reply.body["error"]["details"] == {"field": FILES, "index": 1}
    assert "169.254" not in reply.body["error"]["message"]
    assert customer.account.wallet == wallet
    assert (
        deployed.listing.page(customer.account_id, total=1, offset=0, limit=1, now_ms=deployed.now_ms()) == []
    )


def test_private_addresses_are_not_asked(customer: Customer) -> None:
    for url in (
        "http://127.0.0.1:1/x.png",
        "https://localhost/x.png",
        f"{customer.info.aws_endpoint_url}/x.png",
    ):
        reply = customer.submit("Now in snow", **{**EDIT, FILES: [url]})
        assert (reply.status, reply.code) == (422, "BSE2013")
    assert customer.spent == ZERO


def test_a_replay_needs_no_picture(customer: Customer) -> None:
    body = {**EDIT, FILES: [_picture(customer)]}
    first = customer.submit("Now in snow", idempotency_key="edit-1", **body)
    again = customer.submit("Now in snow", idempotency_key="edit-1", **body)
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert customer.finish(first.body["data"]["generation_id"])["generation_status"] == "succeeded"
    assert customer.spent == Money.of("0.051")
