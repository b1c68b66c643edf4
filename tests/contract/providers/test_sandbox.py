"""The provider of test mode keeps the protocol where the pipeline does not ask."""

from __future__ import annotations

import pytest

from tidegate.adapters.providers.protocol import CallbackRejected, KeyTest, Provider
from tidegate.adapters.providers.sandbox import Sandbox
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import Generation, MediaType, Status
from tidegate.domain.mode import Mode
from tidegate.domain.money import ZERO

GENERATION = Generation(
    account_id="account",
    generation_id="generation",
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={},
    providers=("fal",),
    price=ZERO,
    status=Status.PENDING,
    prediction_id="pred_1",
    created_at_ms=0,
    expires_at_ms=1,
    mode=Mode.TEST,
)
ATTEMPT = Attempt(
    account_id="account",
    generation_id="generation",
    number=1,
    provider="fal",
    status=AttemptStatus.SUBMITTING,
    callback_token="token",
    cost=ZERO,
    started_at_ms=0,
    deadline_ms=60_000,
    lease_until_ms=20_000,
    mode=Mode.TEST,
)


@pytest.fixture
def provider() -> Provider:
    return Sandbox(GENERATION, ATTEMPT, lambda: 0, lambda prediction_id, delay_s: None)


def test_it_has_the_name_of_the_provider_that_it_stands_for(provider: Provider) -> None:
    assert provider.name == "fal"


def test_no_callback_from_outside_is_genuine(provider: Provider) -> None:
    with pytest.raises(CallbackRejected):
        provider.verify_callback({"authorization": "anything"}, b"{}", 0)


def test_it_needs_no_key(provider: Provider) -> None:
    assert provider.try_key() is KeyTest.ACCEPTED
