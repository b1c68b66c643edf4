"""Shapes of the library (contracts §1.11, §1.12)."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape, Url


class ProviderImplementation(Shape):
    """How generations run at a provider."""

    delivery_method: Literal["webhook_with_polling", "synchronous", "polling"]
    cancel_method: Literal["prediction_cancel_api", "queue_cancel_api"] | None
    webhook_verification: Literal["hmac_sha256", "ed25519"] | None
    error_mapping: Literal["bse_error_codes"]
    cost_tracking: Literal["per_generation_usd"]
    schema_conversion: Literal["unified_to_native"]
    failover_strategy: Literal["sequential_provider_chain"]
    health_monitoring: Literal["circuit_breaker"]
    supported_media_types: list[Literal["image", "video"]]
    supported_models_total: Count


class Provider(Shape):
    """A provider."""

    provider_id: str
    provider_name: str
    provider_description: str
    provider_website: Url
    provider_docs: Url
    provider_status: str
    babysea_implementation: ProviderImplementation


class Providers(Shape):
    """All providers."""

    providers: list[Provider]
    providers_total: Count


class ModelSchema(Shape):
    """What a model accepts. The first value of a list is the default."""

    generation_prompt: bool
    generation_ratio: list[str]
    generation_output_format: list[str]
    generation_output_number: Annotated[int, Field(ge=1)]
    """The maximum."""
    generation_input_file: bool
    generation_duration: NotRequired[list[Annotated[float, Field(gt=0)]]]
    """Seconds; videos only."""
    generation_resolution: NotRequired[list[str]]
    generation_generate_audio: NotRequired[bool]


class Model(Shape):
    """A model that can be ordered today."""

    model_type: Literal["image", "video"]
    model_identifier: str
    model_pricing: NotRequired[Amount | dict[str, Amount]]
    """Credits for an image or for a second of video; where it depends on resolution or audio, by `720p`,
    `720p_audio` or `720p_noaudio`."""
    model_supported_provider: list[str]
    """In default order."""
    schema: ModelSchema
    specific_schema: list[str]
    """Further parameters that this model takes."""


class Models(Shape):
    """All models that can be ordered today."""

    models: list[Model]
    models_total: Count
