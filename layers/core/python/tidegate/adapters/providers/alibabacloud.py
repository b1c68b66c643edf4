"""Alibaba Cloud Model Studio (DashScope): images at once, videos as tasks (contracts/providers §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.alibabacloud_failures import failure_in, failure_of
from tidegate.adapters.providers.answers import Answer, items, mapping, media_file, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.protocol import (
    Abilities,
    KeyTest,
    Limited,
    OutcomeUnknown,
    ProviderRefused,
)
from tidegate.adapters.providers.results import at_once, check_model, failed_over, produced
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

DEFAULT_BASE_URL: Final = "https://dashscope-intl.aliyuncs.com/api/v1"  # a key belongs to one region
_IMAGES: Final = "services/aigc/multimodal-generation/generation"
_VIDEOS: Final = "services/aigc/video-generation/video-synthesis"
_ASYNC: Final = {"X-DashScope-Async": "enable"}
_OUTPUT_LIFETIME_S: Final = 86_400
_POLL_EVERY_S: Final = 5  # an account may ask 20 times a second: enough for a hundred tasks
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_NO_TASK: Final = "00000000-0000-4000-8000-000000000000"
# What of a video's fields is its input; everything else is a parameter.
_INPUT: Final = frozenset({"prompt", "negative_prompt", "audio_url", "img_url"})
_MEDIA: Final = ("first_frame", "last_frame")  # entries of the input's ``media``, by their type


class AlibabaCloud(Limited):
    """Adapter for DashScope in Singapore. ``native_model`` is a model's name, such as ``wan2.5-t2v-preview``.

    A lost submit cannot be looked up: the list of tasks is not known to show what tells one from another.
    """

    name = "alibabacloud"
    abilities = Abilities(
        callbacks=False,
        cancel=True,
        search=False,
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
            poll_every_s=_POLL_EVERY_S,
        )

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Make images at once, or create the task of a video."""
        check_model(self.name, _MODEL, job.native_model)
        return self._make(job) if job.media_type is MediaType.IMAGE else self._create(job)

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the task."""
        answer = self._api.look(self._url(prediction.prediction_id))
        if isinstance(answer, Running):
            return answer
        output = mapping(answer.fields.get("output"))
        match output.get("task_status"):
            case "SUCCEEDED":
                return produced([media_file(output.get("video_url"))])
            case "FAILED":
                return Failed(failure_in(output))
            case "CANCELED":
                return failed_over(FailureCode.CANCELED, "the task was cancelled at alibabacloud")
            case "UNKNOWN":
                return failed_over(FailureCode.ERROR, "alibabacloud does not know the task any more")
            case _:  # PENDING, SUSPENDED, RUNNING, or a word of tomorrow
                return self._api.running()

    def cancel(self, prediction: Prediction) -> bool:
        """Take a pending task out; one that runs is not stopped."""
        answer = self._api.ask("POST", f"{self._url(prediction.prediction_id)}/cancel")
        return answer is not None and answer.is_success and not answer.fields.get("code")

    def try_key(self) -> KeyTest:
        """Ask for a task that does not exist."""
        return self._api.try_key(self._url(_NO_TASK))

    def _make(self, job: Job) -> Succeeded:
        url = f"{self._api.base_url}/{_IMAGES}"
        answer = self._api.submit(url, _message(job), timeout_s=job.timeout_s)
        return at_once(_images(answer))

    def _create(self, job: Job) -> Accepted:
        url = f"{self._api.base_url}/{_VIDEOS}"
        answer = self._api.submit(url, _task(job), timeout_s=job.timeout_s, headers=_ASYNC)
        task_id = text(mapping(answer.fields.get("output")).get("task_id"))
        if not task_id and answer.fields.get("code"):
            raise ProviderRefused(failure_in(answer.fields))
        if not _ID.fullmatch(task_id):
            raise OutcomeUnknown("alibabacloud accepted the job without a readable id")
        return Accepted(self.adopt(job.native_model, task_id))

    def _url(self, task_id: str) -> str:
        if not _ID.fullmatch(task_id):
            raise ValueError("this is not an id that alibabacloud gave")
        return f"{self._api.base_url}/tasks/{task_id}"


def _message(job: Job) -> dict[str, object]:
    """The body of an image: prompt and pictures are a message's content, the rest are parameters."""
    pictures: Any = job.input.get("images", [])
    content = [*({"image": url} for url in pictures), {"text": job.input["prompt"]}]
    parameters = {name: value for name, value in job.input.items() if name not in {"prompt", "images"}}
    messages = [{"role": "user", "content": content}]
    return {"model": job.native_model, "input": {"messages": messages}, "parameters": parameters}


def _task(job: Job) -> dict[str, object]:
    """The body of a video: what it is made from is the input, the rest are parameters."""
    given: dict[str, object] = {name: value for name, value in job.input.items() if name in _INPUT}
    media = [{"type": role, "url": job.input[role]} for role in _MEDIA if role in job.input]
    if media:
        given["media"] = media
    parameters = {name: value for name, value in job.input.items() if name not in _INPUT.union(_MEDIA)}
    return {"model": job.native_model, "input": given, "parameters": parameters}


def _images(answer: Answer) -> Succeeded | Failed:
    """Read the images; a 200 may carry an error in their place."""
    contents = [entry for choice in _choices(answer) for entry in items(choice.get("content"))]
    pictures = [mapping(entry).get("image") for entry in contents]
    files = [media_file(url) for url in pictures if url is not None]
    if not files and answer.fields.get("code"):
        return Failed(failure_in(answer.fields))
    return produced(files)


def _choices(answer: Answer) -> list[Mapping[str, Any]]:
    choices = items(mapping(answer.fields.get("output")).get("choices"))
    return [mapping(mapping(choice).get("message")) for choice in choices]
