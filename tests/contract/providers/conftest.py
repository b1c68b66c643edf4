"""What every test of an adapter may rely on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tidegate.adapters.providers import signature


@pytest.fixture(autouse=True)
def _a_role(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The credentials of a function's role, as Lambda gives them."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "role-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session-token")
    signature.own_role.cache_clear()
    yield
    signature.own_role.cache_clear()
