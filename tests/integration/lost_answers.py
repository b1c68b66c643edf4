"""Writes whose answers are lost on the way: botocore sends them again, and then hears what that made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch


def losing_answers(client: Any, operation: str, of: Callable[[dict[str, Any]], bool] = lambda _: True) -> Any:
    """Apply a client's calls of an operation twice, and answer as the second time; ``of`` says which."""
    call = getattr(client, operation)

    def repeated(**request: Any) -> Any:
        answer = call(**request)
        return call(**request) if of(request) else answer

    return patch.object(client, operation, repeated)
