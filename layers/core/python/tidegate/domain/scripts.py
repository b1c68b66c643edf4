"""What a caller in test mode can ask for: in the prompt (``[[test:slow=5]]``) or in a header (``slow=5``).

The words and what follows from each are told to callers in docs/test-mode.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.domain.errors import InvalidInput

HEADER: Final = "X-Tidegate-Test"
MAX_SECONDS: Final = 3_600
_IN_PROMPT: Final = re.compile(r"\[\[test:(.*?)\]\]", re.DOTALL)
_FORM: Final = re.compile(r"([a-z_]{1,32})(?:=([0-9]{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Word:
    """One scripted outcome. ``seconds`` says whether it takes a number of them."""

    name: str
    is_refusal: bool = False  # of the request itself: nothing is held
    seconds: bool = False


WORDS: Final[Mapping[str, Word]] = {
    word.name: word
    for word in (
        Word("success"),
        Word("slow", seconds=True),
        Word("fail"),
        Word("moderation"),
        Word("error"),
        Word("bad_output"),
        Word("failover"),
        Word("all_fail"),
        Word("out_of_funds"),
        Word("rate_limited"),
        Word("timeout", seconds=True),
        Word("lost"),
        Word("late", seconds=True),
        Word("insufficient_credits", is_refusal=True),
        Word("rate_limit", is_refusal=True),
        Word("concurrency", is_refusal=True),
        Word("unavailable", is_refusal=True),
    )
}


@dataclass(frozen=True, slots=True)
class Script:
    """What is to happen to one generation."""

    name: str = "success"
    seconds: int | None = None

    @property
    def is_refusal(self) -> bool:
        """Whether the request itself is to be refused."""
        return WORDS[self.name].is_refusal

    @property
    def attempt_s(self) -> int | None:
        """How long an attempt is waited for; None: as long as ever."""
        return self.seconds if self.name in {"timeout", "late"} else None

    def __str__(self) -> str:
        return self.name if self.seconds is None else f"{self.name}={self.seconds}"


def read_script(header: str | None, prompt: object) -> Script | None:
    """Return what a request asks for; the header goes before the prompt. None: it asks for nothing.

    Raises:
        InvalidInput: an unknown word, or more than one in the prompt.
    """
    if header is not None:
        return parse_script(header.strip(), field=HEADER)
    found = _IN_PROMPT.findall(prompt) if isinstance(prompt, str) else []
    if len(found) > 1:
        raise InvalidInput("A prompt can ask for one test outcome only.", field="generation_prompt")
    return parse_script(found[0], field="generation_prompt") if found else None


def parse_script(text: str, *, field: str | None = None) -> Script:
    """Read a word, or a word and its seconds: ``slow=5``.

    Raises:
        InvalidInput: it is none; the message lists those that there are.
    """
    match = _FORM.fullmatch(text)
    word = WORDS.get(match[1]) if match else None
    if match is None or word is None or (match[2] is not None and not word.seconds):
        raise InvalidInput(f"{text[:40]!r} is no test outcome. There are: {_listed()}.", field=field)
    seconds = None if match[2] is None else int(match[2])
    if seconds is not None and not 1 <= seconds <= MAX_SECONDS:
        raise InvalidInput(f"{word.name} takes 1 to {MAX_SECONDS} seconds.", field=field)
    return Script(word.name, seconds)


def _listed() -> str:
    return ", ".join(f"{word.name}[=seconds]" if word.seconds else word.name for word in WORDS.values())
