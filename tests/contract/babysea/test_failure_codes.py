"""``generation_error_code`` of failed generations (contracts §2.4, BSE4)."""

from __future__ import annotations

import pytest

from tidegate.domain.attempt import FailureCode
from tidegate.surfaces.babysea.errors import ERRORS, generation_error_code


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (FailureCode.INVALID_INPUT, "BSE2001"),
        (FailureCode.CONTENT_POLICY, "BSE4007"),
        (FailureCode.AUTH, "BSE4004"),
        (FailureCode.BILLING, "BSE4005"),
        (FailureCode.RATE_LIMITED, "BSE4003"),
        (FailureCode.UNAVAILABLE, "BSE4004"),
        (FailureCode.MODEL_UNAVAILABLE, "BSE4004"),
        (FailureCode.TIMEOUT, "BSE4002"),
        (FailureCode.ERROR, "BSE4001"),
        (FailureCode.INVALID_RESPONSE, "BSE4008"),
        (FailureCode.UNKNOWN_OUTCOME, "BSE4002"),
        (FailureCode.CANCELED, "BSE4001"),
        (FailureCode.ALL_FAILED, "BSE4006"),
        ("internal", "BSE5001"),
        ("a code of a later release", "BSE4001"),
    ],
)
def test_a_failure_has_its_code(code: str, shown: str) -> None:
    assert generation_error_code(code) == shown


def test_no_failure_is_forgotten() -> None:
    assert ERRORS.keys() >= set(FailureCode)
