"""Shapes of the health endpoints (contracts §1.13)."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape

Milliseconds = Annotated[float, Field(ge=0)]


class HealthWindow(Shape):
    """The recent attempts that a status rests on."""

    total_attempts: Count
    failures: Count
    successes: Count
    duration_seconds: Annotated[float, Field(gt=0)]


class ProviderHealth(Shape):
    """How a provider does."""

    provider: str
    status: Literal["healthy", "recovering", "degraded", "unknown"]
    failure_rate: Annotated[float, Field(ge=0, le=1)]
    window: HealthWindow


class HealthProviders(Shape):
    """How the providers do."""

    service: Literal["providers"]
    healthy: bool
    """False when one is degraded."""
    providers_total: Count
    providers: list[ProviderHealth]


class ModelAtProvider(Shape):
    """Whether a provider serves a model at the moment, and under which name."""

    available: bool
    raw_model_id: str | None


class ModelHealth(Shape):
    """Who serves a model at the moment."""

    model_identifier: str
    model_type: Literal["image", "video", "unknown"]
    model_pricing: NotRequired[Amount]
    """Left out where the price depends on parameters."""
    providers: dict[str, ModelAtProvider]


class HealthModels(Shape):
    """Who serves which model at the moment."""

    service: Literal["models"]
    healthy: bool
    models_total: Count
    models: list[ModelHealth]


class HealthStorage(Shape):
    """Whether outputs can be stored."""

    service: Literal["storage"]
    healthy: bool
    latency_ms: Milliseconds
    bucket: str
    error: NotRequired[str]


class HealthCache(Shape):
    """Whether state can be read."""

    service: Literal["redis"]
    """A fixed word, whatever stores the state."""
    healthy: bool
    latency_ms: Milliseconds
    error: NotRequired[str]
