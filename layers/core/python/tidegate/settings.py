"""What a function's environment says."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tidegate.clients import Clients

if TYPE_CHECKING:
    from botocore.session import Session


class ConfigurationError(RuntimeError):
    """The function's environment lacks a variable or holds nonsense. A deployment fault, never a caller's."""


class Settings(Clients):
    """Variables named ``TIDEGATE_…``, and the clock."""

    def __init__(self, env: Mapping[str, str], session: Session | None = None) -> None:
        """Read settings from ``env``; ``session`` makes the clients, else botocore's default one does."""
        super().__init__(session)
        self._env = env

    def setting(self, name: str, default: str | None = None) -> str:
        """Return ``TIDEGATE_<name>``.

        Raises:
            ConfigurationError: it is not set and has no default.
        """
        value = self._env.get(f"TIDEGATE_{name}", default)
        if value is None:
            raise ConfigurationError(f"TIDEGATE_{name} is not set: the function's construct must provide it")
        return value

    def now_ms(self) -> int:
        """The current time in epoch milliseconds."""
        return time.time_ns() // 1_000_000
