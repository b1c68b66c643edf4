"""The provider of test mode: takes every provider's place, runs scripts, and never opens a connection.

It keeps nothing. A prediction's id says how the job ends and when; polling compares that with the clock. What
a refusal or failure means is read from Replicate's tables, so a script ends as the real thing does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final, Never

from tidegate.adapters.providers.classification import Symptoms, classify
from tidegate.adapters.providers.protocol import (
    Abilities,
    CallbackRejected,
    KeyTest,
    OutcomeUnknown,
    ProviderRefused,
)
from tidegate.adapters.providers.replicate_failures import FAILED_PREDICTIONS, REFUSALS
from tidegate.domain.attempt import (
    Accepted,
    Attempt,
    AttemptStatus,
    Failed,
    Failure,
    FailureClass,
    FailureCode,
    Job,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)
from tidegate.domain.generation import Generation, MediaType
from tidegate.domain.scripts import Script, parse_script

CallBack = Callable[[str, int], None]  # poll the prediction with this id in so many seconds
_USUAL_S: Final = {MediaType.IMAGE: 1, MediaType.VIDEO: 2}
_SLOW_S: Final = 10
_LATE_S: Final = 2  # after its deadline
_NEVER: Final = "never"
_LATE: Final = "late"
_ID: Final = re.compile(r"sandbox-([a-z_]{1,32})-([0-9]{1,15})")
_REFUSED: Final = {
    "failover": Symptoms(500, text="Internal server error"),
    "all_fail": Symptoms(500, text="Internal server error"),
    "out_of_funds": Symptoms(402, text="Insufficient credit"),
    "rate_limited": Symptoms(429, text="Request was throttled", retry_after_s=1),
    "fail": Symptoms(422, text="The input is not valid for this model"),
}
_FAILED: Final = {
    "moderation": "The input or output was flagged as sensitive. (E005)",
    "error": "The model failed",
}


class Sandbox:
    """One attempt's provider. ``call_back`` stands for the provider's callback."""

    abilities = Abilities(callbacks=True, cancel=True, search=True, output_lifetime_s=3_600)

    def __init__(
        self, generation: Generation, attempt: Attempt, now_ms: Callable[[], int], call_back: CallBack
    ) -> None:
        self.name = attempt.provider
        self._generation = generation
        self._attempt = attempt
        self._script = parse_script(generation.script) if generation.script else Script()
        self._now_ms = now_ms
        self._call_back = call_back

    def submit(self, job: Job) -> Accepted:
        """Take the job, or refuse it as the script says."""
        name = self._script.name
        if name in _REFUSED and (name != "failover" or self._attempt.number == 1):
            raise ProviderRefused(classify(REFUSALS, _REFUSED[name]))
        if name == "lost":
            raise OutcomeUnknown("the script loses the answer")
        prediction = self._prediction(job)
        if self._outcome() != _NEVER:
            wait_s = math.ceil((self._ready_at_ms() - self._now_ms()) / 1000)
            self._call_back(prediction.prediction_id, max(1, wait_s))
        return Accepted(prediction)

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Compare the clock with what the id says."""
        match = _ID.fullmatch(prediction.prediction_id)
        if match is None:
            raise ValueError("this is not an id that the sandbox gave")
        outcome, ready_at_ms = match[1], int(match[2])
        given_up = self._attempt.status is AttemptStatus.ORPHANED
        if given_up and outcome != _LATE:
            canceled = "the prediction was canceled"  # as it was when the attempt was given up
            return Failed(Failure(FailureClass.FAIL_OVER, FailureCode.CANCELED, canceled))
        if outcome == _NEVER or self._now_ms() < ready_at_ms or (outcome == _LATE and not given_up):
            return Running()
        if outcome in _FAILED:
            return Failed(classify(FAILED_PREDICTIONS, Symptoms(text=_FAILED[outcome])))
        return Succeeded(self._files(outcome), predict_ms=ready_at_ms - self._attempt.started_at_ms)

    def cancel(self, prediction: Prediction) -> bool:  # noqa: ARG002  the protocol's shape
        """Take every request to stop. Who asked knows; nothing is kept."""
        return True

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction:  # noqa: ARG002  the protocol's shape
        """Find the job: its id follows from the attempt."""
        return self._prediction(job)

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """Rebuild a prediction from its id."""
        return Prediction(self.name, prediction_id, native_model)

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Never:  # noqa: ARG002
        """Nobody calls back over HTTP in test mode."""
        raise CallbackRejected("test mode has no callbacks from outside")

    def try_key(self) -> KeyTest:
        """There is no key to refuse."""
        return KeyTest.ACCEPTED

    def _prediction(self, job: Job) -> Prediction:
        return self.adopt(job.native_model, f"sandbox-{self._outcome()}-{self._ready_at_ms()}")

    def _outcome(self) -> str:
        """Say what the id tells. Of late results the first provider has the only one."""
        name = self._script.name
        return _NEVER if name == "timeout" or (name == _LATE and self._attempt.number > 1) else name

    def _ready_at_ms(self) -> int:
        if self._script.name == _LATE:
            return self._attempt.deadline_ms + _LATE_S * 1000
        usual_s = _SLOW_S if self._script.name == "slow" else _USUAL_S[self._generation.media_type]
        seconds = usual_s if self._script.seconds is None else self._script.seconds
        return self._attempt.started_at_ms + seconds * 1000

    def _files(self, outcome: str) -> tuple[MediaFile, ...]:
        if outcome == "bad_output":
            return (MediaFile(data=b"<!doctype html><title>Oops</title>", content_type="text/html"),)
        from tidegate.adapters.providers.sandbox_files import make_files  # noqa: PLC0415  live never needs it

        return make_files(self._generation.params)
