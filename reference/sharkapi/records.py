"""Shapes of what the SharkApi surface answers, in both dialects (contracts: SharkApi §3 to §8)."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape, Timestamp, Url, Uuid
from tidegate.surfaces.sharkapi.modes import load_modes

JobId = Annotated[str, Field(pattern="^job_[0-9a-f]{32}$")]
Dollars = Annotated[str, Field(pattern=r"^\$[0-9]+\.[0-9]{2}$")]
JobStatus = Literal["queued", "processing", "complete", "failed", "moderated"]
Mode = Annotated[str, Field(json_schema_extra={"examples": list(load_modes())})]


class Submitted(Shape):
    """An accepted job."""

    job_id: JobId
    status: Literal["queued"]
    estimated_cost: Dollars
    """`$0.00` for a free trial. It is charged when the job is complete."""
    poll_url: Url
    created_at: Timestamp


class Job(Shape):
    """A job as it stands now."""

    job_id: JobId
    status: JobStatus
    image_url: Url | None
    """There when it is complete."""
    mode: Mode | None
    prompt: str | None
    cost: Dollars | None
    """What was charged; null unless it is complete."""
    error: str | None
    """Why there is no picture."""
    created_at: Timestamp
    completed_at: Timestamp | None


class Model(Shape):
    """What makes the picture."""

    name: str
    code: str
    variant: Mode | None
    category: Literal["image"]


class PricedModel(Model):
    """What makes the picture, and for how much."""

    price_usd: Amount


class SubmittedImage(Shape):
    """An accepted job."""

    job_id: Uuid
    status: Literal["queued"]
    poll_url: str
    """A path."""
    created_at: Timestamp
    price_usd: Amount
    model: PricedModel


class ImageJob(Shape):
    """A job as it stands now."""

    job_id: Uuid
    status: Literal["queued", "processing", "completed", "failed", "cancelled"]
    image_url: Url | None
    cost: Dollars | None
    error: str | None
    queued_at: Timestamp
    started_at: Timestamp | None
    completed_at: Timestamp | None
    created_at: Timestamp
    model: Model


class Balance(Shape):
    """What is in the wallet; it falls when a job is complete, and not before."""

    balance: Dollars
    currency: Literal["USD"]
    free_trials_remaining: Count
    updated_at: Timestamp


class PastJob(Shape):
    """A job, with what it came to."""

    job_id: JobId
    status: JobStatus
    type: Literal["text", "text+image"] | None
    mode: Mode | None
    prompt: str | None
    """`[content removed]` where it was refused."""
    cost: Dollars | None
    """Null unless it is complete."""
    token: str | None
    """The name of the token that submitted it."""
    moderation: Literal["passed", "blocked"]
    image_url: Url | None
    created_at: Timestamp
    completed_at: Timestamp | None


class Summary(Shape):
    """What all jobs that were asked for come to."""

    total_requests: Count
    successful_requests: Count
    failed_requests: Count
    moderated_requests: Count
    total_spend: Dollars
    mode_1k_count: Count
    mode_2k_count: Count


class History(Shape):
    """A page of past jobs, newest first."""

    data: list[PastJob]
    total: Count
    """How many were asked for."""
    limit: Annotated[int, Field(ge=1, le=100)]
    offset: Count
    summary: Summary


class Token(Shape):
    """A token as it may be shown again."""

    id: Uuid
    user_id: Uuid
    name: str | None
    key_prefix: str | None
    is_active: bool
    last_used_at: Timestamp | None
    created_at: Timestamp
    revoked_at: None


class NewToken(Shape):
    """A token, shown in full this once."""

    key: Annotated[str, Field(pattern="^sk_live_[0-9a-f]{64}$")]
    apiKey: Token


class Checkout(Shape):
    """Where to pay."""

    checkout_url: Url
    amount: Dollars
    status: Literal["pending"]


class ErrorBody(Shape):
    """What went wrong."""

    code: str
    """Stable: decide by this."""
    message: str
    status: Annotated[int, Field(ge=400, le=599)]
    """The same as the HTTP status."""


class Error(Shape):
    """Every error on the paths of the first dialect comes so."""

    error: ErrorBody


class ErrorText(Shape):
    """Every error on the paths of the second dialect comes so."""

    error: str
    code: NotRequired[Literal["INSUFFICIENT_BALANCE"]]
    """There for an empty wallet only."""
