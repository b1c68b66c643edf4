"""What a provider is asked to make for an attempt."""

from __future__ import annotations

import hashlib

from tidegate.adapters.providers.protocol import ProviderRefused
from tidegate.domain.attempt import Attempt, Failure, FailureClass, FailureCode, Job
from tidegate.domain.generation import Generation
from tidegate.domain.money import ZERO, Money
from tidegate.domain.pricing import cost
from tidegate.domain.stored_files import with_urls
from tidegate.domain.translation import native_input
from tidegate.usecases.attempts.context import Context

_SEED = "generation_seed"


def build_job(context: Context, generation: Generation, attempt: Attempt) -> Job:
    """Say the generation in the provider's words. Building it again gives the same job, but for signed URLs.

    Every attempt gets a seed of its own unless the caller chose one, so that a lost job can be told from
    its like when it is searched for.

    Raises:
        ProviderRefused: the catalogue no longer runs this at the provider; the next one is asked.
    """
    route = context.route(generation, attempt.provider)
    if route is None:
        gone = f"the catalogue no longer runs this {generation.model} at {attempt.provider}"
        raise ProviderRefused(Failure(FailureClass.FAIL_OVER, FailureCode.MODEL_UNAVAILABLE, gone))
    params = with_urls(generation.params, context.input_url)
    rule = route.fields.get(_SEED)
    return Job(
        native_model=route.native_model,
        media_type=generation.media_type,
        input=native_input(route, {_SEED: _own_seed(attempt.reference), **params}),
        callback_url=f"{context.public_base_url}/{attempt.callback_path}" if route.callbacks else None,
        reference=attempt.reference,
        # A signed URL is new with every build, so nothing that was sent can be compared with it.
        searchable=rule is not None
        and rule.to is not None
        and _SEED not in generation.params
        and params == generation.params,
    )


def attempt_cost(context: Context, generation: Generation, provider: str) -> Money:
    """Return what the provider will bill us; nothing if the catalogue no longer knows."""
    route = context.route(generation, provider)
    try:
        return cost(route, generation.params) if route else ZERO
    except KeyError:
        return ZERO


def _own_seed(reference: str) -> int:
    """31 bits, which every provider takes, that follow from the reference."""
    return int.from_bytes(hashlib.sha256(reference.encode()).digest()[:4]) >> 1
