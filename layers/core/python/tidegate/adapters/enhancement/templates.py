"""Rewriting by template alone: no service, no key, the same answer every time."""

from __future__ import annotations

from tidegate.domain.library.enhancement import Template, enhanced


class TemplateEnhancer:
    """The default."""

    def enhance(self, prompt: str, template: Template) -> str:
        """Return the prompt in its template's look."""
        return enhanced(prompt, template)
