"""One try at one provider, and the words in which every provider's answer is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tidegate.domain.generation import MediaType
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money


class FailureClass(StrEnum):
    """What a failure means for the generation (contracts/providers §0.2)."""

    RETRY = "retry"  # same provider again after a delay, then fail over
    FAIL_OVER = "fail_over"  # this provider cannot serve it now; ask the next one
    FAIL = "fail"  # nobody should try: invalid input, content policy
    OUT_OF_FUNDS = "out_of_funds"  # our account there is empty or locked: fail over and alert


class FailureCode(StrEnum):
    """Why, in words that are the same for all providers."""

    INVALID_INPUT = "invalid_input"
    CONTENT_POLICY = "content_policy"
    AUTH = "provider_auth"
    BILLING = "provider_credits_exhausted"
    RATE_LIMITED = "provider_rate_limited"
    UNAVAILABLE = "provider_unavailable"
    MODEL_UNAVAILABLE = "provider_model_unavailable"
    TIMEOUT = "provider_timeout"
    ERROR = "provider_error"
    INVALID_RESPONSE = "provider_invalid_response"
    UNKNOWN_OUTCOME = "unknown_outcome"
    CANCELED = "provider_canceled"
    ALL_FAILED = "all_providers_failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """A definite failure as the provider told it. ``message`` is trimmed, free of secrets, safe to store."""

    failure_class: FailureClass
    code: FailureCode
    message: str
    http_status: int | None = None
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What a provider is asked to make. ``input`` is already in the provider's own field names."""

    native_model: str
    media_type: MediaType
    input: Mapping[str, object]
    callback_url: str | None  # None: this provider gets no callback
    reference: str  # "<generation id>/<attempt number>", for logs and tokens at the provider
    searchable: bool = False  # the input holds a seed of our own: no other job has the same
    timeout_s: float = 30.0  # for the submit, its answer included


@dataclass(frozen=True, slots=True)
class Prediction:
    """A job that a provider accepted. ``urls`` holds the URLs that it gave for status, result and cancel."""

    provider: str
    prediction_id: str
    native_model: str
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaFile:
    """One produced file: a URL to fetch, the bytes themselves, or a key of our own bucket."""

    url: str | None = None
    data: bytes | None = None
    key: str | None = None  # where a provider that writes into our account has put it
    content_type: str | None = None  # as declared, never trusted
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # for the URL's own origin only


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the job and will work on it."""

    prediction: Prediction


@dataclass(frozen=True, slots=True)
class Running:
    """Not finished. ``retry_after_s`` is the provider's own wish for the next poll."""

    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Finished, with what it made."""

    files: tuple[MediaFile, ...]
    predict_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Finished without a result."""

    failure: Failure


class AttemptStatus(StrEnum):
    """Where an attempt stands."""

    WAITING = "waiting"  # definitely not taken; will be sent again to the same provider
    SUBMITTING = "submitting"  # written before the first byte is sent: a crash leaves it here
    SUBMITTED = "submitted"
    USED = "used"
    FAILED = "failed"
    CANCELED = "cancelled"  # two l's on the BabySea wire (usage_providers)
    DISCARDED = "discarded"  # it finished, but the generation was already terminal: wasted cost
    SKIPPED = "skipped"  # never sent: the provider fails too often just now, or the operator shut it
    ORPHANED = "orphaned"  # outcome unknown; nobody waits for it, the reconciler still asks

    @property
    def is_open(self) -> bool:
        """Whether the provider may still be working on it."""
        return self in MAYBE_RUNNING


MAYBE_RUNNING: Final = frozenset({AttemptStatus.SUBMITTING, AttemptStatus.SUBMITTED, AttemptStatus.ORPHANED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one provider. Times are epoch milliseconds."""

    account_id: str
    generation_id: str
    number: int  # from 1
    provider: str
    status: AttemptStatus
    callback_token: str
    cost: Money  # what we pay the provider by the catalogue, if it is billed
    started_at_ms: int
    deadline_ms: int  # after this, fail over and keep it as orphaned
    lease_until_ms: int  # while submitting: until then another worker may be sending it
    owner: str = ""  # who sends it: a claim by somebody else makes this worker's changes void
    task_tokens: tuple[str, ...] = ()  # usually one; answering a stale one does no harm
    prediction: Prediction | None = None
    polls: int = 0
    retries: int = 0
    resolved_at_ms: int | None = None
    failure: Failure | None = None
    mode: Mode = Mode.LIVE  # the generation's
    model: str = ""  # which model it is an attempt at; empty on those written before it was noted

    @property
    def reference(self) -> str:
        """What it is called at the provider."""
        return f"{self.generation_id}/{self.number}"

    @property
    def callback_path(self) -> str:
        """Where the provider calls back, below our base URL. Nobody else can guess it."""
        return f"callbacks/{self.provider}/{self.reference}/{self.callback_token}"
