"""A project, spoken to as its clients do, while somebody else does something in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.babysea.gateway import Clock
from tests.contract.banatie.client import Client
from tests.integration.conftest import SESSION

Meanwhile = Callable[[object, str, Callable[[], object]], None]


@pytest.fixture
def client(aws: dict[str, str]) -> Client:
    """A project with a key, whose account has one dollar."""
    return Client(Clock({**aws, "TIDEGATE_ENDINGS_QUEUE_URL": aws["TIDEGATE_ATTEMPTS_QUEUE_URL"]}, SESSION))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen once, as soon as the next call of a method has returned what it read."""

    def arrange(owner: Any, method: str, event: Callable[[], object]) -> None:
        read = getattr(owner, method)

        def slow(*args: Any, **kwargs: Any) -> Any:
            found = read(*args, **kwargs)
            monkeypatch.setattr(owner, method, read)
            event()
            return found

        monkeypatch.setattr(owner, method, slow)

    return arrange
