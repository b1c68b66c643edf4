"""BytePlus ModelArk: images at once, videos as tasks that are polled and listed (contracts/providers §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import Answer, items, mapping, media_file, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.byteplus_failures import failure_in, failure_of
from tidegate.adapters.providers.protocol import (
    Abilities,
    KeyTest,
    Limited,
    OutcomeUnknown,
    SearchUnsupported,
)
from tidegate.adapters.providers.results import at_once, check_model, decoded, failed_over, produced
from tidegate.adapters.providers.upstream import MAX_RESULT_BYTES, Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureCode,
    Job,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)
from tidegate.domain.generation import MediaType

DEFAULT_BASE_URL: Final = "https://ark.ap-southeast.bytepluses.com/api/v3"
_OUTPUT_LIFETIME_S: Final = 86_400
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PAGE: Final = 100
_MAX_PAGES: Final = 5
_FRAMES: Final = ("first_frame", "last_frame")  # of our input: parts of `content`, by their role


class BytePlus(Limited):
    """Adapter for ModelArk. ``native_model`` is a model id with its date."""

    name = "byteplus"
    abilities = Abilities(
        callbacks=False,  # it would call back, but unsigned
        cancel=True,
        search=True,
        output_lifetime_s=_OUTPUT_LIFETIME_S,
        synchronous=frozenset({MediaType.IMAGE}),
        synchronous_timeout_s=120,
    )

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Bearer"),
            failure_of=failure_of,
        )
        self._tasks = f"{self._api.base_url}/contents/generations/tasks"

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Make images at once, or create the task of a video."""
        check_model(self.name, _MODEL, job.native_model)
        return self._make(job) if job.media_type is MediaType.IMAGE else self._create(job)

    def _make(self, job: Job) -> Succeeded:
        url, payload = f"{self._api.base_url}/images/generations", {"model": job.native_model, **job.input}
        answer = self._api.submit(url, payload, timeout_s=job.timeout_s, max_bytes=MAX_RESULT_BYTES)
        return at_once(_images(answer))

    def _create(self, job: Job) -> Accepted:
        payload = {"model": job.native_model, **_task(job.input)}
        answer = self._api.submit(self._tasks, payload, timeout_s=job.timeout_s)
        task_id = text(answer.fields.get("id"))
        if not _ID.fullmatch(task_id):
            raise OutcomeUnknown("byteplus accepted the job without a readable id")
        return Accepted(self.adopt(job.native_model, task_id))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the task."""
        answer = self._api.look(self._url(prediction))
        if isinstance(answer, Running):
            return answer
        match answer.fields.get("status"):
            case "succeeded":
                return produced([media_file(mapping(answer.fields.get("content")).get("video_url"))])
            case "failed":
                return Failed(failure_in(answer.fields.get("error")))
            case "cancelled" | "canceled":
                return failed_over(FailureCode.CANCELED, "the task was cancelled at byteplus")
            case "expired":
                return failed_over(FailureCode.TIMEOUT, "the task expired at byteplus")
            case _:  # queued, running, or a word of tomorrow
                return Running()

    def cancel(self, prediction: Prediction) -> bool:
        """Take a queued task out; one that runs is not stopped, and one that ended loses its record."""
        answer = self._api.ask("DELETE", self._url(prediction))
        return answer is not None and answer.is_success

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        """Look through the listed tasks of the model for the one with our seed."""
        if job.media_type is MediaType.IMAGE:
            raise SearchUnsupported("byteplus lists no images")
        if not job.searchable:
            raise SearchUnsupported("nothing tells this job from another one with the same input")
        found: list[str] = []
        for task in self._listed(job.native_model):
            created_s = task.get("created_at")
            if isinstance(created_s, int) and not since_ms <= created_s * 1000 <= until_ms:
                continue
            if task.get("seed") is None:
                raise OutcomeUnknown("byteplus does not tell the seed of a task that may be the job")
            if task["seed"] == job.input.get("seed"):
                found.append(text(task.get("id")))
        if len(found) > 1 or not all(_ID.fullmatch(task_id) for task_id in found):
            raise OutcomeUnknown("byteplus lists no single task that is surely the job")
        return self.adopt(job.native_model, found[0]) if found else None

    def try_key(self) -> KeyTest:
        """Ask for the newest task."""
        return self._api.try_key(f"{self._tasks}?page_num=1&page_size=1")

    def _url(self, prediction: Prediction) -> str:
        if not _ID.fullmatch(prediction.prediction_id):
            raise ValueError("this is not an id that byteplus gave")
        return f"{self._tasks}/{prediction.prediction_id}"

    def _listed(self, native_model: str) -> Iterator[Mapping[str, Any]]:
        seen = 0
        for number in range(1, _MAX_PAGES + 1):
            query = urlencode({"page_num": number, "page_size": _PAGE, "filter.model": native_model})
            answer = self._api.ask("GET", f"{self._tasks}?{query}")
            total = answer.fields.get("total") if answer and answer.is_success else None
            if answer is None or not isinstance(total, int):
                raise OutcomeUnknown("byteplus did not answer the search")
            page = [mapping(task) for task in items(answer.fields.get("items"))]
            yield from page
            seen += len(page)
            if seen >= total:
                return
        raise OutcomeUnknown("byteplus lists more tasks than a search reads")


def _task(given: Mapping[str, object]) -> dict[str, object]:
    """The body of a video: prompt and pictures are parts of ``content``, the rest stands beside it."""
    content: list[dict[str, object]] = [{"type": "text", "text": given["prompt"]}]
    content += [
        {"type": "image_url", "image_url": {"url": given[role]}, "role": role}
        for role in _FRAMES
        if role in given
    ]
    beside = {name: value for name, value in given.items() if name not in {"prompt", *_FRAMES}}
    return {"content": content, **beside}


def _images(answer: Answer) -> Succeeded | Failed:
    """Read the images: a batch may be partly failed, and what was made counts."""
    entries = [mapping(entry) for entry in items(answer.fields.get("data"))]
    made = [entry for entry in entries if not entry.get("error")]
    if made:
        return produced([_file(entry) for entry in made])
    errors = [entry["error"] for entry in entries] + [answer.fields.get("error")]
    return Failed(failure_in(errors[0])) if errors[0] else produced([])


def _file(entry: Mapping[str, Any]) -> MediaFile | None:
    return decoded(entry["b64_json"]) if "b64_json" in entry else media_file(entry.get("url"))
