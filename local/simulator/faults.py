"""Scripted faults: which there are, how a prompt asks for one, and the queue that the control API fills."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

STATUSES = (401, 402, 403, 404, 422, 429, 500, 502, 503, 504)
ANY = "fault"  # the scope that means every provider
_WORD = re.compile(r"\[\[(\w+):(\w+)(?::([\w.-]+))?(?:\*(\d+))?\]\]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
CODES = frozenset({"error", "failed_with"})  # the faults whose argument is one of the vendor's own codes


@dataclass(frozen=True, slots=True)
class FaultKind:
    """A fault that can be scripted. ``argument`` names its number, ``default`` is used without one."""

    name: str
    stage: str
    effect: str
    argument: str = ""
    default: float = 0


KINDS: Mapping[str, FaultKind] = {
    kind.name: kind
    for kind in (
        *(FaultKind(str(status), "submit", f"the vendor's own {status}; no job") for status in STATUSES),
        FaultKind("429", "submit", "the vendor's own 429; no job", "Retry-After in seconds"),
        FaultKind("billing", "submit", "the vendor's marker of an empty account; no job"),
        FaultKind("error", "submit", "the vendor's own error of that code; no job", "code"),
        FaultKind("hang", "submit", "never answers; no job"),
        FaultKind("lost", "submit", "the job is made and runs, the connection is dropped unanswered"),
        FaultKind("submit_delay", "submit", "the job is made at once, the answer comes late", "seconds", 5),
        FaultKind("malformed", "submit", "the job is made and runs, the answer is a 200 with garbage"),
        FaultKind("slow", "job", "takes longer than usual", "seconds", 10),
        FaultKind("late", "job", "finishes far beyond any deadline", "seconds", 900),
        FaultKind("stuck", "job", "never leaves the queue"),
        FaultKind("failed", "job", "ends with a model error"),
        FaultKind("failed_with", "job", "ends with the vendor's own error of that code", "code"),
        FaultKind("infrastructure", "job", "ends because the vendor's machine broke down"),
        FaultKind("moderation", "job", "ends with the vendor's content policy error"),
        FaultKind("nsfw", "job", "ends with the vendor's mark on the output itself"),
        FaultKind("unknown_status", "job", "shows a status word that nobody documented until it is done"),
        FaultKind("cancel_ignored", "job", "takes a cancel, then runs on and calls back all the same"),
        FaultKind("poll_error", "poll", "the first polls answer 500", "number of polls", 3),
        FaultKind("poll_malformed", "poll", "the first polls answer garbage", "number of polls", 3),
        FaultKind("html_output", "output", "the file is an HTML page that claims to be the picture"),
        FaultKind("oversized_output", "output", "the file never ends"),
        FaultKind("truncated_output", "output", "the connection breaks in the middle of the file"),
        FaultKind("corrupt_output", "output", "the file arrives whole, but only half of it is there"),
        FaultKind("expired_output", "output", "the file is gone", "status", 403),
        FaultKind("partial", "output", "one file fewer than asked for"),
        FaultKind("no_callback", "callback", "no callback is sent"),
        FaultKind("bad_signature", "callback", "the callback's signature is wrong"),
        FaultKind("stale_callback", "callback", "the callback's timestamp is an hour old, correctly signed"),
        FaultKind("duplicate_callback", "callback", "every callback is sent twice"),
    )
}


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of one submit."""

    arguments: Mapping[str, float | None] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)  # the vendor's own code, by fault

    def __contains__(self, name: str) -> bool:
        return name in self.arguments

    def names(self) -> list[str]:
        """What they are called."""
        return list(self.arguments)

    def number(self, name: str) -> float:
        """The fault's argument, or its default."""
        given = self.arguments.get(name)
        return KINDS[name].default if given is None else given

    def status(self) -> int | None:
        """The HTTP status to refuse the submit with, if any."""
        return next((int(name) for name in self.arguments if name.isdigit()), None)

    def code(self, name: str) -> str:
        """The vendor's own code that this fault names; empty when it was not given one."""
        return self.codes.get(name, "")


NONE = Faults()


@dataclass(slots=True)
class Scripted:
    """A fault that waits for the next submits to one provider, or to any when ``provider`` is None."""

    fault: str
    provider: str | None = None
    model: str | None = None
    argument: float | None = None
    code: str | None = None
    count: int = 1

    def fits(self, provider: str, model: str) -> bool:
        """Whether this submit is meant."""
        return self.provider in {None, provider} and self.model in {None, model}


class FaultScript:
    """Decides which faults a submit gets: those queued by the control API, and those its prompt asks for."""

    def __init__(self) -> None:
        self.queue: list[Scripted] = []
        self._spent: Counter[tuple[str, str, str]] = Counter()

    def take(self, provider: str, model: str, prompt: str) -> Faults:
        """The faults of this submit. Queued ones are used up by it."""
        asked = dict(self._asked(provider, prompt))
        arguments = {name: _number(text) for name, text in asked.items()}
        codes = {name: text for name, text in asked.items() if name in CODES}
        for scripted in [entry for entry in self.queue if entry.fits(provider, model)][:1]:
            arguments[scripted.fault] = scripted.argument
            codes |= {scripted.fault: scripted.code} if scripted.code else {}
            scripted.count -= 1
        self.queue = [entry for entry in self.queue if entry.count > 0]
        return Faults(arguments, codes)

    def clear(self) -> None:
        """Forget everything."""
        self.queue.clear()
        self._spent.clear()

    def _asked(self, provider: str, prompt: str) -> Iterable[tuple[str, str]]:
        for scope, name, argument, times in _WORD.findall(prompt):
            if scope not in {ANY, provider} or name not in KINDS:
                continue
            key = (provider, name, prompt)
            if times and self._spent[key] >= int(times):
                continue
            self._spent[key] += 1
            yield name, argument


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def unknown_words(prompt: str, providers: Iterable[str]) -> list[str]:
    """Fault words that mean nothing here: almost surely a typing mistake."""
    scopes = {ANY, *providers}
    return [match[0] for match in _WORD.finditer(prompt) if match[1] not in scopes or match[2] not in KINDS]
