"""A provider that does what its script says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tidegate.adapters.providers.protocol import (
    Abilities,
    KeyTest,
    Limited,
    OutcomeUnknown,
    ProviderRefused,
    SearchUnsupported,
)
from tidegate.domain.attempt import (
    Accepted,
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
from tidegate.domain.generation import MediaType


class Crash(BaseException):
    """The worker is gone: nothing after this line ran."""


@dataclass
class ScriptedProvider(Limited):
    """Behaves as told: ``script`` is a list of words for successive submits, ``polls`` until it is done."""

    name: str
    script: list[str] = field(default_factory=list)
    polls: int = 1
    searchable: bool = True
    jobs: dict[str, str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    canceled: set[str] = field(default_factory=set)
    submits: int = 0
    abilities: Abilities = field(
        default=Abilities(callbacks=True, cancel=True, search=True, output_lifetime_s=3600)
    )

    def submit(self, job: Job) -> Accepted | Succeeded:
        self.submits += 1
        word = self.script.pop(0) if self.script else "ok"
        refusals = {
            "500": (FailureClass.RETRY, FailureCode.UNAVAILABLE),
            "402": (FailureClass.OUT_OF_FUNDS, FailureCode.BILLING),
            "401": (FailureClass.FAIL_OVER, FailureCode.AUTH),
            "404": (FailureClass.FAIL_OVER, FailureCode.MODEL_UNAVAILABLE),
            "429": (FailureClass.FAIL_OVER, FailureCode.RATE_LIMITED),
            "422": (FailureClass.FAIL, FailureCode.INVALID_INPUT),
        }
        if word in refusals:
            raise ProviderRefused(Failure(*refusals[word], message=f"answered {word}"))
        if word == "unreachable":
            raise OutcomeUnknown
        prediction = Prediction(self.name, f"{self.name}-{self.submits}", job.native_model)
        self.jobs[prediction.prediction_id] = "ok" if word in {"lost", "crash"} else word
        if word == "lost":
            raise OutcomeUnknown
        if word == "crash":
            raise Crash
        if word == "sync":
            del self.jobs[prediction.prediction_id]  # it keeps nothing that could be asked for
            return self._result()
        return Accepted(prediction)

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        job = prediction.prediction_id
        self.asked[job] = self.asked.get(job, 0) + 1
        word = self.jobs[job]
        if word == "stuck" or self.asked[job] <= self.polls:
            return Running()
        if word == "failed":
            return Failed(Failure(FailureClass.FAIL_OVER, FailureCode.ERROR, "the model failed"))
        if word == "moderated":
            return Failed(Failure(FailureClass.FAIL, FailureCode.CONTENT_POLICY, "flagged"))
        return self._result()

    def cancel(self, prediction: Prediction) -> bool:
        self.canceled.add(prediction.prediction_id)
        return True

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        if not self.searchable:
            raise SearchUnsupported
        newest = next(reversed(self.jobs), None)
        return Prediction(self.name, newest, job.native_model) if newest else None

    def try_key(self) -> KeyTest:
        return KeyTest.ACCEPTED

    @staticmethod
    def _result() -> Succeeded:
        return Succeeded((MediaFile(url="https://files.example.com/1.png"),), predict_ms=900)


ANSWERS_AT_ONCE = Abilities(
    callbacks=False,
    cancel=False,
    search=False,
    output_lifetime_s=0,
    synchronous=frozenset({MediaType.IMAGE}),
    synchronous_timeout_s=300,
)


def synchronous(name: str, script: list[str], *, resendable: bool = False) -> ScriptedProvider:
    """A provider whose answer to the submit is the result."""
    abilities = replace(ANSWERS_AT_ONCE, resendable=resendable)
    return ScriptedProvider(name, script, searchable=False, abilities=abilities)
