"""What every provider adapter promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tidegate.domain.attempt import Accepted, Failed, Failure, Job, Prediction, Running, Succeeded


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
    """What a provider can do."""

    callbacks: bool
    cancel: bool
    search: bool  # can find a job whose submit response was lost
    output_lifetime_s: int


@dataclass(frozen=True, slots=True)
class Callback:
    """A verified callback: a hint to poll now, never the truth itself."""

    prediction_id: str


class Provider(Protocol):
    """One upstream provider over HTTP.

    Transport rules are the same for all: a connection that was never made is a :class:`ProviderRefused`
    of class RETRY; a request that was sent without a complete answer is :class:`OutcomeUnknown` on
    ``submit`` and :class:`Running` on ``poll``.
    """

    name: str
    abilities: Abilities

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Send the job once. Raises ProviderRefused or OutcomeUnknown."""

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
