"""A generation with its attempts, written for scripts and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from rich.console import Group

from cli.render import dollars, facts, listing, moment, span
from tidegate.domain.attempt import Attempt, Failure
from tidegate.domain.generation import Generation, Output
from tidegate.domain.mode import Mode

_ATTEMPT_COLUMNS: Final = (
    "#",
    "provider",
    "status",
    "took",
    "polls",
    "retries",
    "cost",
    "prediction",
    "error",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A generation and its attempts as they stood when they were read. Equal when nothing changed.

    ``output_urls`` are those of the outputs, in order; none when the files are deleted.
    """

    generation: Generation
    attempts: Sequence[Attempt]
    output_urls: Sequence[str]


def snapshot_data(snapshot: Snapshot) -> dict[str, object]:
    """Write everything for scripts."""
    return {
        **generation_data(snapshot.generation),
        "params": dict(snapshot.generation.params),
        "attempts": [attempt_data(attempt) for attempt in snapshot.attempts],
        "outputs": [
            output_data(output, url)
            for output, url in zip_longest(snapshot.generation.outputs, snapshot.output_urls)
        ],
    }


def generation_data(generation: Generation) -> dict[str, object]:
    """Write a generation for scripts. Amounts are exact dollars as text."""
    return {
        "generation_id": generation.generation_id,
        "account_id": generation.account_id,
        "surface": generation.surface,
        "mode": generation.mode.value,
        "script": generation.script,
        "model": generation.model,
        "media_type": generation.media_type.value,
        "status": generation.status.value,
        "price": dollars(generation.price),
        "settlement": generation.settlement.value if generation.settlement else None,
        "providers": list(generation.providers),
        "provider_used": generation.provider_used,
        "error_code": generation.error_code,
        "error_message": generation.error_message,
        "created_at": moment(generation.created_at_ms),
        "started_at": moment(generation.started_at_ms),
        "completed_at": moment(generation.completed_at_ms),
        "expires_at": moment(generation.expires_at_ms),
        "removed_at": moment(generation.removed_at_ms),
        "retention": str(generation.retention),
        "files_until": moment(generation.files_until_ms),
        "record_until": moment(_ms(generation.record_until_s)),
        "predict_ms": generation.predict_ms,
    }


def attempt_data(attempt: Attempt) -> dict[str, object]:
    """Write an attempt for scripts, without its tokens."""
    return {
        "number": attempt.number,
        "provider": attempt.provider,
        "status": attempt.status.value,
        "prediction_id": attempt.prediction.prediction_id if attempt.prediction else None,
        "cost": dollars(attempt.cost),
        "polls": attempt.polls,
        "retries": attempt.retries,
        "started_at": moment(attempt.started_at_ms),
        "resolved_at": moment(attempt.resolved_at_ms),
        "duration_ms": attempt.resolved_at_ms - attempt.started_at_ms if attempt.resolved_at_ms else None,
        "failure": _failure_data(attempt.failure),
    }


def output_data(output: Output, url: str | None) -> dict[str, object]:
    """Write one produced file for scripts."""
    return {
        "url": url,
        "key": output.key,
        "content_type": output.content_type,
        "size_bytes": output.size_bytes,
        "width": output.width,
        "height": output.height,
        "duration_ms": output.duration_ms,
    }


def snapshot_view(snapshot: Snapshot, now_ms: int) -> Group:
    """Show everything; what is not over yet is timed up to ``now_ms``."""
    attempts = listing(
        _ATTEMPT_COLUMNS, [_attempt_row(entry, now_ms) for entry in snapshot.attempts], title="attempts"
    )
    outputs = [f"{output.content_type}, {_size(output)}" for output in snapshot.generation.outputs]
    return Group(
        facts(_summary(snapshot.generation, now_ms)), "", attempts, *(["", *outputs] if outputs else [])
    )


def _summary(generation: Generation, now_ms: int) -> dict[str, object]:
    error = f"{generation.error_code}: {generation.error_message or ''}" if generation.error_code else None
    return {
        "generation": generation.generation_id,
        "account": generation.account_id,
        "model": f"{generation.model} ({generation.media_type}, {generation.surface})",
        "mode": f"test: {generation.script or 'success'}" if generation.mode is Mode.TEST else "live",
        "status": generation.status.value,
        "provider": generation.provider_used or f"asked in order: {', '.join(generation.providers)}",
        "price": dollars(generation.price),
        "settlement": generation.settlement.value if generation.settlement else "held",
        "error": error,
        "created": moment(generation.created_at_ms),
        "waited": span(generation.created_at_ms, generation.started_at_ms),
        "provider's time": span(0, generation.predict_ms),
        "total": span(generation.created_at_ms, generation.completed_at_ms or now_ms),
        "files deleted": moment(generation.removed_at_ms),
        "files kept until": moment(generation.files_until_ms) if generation.removed_at_ms is None else None,
        "record kept until": moment(_ms(generation.record_until_s)),
    }


def _ms(at_s: int | None) -> int | None:
    return None if at_s is None else at_s * 1000


def _attempt_row(attempt: Attempt, now_ms: int) -> tuple[object, ...]:
    return (
        attempt.number,
        attempt.provider,
        attempt.status.value,
        span(attempt.started_at_ms, attempt.resolved_at_ms or now_ms),
        attempt.polls,
        attempt.retries,
        dollars(attempt.cost),
        attempt.prediction.prediction_id if attempt.prediction else None,
        _failure_text(attempt.failure),
    )


def _failure_data(failure: Failure | None) -> dict[str, object] | None:
    if failure is None:
        return None
    return {
        "class": failure.failure_class.value,
        "code": failure.code.value,
        "message": failure.message,
        "http_status": failure.http_status,
    }


def _failure_text(failure: Failure | None) -> str | None:
    if failure is None:
        return None
    status = f" (HTTP {failure.http_status})" if failure.http_status else ""
    return f"{failure.code}{status}: {failure.message}"


def _size(output: Output) -> str:
    parts = [f"{output.size_bytes:,} bytes"]
    if output.width and output.height:
        parts.append(f"{output.width} x {output.height}")
    if output.duration_ms:
        parts.append(span(0, output.duration_ms))
    return ", ".join(parts)


def snapshot_line(snapshot: Snapshot, now_ms: int) -> str:
    """Show where it stands in one line, for a log."""
    generation = snapshot.generation
    attempts = [
        f"#{entry.number} {entry.provider} {entry.status.value}"
        + (f" ({entry.failure.code})" if entry.failure else "")
        for entry in snapshot.attempts
    ]
    took = span(generation.created_at_ms, generation.completed_at_ms or now_ms)
    return " · ".join([took, generation.status.value, *attempts])
