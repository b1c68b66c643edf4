"""Shapes of the account endpoints (contracts §1.1 to §1.5)."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field

from reference.shapes import Amount, Count, Shape, Timestamp, Url, Uuid


class Status(Shape):
    """Whose key this is."""

    account_id: Uuid
    apikey_id: Uuid
    apikey_name: str | None
    apikey_prefix: str | None
    """The part of the key that may be shown."""
    apikey_created_at: Timestamp | None
    apikey_last_used_at: Timestamp | None
    """This very request."""
    apikey_expires_at: Timestamp | None
    """Null: never."""


class Account(Shape):
    """Who pays."""

    account_id: Uuid
    account_name: str
    account_email: str | None
    account_is_personal: bool
    account_picture_url: Url | None
    account_created_at: Timestamp


class Billing(Shape):
    """What can be spent. Where credits are granted by the operator, all about plans is null."""

    account_id: Uuid
    billing_plan: str | None
    billing_credit_balance: Amount
    """Credits that can be spent now; what generations in flight may cost is not among them."""
    billing_subscription_status: (
        Literal[
            "active",
            "trialing",
            "past_due",
            "canceled",
            "unpaid",
            "incomplete",
            "incomplete_expired",
            "paused",
        ]
        | None
    )
    billing_cancel_at_period_end: bool | None
    billing_currency: str | None
    billing_period_starts_at: Timestamp | None
    billing_period_ends_at: Timestamp | None
    billing_created_at: Timestamp | None
    billing_updated_at: Timestamp | None


class UsageEndpoint(Shape):
    """Requests to one endpoint."""

    endpoint: str
    total_requests: Count
    success_count: Count
    client_error_count: Count
    server_error_count: Count
    error_codes: dict[str, Count]
    """How often each error code was answered."""


class UsageProvider(Shape):
    """What was submitted to one provider, and what became of it."""

    provider: str
    total_submissions: Count
    used_count: Count
    cancelled_count: Count
    discarded_count: Count
    failed_count: Count
    total_estimated_cost: Amount
    wasted_estimated_cost: Amount
    """What the submissions cost whose result was not used."""


class Usage(Shape):
    """What an account did in the last days."""

    account_id: Uuid
    usage_period_days: Annotated[int, Field(ge=1, le=90)]
    usage_credit_balance: Amount
    usage_total_requests: Count
    usage_total_success: Count
    usage_total_client_errors: Count
    usage_total_server_errors: Count
    usage_total_generations: Count
    usage_total_provider_submissions: Count
    usage_total_estimated_cost: Amount
    usage_endpoints: list[UsageEndpoint]
    usage_providers: list[UsageProvider]


class Estimate(Shape):
    """What generations would cost. A submit with the same parameters is charged exactly this."""

    model_identifier: str
    model_type: Literal["image", "video"]
    assets_count: Annotated[int, Field(ge=1, le=100)]
    """How many generations were priced."""
    cost_per_second: NotRequired[Amount]
    """Videos only."""
    duration_seconds: NotRequired[Annotated[float, Field(gt=0)]]
    """Videos only."""
    resolution: NotRequired[str]
    """Where the price depends on it."""
    cost_per_generation: Amount
    cost_total_consumed: Amount
    credit_balance: Amount | None
    """Null, as the two below, when the balance cannot be read at the moment."""
    credit_balance_can_afford: bool | None
    credit_balance_max_affordable: Count | None
