"""Live and test."""

from __future__ import annotations

import uuid

from tidegate.domain.mode import Mode, sandbox_id

ACCOUNT = "22222222-2222-4222-8222-222222222222"


def test_an_account_has_one_sandbox_and_shares_it_with_nobody() -> None:
    assert sandbox_id(ACCOUNT) == sandbox_id(ACCOUNT)
    assert sandbox_id(ACCOUNT) != sandbox_id(str(uuid.uuid4()))
    assert uuid.UUID(sandbox_id(ACCOUNT)).version == 5  # accounts' own ids are of version 4


def test_live_is_what_carries_no_mode() -> None:
    assert Mode.LIVE.stored is None
    assert Mode.TEST.stored is Mode.TEST
