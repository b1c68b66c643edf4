"""Runway: tasks that are created, polled and deleted (contracts/providers §8)."""

from __future__ import annotations

import re
from typing import Any, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import items, media_file, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.protocol import Abilities, KeyTest, Limited, OutcomeUnknown
from tidegate.adapters.providers.results import check_model, failed_over, produced
from tidegate.adapters.providers.runway_failures import failure_in, failure_of
from tidegate.adapters.providers.upstream import Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureCode,
    Job,
    Prediction,
    Running,
    Succeeded,
)
from tidegate.domain.generation import MediaType

DEFAULT_BASE_URL: Final = "https://api.dev.runwayml.com"
_VERSION: Final = {"X-Runway-Version": "2024-11-06"}
_OUTPUT_LIFETIME_S: Final = 86_400
_POLL_EVERY_S: Final = 5  # a task may not be asked for more often
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9._]{0,63}")
_GONE: Final = 404


class Runway(Limited):
    """Adapter for ``api.dev.runwayml.com``. ``native_model`` is a model's name, such as ``gen4_turbo``.

    A lost submit cannot be looked up: nothing lists tasks.
    """

    name = "runway"
    abilities = Abilities(callbacks=False, cancel=True, search=False, output_lifetime_s=_OUTPUT_LIFETIME_S)

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Bearer"),
            failure_of=failure_of,
            headers=_VERSION,
            poll_every_s=_POLL_EVERY_S,
        )

    def submit(self, job: Job) -> Accepted:
        """Create a task."""
        check_model(self.name, _MODEL, job.native_model)
        url = f"{self._api.base_url}/v1/{_path(job)}"
        payload = {"model": job.native_model, **job.input}
        if "referenceImages" in job.input:
            pictures: Any = job.input["referenceImages"]
            payload["referenceImages"] = [{"uri": picture} for picture in pictures]
        answer = self._api.submit(url, payload, timeout_s=job.timeout_s)
        task_id = text(answer.fields.get("id"))
        if not _ID.fullmatch(task_id):
            raise OutcomeUnknown("runway accepted the job without a readable id")
        return Accepted(self.adopt(job.native_model, task_id))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the task. One that is not there was cancelled or deleted."""
        answer = self._api.ask("GET", self._url(prediction))
        if answer is not None and answer.status == _GONE and answer.is_object:
            return failed_over(FailureCode.CANCELED, "the task is gone at runway")
        if answer is None or not answer.is_success:
            return self._api.running(answer)
        match answer.fields.get("status"):
            case "SUCCEEDED":
                return produced([media_file(url) for url in items(answer.fields.get("output"))])
            case "FAILED":
                return Failed(failure_in(answer.fields))
            case "CANCELLED" | "CANCELED":
                return failed_over(FailureCode.CANCELED, "the task was cancelled at runway")
            case _:  # PENDING, THROTTLED, RUNNING, or a word of tomorrow
                return self._api.running()

    def cancel(self, prediction: Prediction) -> bool:
        """Cancel a task; what ran is not refunded, and afterwards nobody can ask for it."""
        answer = self._api.ask("DELETE", self._url(prediction))
        return answer is not None and answer.is_success

    def try_key(self) -> KeyTest:
        """Ask for the account."""
        return self._api.try_key(f"{self._api.base_url}/v1/organization")

    def _url(self, prediction: Prediction) -> str:
        if not _ID.fullmatch(prediction.prediction_id):
            raise ValueError("this is not an id that runway gave")
        return f"{self._api.base_url}/v1/tasks/{prediction.prediction_id}"


def _path(job: Job) -> str:
    if job.media_type is MediaType.IMAGE:
        return "text_to_image"
    return "image_to_video" if "promptImage" in job.input else "text_to_video"
