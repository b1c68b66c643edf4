"""A prompt becomes a better one, if the service that rewrites it answers."""

from __future__ import annotations

from tidegate.adapters.enhancement.protocol import EnhancementUnavailable, Enhancer
from tidegate.domain.library.enhancement import Template, fitting


def enhance(enhancer: Enhancer, prompt: str, template: Template) -> tuple[str, str | None]:
    """Return the rewritten prompt, or the prompt itself and why it was not rewritten.

    A picture of the user's own words is better than none: no failure here stops a generation.
    """
    try:
        return fitting(enhancer.enhance(prompt, template), prompt), None
    except EnhancementUnavailable as error:
        return prompt, str(error)
