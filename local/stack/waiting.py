"""Waiting on a condition with a deadline, over plain HTTP where that is the question."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import urllib3

TIMEOUT_S: Final = 5.0
_STEP_S = 0.05
_OK = 200


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Ask until the condition holds; False when the time is up first."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_STEP_S)
    return True


def answers(url: str, headers: Mapping[str, str] | None = None) -> bool:
    """Whether a GET of the URL is answered with 200."""
    try:
        return urllib3.request("GET", url, headers=headers, timeout=TIMEOUT_S, retries=False).status == _OK
    except urllib3.exceptions.HTTPError:
        return False
