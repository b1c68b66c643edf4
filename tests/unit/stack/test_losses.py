"""What a new run says of what it could not keep."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.stack.info import StackInfo
from local.stack.losses import tell_what_is_new
from local.stack.progress import Silent

INFO = StackInfo(
    base_url="http://127.0.0.1:8080",
    keys={"babysea": "bye_1", "banatie": "bnt_1"},
    account_id="account-1",
    webhook_secret="whsec_1",
    webhook_endpoint_id="endpoint-1",
    webhook_url="http://127.0.0.1:8091/hooks/tidegate",
    simulator_url="http://127.0.0.1:8090",
    receiver_url="http://127.0.0.1:8091",
    aws_endpoint_url="http://127.0.0.1:4566",
    region="us-east-1",
    outputs={},
    allowed_private_hosts=(),
)


class Noted(Silent):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.mark.parametrize("known", [None, INFO])
def test_the_first_run_and_one_that_kept_everything_say_nothing(known: StackInfo | None) -> None:
    shown = Noted()
    tell_what_is_new(known, INFO, shown)
    assert shown.notes == []


def test_a_lost_state_is_said_in_one_line() -> None:
    shown = Noted()
    tell_what_is_new(INFO, replace(INFO, account_id="account-2", keys={"babysea": "bye_2"}), shown)
    (note,) = shown.notes
    assert "state is lost" in note
    assert "new account, new keys" in note
    assert "\n" not in note


def test_a_key_that_had_to_be_made_anew_is_named() -> None:
    shown = Noted()
    tell_what_is_new(INFO, replace(INFO, keys={**INFO.keys, "banatie": "bnt_2"}), shown)
    assert shown.notes == ["New keys for banatie in tidegate.json: the old ones do not work any more."]
