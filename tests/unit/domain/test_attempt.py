"""How an attempt is known at its provider."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.domain.test_tally import BEGUN


def test_an_attempt_is_called_back_under_its_provider_its_reference_and_its_token() -> None:
    attempt = replace(BEGUN, number=2)
    assert attempt.reference == "generation/2"
    assert attempt.callback_path == "callbacks/replicate/generation/2/token"
