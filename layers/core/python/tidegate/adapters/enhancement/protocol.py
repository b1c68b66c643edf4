"""What rewrites prompts."""

from __future__ import annotations

from typing import Protocol

from tidegate.domain.library.enhancement import Template


class EnhancementUnavailable(Exception):
    """There is no rewritten prompt: the service is not set up, does not answer, or says nothing."""


class Enhancer(Protocol):
    """Rewrites prompts."""

    def enhance(self, prompt: str, template: Template) -> str:
        """Return the rewritten prompt. Raises EnhancementUnavailable."""
