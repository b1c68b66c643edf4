"""Past jobs and what they cost (contracts/sharkapi §8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from tidegate.domain.errors import InvalidInput
from tidegate.domain.generation import Generation, Status
from tidegate.domain.money import ZERO
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import in_dollars
from tidegate.surfaces.sharkapi.jobs import first_status, is_moderated, job_id

DEFAULT_DAYS: Final = 90
MAX_JOBS: Final = 5_000  # read at most for one answer; a narrower ``from`` and ``to`` reach the others
_STATUSES: Final = ("queued", "processing", "complete", "failed", "moderated")
_WHOLE: Final = re.compile(r"[0-9]{1,9}")
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. Times are epoch milliseconds, ``until_ms`` exclusive."""

    limit: int
    offset: int
    status: str | None
    mode: str | None
    since_ms: int
    until_ms: int

    def wants(self, generation: Generation) -> bool:
        """Whether a job is asked for."""
        if self.status is not None and first_status(generation) != self.status:
            return False
        return self.mode is None or generation.note.get("mode") == self.mode


def read_question(request: Request, now_ms: int) -> Question:
    """Read the query string.

    Raises:
        InvalidInput: a value that cannot be meant.
    """
    query = request.query
    status = query.get("status")
    if status is not None and status not in _STATUSES:
        raise InvalidInput(f"status must be one of {', '.join(_STATUSES)}.")
    since, until = _day(query.get("from"), "from"), _day(query.get("to"), "to")
    since_ms = now_ms - DEFAULT_DAYS * _DAY_MS if since is None else _ms(since)
    return Question(
        limit=min(100, max(1, _whole(query.get("limit"), "limit", 20))),
        offset=_whole(query.get("offset"), "offset", 0),
        status=status,
        mode=query.get("mode"),
        since_ms=max(0, since_ms),
        until_ms=now_ms + 1 if until is None else _ms(until) + _DAY_MS,
    )


def present_history(
    question: Question,
    jobs: Iterable[Generation],
    public_url: Callable[[str], str],
    is_removed: Callable[[Generation], bool],
) -> dict[str, object]:
    """A page of the jobs asked for, newest first, and what all of them come to."""
    wanted = [job for job in jobs if question.wants(job)]
    page = wanted[question.offset : question.offset + question.limit]
    return {
        "data": [_entry(job, None if is_removed(job) else public_url) for job in page],
        "total": len(wanted),
        "limit": question.limit,
        "offset": question.offset,
        "summary": _summary(wanted),
    }


def _entry(job: Generation, public_url: Callable[[str], str] | None) -> dict[str, object]:
    done, moderated = job.status is Status.SUCCEEDED, is_moderated(job)
    return {
        "job_id": job_id(job.generation_id),
        "status": first_status(job),
        "type": job.note.get("type"),
        "mode": job.note.get("mode"),
        "prompt": "[content removed]" if moderated else job.params.get("generation_prompt"),
        "cost": in_dollars(job.price) if done else None,
        "token": job.note.get("token"),
        "moderation": "blocked" if moderated else "passed",
        "image_url": public_url(job.outputs[0].key) if public_url and job.outputs else None,
        "created_at": timestamp(job.created_at_ms),
        "completed_at": optional_timestamp(job.completed_at_ms) if done else None,
    }


def _summary(jobs: Sequence[Generation]) -> dict[str, object]:
    statuses = [first_status(job) for job in jobs]
    modes = [job.note.get("mode") for job in jobs]
    spent = sum((job.price for job in jobs if job.status is Status.SUCCEEDED), ZERO)
    return {
        "total_requests": len(jobs),
        "successful_requests": statuses.count("complete"),
        "failed_requests": statuses.count("failed"),
        "moderated_requests": statuses.count("moderated"),
        "total_spend": in_dollars(spent),
        "mode_1k_count": modes.count("1k"),
        "mode_2k_count": modes.count("2k"),
    }


def _whole(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise InvalidInput(f"{name} must be a whole number.")
    return int(text)


def _day(text: str | None, name: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.partition("T")[0])
    except ValueError as error:
        raise InvalidInput(f"{name} must be an ISO date, such as 2026-11-20.") from error


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
