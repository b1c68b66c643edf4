"""Cloudflare Workers AI: what is sent, and what every kind of answer means."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.contract.providers.wire import Script, Vault, Vendor, answer, secrets
from tests.contract.providers.wire_others import against, image
from tidegate.adapters.http import BodyTooLarge, HttpResponse, ResponseLost
from tidegate.adapters.providers.cloudflare import Cloudflare
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused
from tidegate.domain.attempt import FailureClass, FailureCode, MediaFile, Prediction, Running, Succeeded

FLUX = image("@cf/black-forest-labs/flux-1-schnell", prompt="a seal", steps=4, seed=7)
RUN = "https://api.cloudflare.com/client/v4/accounts/account1/ai/run"
JPEG = base64.b64encode(b"jpeg").decode()


def envelope(result: object, **fields: Any) -> Script:
    """A success as most models tell it."""
    return answer({"result": result, "success": True, "errors": [], "messages": [], **fields})


def test_the_input_is_the_body_and_the_picture_is_in_the_answer() -> None:
    adapter, vendor = against("cloudflare", envelope({"image": JPEG}))
    assert adapter.submit(FLUX) == Succeeded((MediaFile(data=b"jpeg"),))
    (sent,) = vendor.sent
    assert sent.url == f"{RUN}/@cf/black-forest-labs/flux-1-schnell"
    assert sent.headers["Authorization"] == "Bearer cf-secret"
    assert sent.json == {"prompt": "a seal", "steps": 4, "seed": 7}


def test_some_models_answer_with_the_file_itself() -> None:
    adapter, _ = against("cloudflare", HttpResponse(200, {"content-type": "image/png; x"}, b"\x89PNG"))
    assert adapter.submit(FLUX) == Succeeded((MediaFile(data=b"\x89PNG", content_type="image/png"),))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (envelope({}), FailureCode.INVALID_RESPONSE),
        (envelope({"image": "%"}), FailureCode.INVALID_RESPONSE),
        (answer(b"<html>"), FailureCode.INVALID_RESPONSE),
        (envelope(None, success=False, errors=[{"code": 3030}]), FailureCode.CONTENT_POLICY),
        (envelope(None, success=False), FailureCode.ERROR),
        (envelope(None, success=False, errors=[{"code": True}]), FailureCode.ERROR),
    ],
)
def test_a_success_without_a_picture_is_a_failure(script: Script, code: FailureCode) -> None:
    adapter, _ = against("cloudflare", script)
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(FLUX)
    assert refused.value.failure.code is code


@pytest.mark.parametrize("script", [ResponseLost("timeout"), BodyTooLarge("too large", 200)])
def test_an_answer_that_does_not_arrive_is_unknown_and_may_be_asked_for_again(script: Script) -> None:
    adapter, _ = against("cloudflare", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(FLUX)
    assert adapter.abilities.resendable


@pytest.mark.parametrize("model", ["", "flux", "@cf/../ai", "@cf/a/b?x=1", "@cf/a/b/c"])
def test_a_name_that_could_change_the_path_is_never_sent(model: str) -> None:
    adapter, vendor = against("cloudflare")
    with pytest.raises(ProviderRefused):
        adapter.submit(image(model, prompt="a seal"))
    assert vendor.sent == []


def test_an_account_that_could_change_the_path_is_never_sent() -> None:
    keys = {"cloudflare": {"api_key": "k", "account_id": "../zones"}}
    vendor = Vendor()
    with pytest.raises(ProviderRefused) as refused:
        Cloudflare(vendor, secrets(Vault(keys))).submit(FLUX)
    assert refused.value.failure.failure_class is FailureClass.FAIL_OVER
    assert vendor.sent == []


def test_there_is_nothing_to_poll_or_to_cancel() -> None:
    adapter, _ = against("cloudflare")
    prediction = Prediction("cloudflare", "1", "m")
    assert adapter.poll(prediction) == Running()
    assert not adapter.cancel(prediction)


@pytest.mark.parametrize(("status", "result"), [(200, KeyTest.ACCEPTED), (403, KeyTest.REFUSED)])
def test_a_key_is_tried(status: int, result: KeyTest) -> None:
    adapter, _ = against("cloudflare", answer({}, status))
    assert adapter.try_key() is result
