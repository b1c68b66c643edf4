"""An attempt was left in the middle of its submit: find the job, or prove that there is none."""

from __future__ import annotations

from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode
from tidegate.domain.generation import Generation
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.job import build_job
from tidegate.usecases.attempts.resolve import orphan
from tidegate.usecases.attempts.start import claim, lost_for_good, note_submitted, refused

_SKEW_MS = 60_000  # the provider's clock may differ; a job of ours is told by its seed, not by its time


def is_left_behind(attempt: Attempt, now_ms: int) -> bool:
    """Whether the worker that was sending it must be gone."""
    return attempt.status is AttemptStatus.SUBMITTING and now_ms >= attempt.lease_until_ms


def recover(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Find the job and go on with it; or send it again, once, if it provably never arrived.

    If neither can be known, the attempt becomes an orphan; at a synchronous provider, which cannot answer
    any more, it fails.
    """
    claimed = claim(context, attempt)
    if claimed is None:
        return  # another worker recovers it
    try:
        provider = context.provider(generation, claimed)
        if generation.media_type in provider.abilities.synchronous:
            lost_for_good(context, generation, claimed, provider)
            return
        job = build_job(context, generation, claimed)
        found = provider.search(job, claimed.started_at_ms - _SKEW_MS, context.now_ms() + _SKEW_MS)
    except (SearchUnsupported, OutcomeUnknown, ProviderNotConfigured, ProviderRefused) as error:
        orphan(context, generation, claimed, f"lost submit response; {type(error).__name__}")
        return
    if found is not None:
        note_submitted(context, generation, claimed, found)
        return
    lost = Failure(FailureClass.RETRY, FailureCode.UNKNOWN_OUTCOME, "the submit never reached the provider")
    refused(context, generation, claimed, lost)
