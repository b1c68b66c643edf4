"""Cloudflare's own client against the simulator."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cloudflare import Cloudflare, RateLimitError

FLUX = "@cf/black-forest-labs/flux-1-schnell"


@pytest.fixture
def cloudflare(simulator_url: str) -> Cloudflare:
    return Cloudflare(api_token="key", base_url=f"{simulator_url}/cloudflare/client/v4", max_retries=0)


def test_a_picture_is_in_the_answer(cloudflare: Cloudflare) -> None:
    made: Any = cloudflare.ai.run(FLUX, account_id="account", prompt="a lighthouse", seed=7)
    assert base64.b64decode(made["image"]).startswith(b"\xff\xd8\xff")


def test_two_refusals_of_one_status_are_told_by_their_codes(cloudflare: Cloudflare) -> None:
    codes = []
    for fault in ("billing", "429"):
        with pytest.raises(RateLimitError) as refused:
            cloudflare.ai.run(FLUX, account_id="account", prompt=f"[[cloudflare:{fault}]]")
        codes.append(refused.value.errors[0].code)
    assert codes == [3036, 3040]
