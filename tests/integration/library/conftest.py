"""A project, spoken to as its clients do, while somebody else does something in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from tests.contract.babysea.gateway import Clock
from tests.contract.banatie.client import Client
from tests.integration.conftest import SESSION


class Meanwhile(Protocol):
    """Lets something happen once, at the next call of a method."""

    def __call__(
        self, owner: object, method: str, event: Callable[[], object], *, before: bool = False
    ) -> None:
        """Let it happen as soon as the call has returned what it read, or just before what it writes."""


@pytest.fixture
def client(aws: dict[str, str]) -> Client:
    """A project with a key, whose account has one dollar."""
    return Client(Clock({**aws, "TIDEGATE_ENDINGS_QUEUE_URL": aws["TIDEGATE_ATTEMPTS_QUEUE_URL"]}, SESSION))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """What comes between a read and the write that rests on it."""

    def arrange(owner: Any, method: str, event: Callable[[], object], *, before: bool = False) -> None:
        original = getattr(owner, method)

        def slow(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(owner, method, original)
            if before:
                event()
                return original(*args, **kwargs)
            found = original(*args, **kwargs)
            event()
            return found

        monkeypatch.setattr(owner, method, slow)

    return arrange
