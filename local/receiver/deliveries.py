"""What arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to a hook. ``verified`` is None while no secret is known."""

    number: int
    at: float  # epoch seconds
    path: str
    headers: Mapping[str, str]
    text: str  # the raw body, undecodable bytes replaced
    body: Any  # the body as JSON, None if it is none
    verified: bool | None
    refused_because: str | None  # why it is not verified
    status: int  # what was answered

    def fits(self, generation_id: str | None, event: str | None) -> bool:
        """Whether it is about that generation and that event; None means any."""
        body = self.body if isinstance(self.body, dict) else {}
        data = body.get("webhook_data")
        about = data.get("generation_id") if isinstance(data, dict) else None
        return generation_id in {None, about} and event in {None, body.get("webhook_event")}


class Deliveries:
    """All deliveries since the start or the last clear, oldest first; also written to a JSON-lines file."""

    def __init__(self, log: Path | None = None) -> None:
        self._log = log
        self._kept: list[Delivery] = []
        self._last = 0

    def next_number(self) -> int:
        """Numbers grow by one and are not used again after a clear."""
        self._last += 1
        return self._last

    def keep(self, delivery: Delivery) -> None:
        """Add one."""
        self._kept.append(delivery)
        if self._log:
            with self._log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(delivery)) + "\n")

    def list(self, generation_id: str | None = None, event: str | None = None) -> list[dict[str, Any]]:
        """Those that fit."""
        return [asdict(delivery) for delivery in self._kept if delivery.fits(generation_id, event)]

    def clear(self) -> None:
        """Forget all; the file stays."""
        self._kept.clear()
