"""What the BabySea wire shows of our records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from tidegate.domain.generation import Generation, MediaType, ProviderFailure, Status
from tidegate.domain.keys import Key
from tidegate.domain.model import Model, Rate
from tidegate.domain.pricing import audio_mode
from tidegate.domain.stored_files import without_references
from tidegate.surfaces.babysea.endpoint import Answer
from tidegate.surfaces.babysea.envelope import number
from tidegate.surfaces.babysea.errors import UNNAMED_FAILURE, generation_error, generation_error_code
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.usecases.cancel import Cancellation
from tidegate.usecases.list_generations import Page
from tidegate.usecases.remove import Removal
from tidegate.usecases.submit import Submission

_INPUTS: Final = (
    "generation_prompt",
    "generation_ratio",
    "generation_output_format",
    "generation_output_number",
)


def present_key(key: Key) -> dict[str, object]:
    """Who is calling (contracts §1.1)."""
    return {
        "account_id": key.account_id,
        "apikey_id": key.key_id,
        "apikey_name": key.name,
        "apikey_prefix": key.prefix,
        "apikey_created_at": timestamp(key.created_at_ms),
        "apikey_last_used_at": optional_timestamp(key.last_used_at_ms),
        "apikey_expires_at": optional_timestamp(key.expires_at_ms),
    }


def present_submission(submission: Submission) -> Answer:
    """An accepted generation (§1.6). A replay gives the first answer again, its id and time included (§5)."""
    generation = submission.generation
    if generation.status is Status.CANCELED:
        data: dict[str, object] = {
            "generation_id": generation.generation_id,
            "generation_status": generation.status.value,
        }
    else:
        data = {
            "model_identifier": generation.model,
            "generation_provider_order": list(generation.providers),
            "generation_prediction_id": generation.prediction_id,
            "generation_id": generation.generation_id,
            "generation_initialized": True,
        }
    return Answer(
        data,
        "Generation initialized",
        # derived, so that a replay need not store what was answered
        request_id=f"req_{generation.generation_id.replace('-', '')}",
        at_ms=generation.created_at_ms,
        replayed=submission.replayed,
    )


def present_cancellation(cancellation: Cancellation) -> dict[str, object]:
    """A canceled generation (§1.9)."""
    return {
        "generation_id": cancellation.generation_id,
        "generation_status": Status.CANCELED.value,
        "provider_cancel_sent": cancellation.provider_cancel_sent,
        "credits_refunded": cancellation.credits_refunded,
    }


def present_removal(removal: Removal) -> dict[str, object]:
    """Deleted files (§1.10)."""
    return {"generation_id": removal.generation_id, "files_deleted": removal.files_deleted}


def present_page(page: Page, public_url: Callable[[str], str], now_ms: int) -> Answer:
    """Some of an account's records (§1.8)."""
    shown = [present_generation(entry, public_url, now_ms) for entry in page.generations]
    return Answer(
        {"generations": shown},
        "Generations retrieved",
        beside={"total": page.total, "limit": page.limit, "offset": page.offset},
    )


def present_generation(
    generation: Generation, public_url: Callable[[str], str], now_ms: int
) -> dict[str, object]:
    """A generation's record (§1.7). Groups that do not apply are left out; what is not yet known is null."""
    params, removed = without_references(generation.params), generation.is_removed(now_ms)
    files = [] if removed else [public_url(output.key) for output in generation.outputs]
    return {
        "account_id": generation.account_id,
        "generation_id": generation.generation_id,
        "model_identifier": generation.model,
        "generation_provider_order": list(generation.providers),
        "generation_provider_used": generation.provider_used,
        "generation_prediction_id": generation.prediction_id,
        "generation_status": generation.status.value,
        **{name: params[name] for name in _INPUTS},
        "generation_input_file": params.get("generation_input_file"),
        **_further_inputs(params),
        "generation_output_file": files or None,
        **_timing(generation),
        **(_video(params) if generation.media_type is MediaType.VIDEO else {}),
        **(_failure(generation) if generation.status is Status.FAILED else {}),
        **({"generation_removed": True} if removed else {}),
    }


def present_models(models: Iterable[Model]) -> dict[str, object]:
    """The catalogue (§1.12)."""
    shown = [_model(model) for model in models]
    return {"models": shown, "models_total": len(shown)}


def _further_inputs(params: Mapping[str, object]) -> dict[str, object]:
    return {
        name: number(value) if isinstance(value, Decimal) else value
        for name, value in params.items()
        if name not in _INPUTS and name not in _VIDEO
    }


_VIDEO: Final = ("generation_duration", "generation_resolution", "generation_generate_audio")


def _video(params: Mapping[str, object]) -> dict[str, object]:
    shown = {name: params[name] for name in _VIDEO if name in params}
    if "generation_generate_audio" in params:
        shown["generation_audio_mode"] = audio_mode(params)
    return shown


def _timing(generation: Generation) -> dict[str, object]:
    created, completed, predicted = (
        generation.created_at_ms,
        generation.completed_at_ms,
        generation.predict_ms,
    )
    return {
        "generation_created_at": timestamp(created),
        "generation_started_at": optional_timestamp(generation.started_at_ms),
        "generation_completed_at": optional_timestamp(completed),
        "generation_metrics_total_time": None if completed is None else (completed - created) / 1000,
        "generation_metrics_predict_time": None if predicted is None else predicted / 1000,
    }


def _failure(generation: Generation) -> dict[str, object]:
    return {
        "generation_error": generation.error_message or UNNAMED_FAILURE,
        "generation_error_code": generation_error_code(generation.error_code or "internal"),
        **(
            {"generation_provider_errors": [_provider_error(told) for told in generation.provider_failures]}
            if generation.provider_failures
            else {}
        ),
    }


def _provider_error(told: ProviderFailure) -> dict[str, object]:
    """One provider's failure, in the words that the contract has for it (§2.2)."""
    error = generation_error(told.code)
    return {
        "provider": told.provider,
        "code": error.code,
        "type": error.type,
        "message": told.message,
        "retryable": error.retryable,
    }


def _model(model: Model) -> dict[str, object]:
    return {
        "model_type": model.media_type.value,
        "model_identifier": model.identifier,
        "model_pricing": _pricing(model.price),
        "model_supported_provider": list(model.providers),
        "schema": _schema(model),
        "specific_schema": list(model.specific),
    }


def _pricing(rate: Rate) -> object:
    amounts = {key: number(amount.dollars) for key, amount in rate.amounts.items()}
    return amounts if rate.by else amounts[""]


def _schema(model: Model) -> dict[str, object]:
    schema = model.schema
    shown: dict[str, object] = {
        "generation_prompt": True,
        "generation_ratio": list(schema.ratios),
        "generation_output_format": list(schema.formats),
        "generation_output_number": schema.number_max,
        "generation_input_file": schema.input_files_max > 0,
    }
    if schema.durations:
        shown["generation_duration"] = list(schema.durations)
    if schema.resolutions:
        shown["generation_resolution"] = list(schema.resolutions)
    if schema.audio:
        shown["generation_generate_audio"] = True
    return shown
