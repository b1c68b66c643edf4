"""What a moderation service's adapter promises."""

from __future__ import annotations

from typing import Protocol


class ModerationUnavailable(Exception):
    """The service gave no verdict."""


class Moderator(Protocol):
    """A moderation service."""

    def flags(self, prompt: str) -> bool:
        """Whether the prompt is refused. Raises ModerationUnavailable."""
