"""Shapes of generations and their records (contracts §1.6 to §1.10)."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from reference.shapes import Count, Shape, Timestamp, Url, Uuid

GenerationStatus = Literal["pending", "processing", "succeeded", "failed", "canceled"]
PredictionId = Annotated[str, Field(pattern="^pred_")]
Seconds = Annotated[float, Field(ge=0)]


class Started(Shape):
    """An accepted generation: its price is held, and it runs in the background."""

    model_identifier: str
    generation_provider_order: list[str]
    """The providers that are tried, in this order."""
    generation_prediction_id: PredictionId
    generation_id: Uuid
    generation_initialized: Literal[True]


class CanceledBefore(Shape):
    """The answer to a repeated `Idempotency-Key` whose generation was canceled meanwhile."""

    generation_id: Uuid
    generation_status: Literal["canceled"]


class ProviderError(Shape):
    """One provider's failure."""

    provider: str
    code: Annotated[str, Field(pattern="^BSE[0-9]{4}$")]
    type: str
    message: str
    retryable: bool


class Generation(Shape):
    """A generation's record. Beside these it holds the model's own parameters, as they were given."""

    account_id: Uuid
    generation_id: Uuid
    model_identifier: str
    generation_provider_order: list[str]
    generation_provider_used: str | None
    """Null until one has succeeded."""
    generation_prediction_id: PredictionId | None
    generation_status: GenerationStatus
    generation_prompt: str
    generation_ratio: str
    generation_output_format: str
    generation_output_number: Annotated[int, Field(ge=1)]
    generation_input_file: list[Url] | None
    generation_input_file_last_content: NotRequired[Url]
    generation_output_file: list[Url] | None
    """Null while unfinished, and after the files were removed. These URLs redirect."""
    generation_created_at: Timestamp
    generation_started_at: Timestamp | None
    generation_completed_at: Timestamp | None
    generation_metrics_total_time: Seconds | None
    """Seconds from acceptance to end."""
    generation_metrics_predict_time: Seconds | None
    """Seconds at the provider."""
    generation_duration: NotRequired[Annotated[float, Field(gt=0)]]
    """Seconds; videos only."""
    generation_resolution: NotRequired[str]
    """Videos only."""
    generation_generate_audio: NotRequired[bool]
    """Videos only."""
    generation_audio_mode: NotRequired[Literal["audio", "noaudio"]]
    """Videos only."""
    generation_error: NotRequired[str]
    """Failures only."""
    generation_error_code: NotRequired[Annotated[str, Field(pattern="^BSE[0-9]{4}$")]]
    """Failures only."""
    generation_provider_errors: NotRequired[list[ProviderError]]
    """Where several providers were asked and all of them failed: why each did, in the order of asking."""
    generation_removed: NotRequired[bool]
    """There, and true, once the files were deleted or have expired."""


class GenerationPage(Shape):
    """Some of the account's records, newest first."""

    generations: list[Generation]


class Cancellation(Shape):
    """A canceled generation."""

    generation_id: Uuid
    generation_status: Literal["canceled"]
    provider_cancel_sent: bool
    """Whether a provider was at work and is told, best effort."""
    credits_refunded: bool


class Removal(Shape):
    """Deleted files."""

    generation_id: Uuid
    files_deleted: Count
    """0 when they were deleted before."""
