"""Waiting for a job as a vendor's own client shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.simulator.client import eventually


def until_ended(read: Callable[[], Any], status: str) -> Any:
    """The job, once its status is this one."""
    return eventually(lambda: job if (job := read()).status == status else None)
