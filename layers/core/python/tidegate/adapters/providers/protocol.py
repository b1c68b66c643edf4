"""What every provider adapter promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from tidegate.domain.attempt import Accepted, Failed, Failure, Job, Prediction, Running, Succeeded
from tidegate.domain.generation import MediaType

SUBMIT_TIMEOUT_S: Final = 30.0


class ProviderRefused(Exception):
    """The provider definitely did not take the job. ``failure`` says why and what it means."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class OutcomeUnknown(Exception):
    """The request may have reached the provider, the answer did not reach us. Never resend blindly."""


class CallbackRejected(Exception):
    """The callback is unsigned, forged, stale or unreadable. The reason is for our log only."""


class SearchUnsupported(Exception):
    """The provider has no way to look for a lost job; only its callback can tell."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a provider can do.

    A provider is *synchronous* for a media type when the answer to the submit is the result. When that
    answer is lost nobody can ask for it again: the attempt fails, or is sent once more if ``resendable``.
    """

    callbacks: bool
    cancel: bool
    search: bool  # can find a job whose submit response was lost
    output_lifetime_s: int
    synchronous: frozenset[MediaType] = frozenset()
    synchronous_timeout_s: float = 60.0  # how long such an answer may take
    resendable: bool = False  # paying for a lost answer twice is cheaper than failing over

    def submit_timeout_s(self, media_type: MediaType) -> float:
        """How long a submit may take."""
        return self.synchronous_timeout_s if media_type in self.synchronous else SUBMIT_TIMEOUT_S


class KeyTest(StrEnum):
    """What a provider said to our credentials."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"  # unreachable, overloaded, or an answer that proves nothing


@dataclass(frozen=True, slots=True)
class Callback:
    """A verified callback: a hint to poll now, never the truth itself.

    What it says of its addressee is held against the attempt whose URL it came to.
    """

    prediction_id: str
    reference: str | None = None  # the attempt that it is about, by ``Job.reference``; None: it does not say
    audiences: tuple[str, ...] = ()  # whom it was signed for: our URL or its origin; empty: it does not say


class Provider(Protocol):
    """One upstream provider over HTTP.

    Transport rules are the same for all: a connection that was never made is a :class:`ProviderRefused`
    of class RETRY; a request that was sent without a complete answer is :class:`OutcomeUnknown` on
    ``submit`` and :class:`Running` on ``poll``.
    """

    name: str
    abilities: Abilities

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Send the job once, within ``job.timeout_s``. Raises ProviderRefused or OutcomeUnknown.

        A complete answer of a synchronous provider that holds no result is a ProviderRefused as well.
        """

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Ask where the job stands. A failed request is Running: a poll error is not a job failure."""

    def cancel(self, prediction: Prediction) -> bool:
        """Ask to stop; True when the provider took the request. Never raises for an HTTP failure."""

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        """Find a job whose submit response was lost.

        None is definite: no such job exists. Raises SearchUnsupported, or OutcomeUnknown when the
        question itself got no answer.
        """

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """Rebuild the prediction of a job of which only the id is known (from its callback)."""

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:
        """Check the vendor's signature over the raw body; header names are lower case.

        Raises CallbackRejected.
        """

    def try_key(self) -> KeyTest:
        """Show the credentials to the provider without making anything."""


class Limited:
    """An adapter's answers for what its provider cannot do. An adapter overrides what it can."""

    name: str

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:  # noqa: ARG002  the protocol's shape
        """Nothing runs at a provider that answers at once."""
        return Running()

    def cancel(self, prediction: Prediction) -> bool:  # noqa: ARG002
        """Nobody takes the request."""
        return False

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:  # noqa: ARG002
        """Nothing lists jobs."""
        raise SearchUnsupported(f"{self.name} has no list of jobs")

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """An id is all that is needed to ask."""
        return Prediction(self.name, prediction_id, native_model)

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:  # noqa: ARG002
        """No callback can be genuine."""
        raise CallbackRejected(f"{self.name} sends no callbacks")
