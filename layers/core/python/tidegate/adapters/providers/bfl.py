"""Black Forest Labs: tasks that are polled, pictures behind short-lived URLs (contracts/providers §3)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import mapping, media_file, read_json, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.bfl_failures import failure_of, failure_of_task
from tidegate.adapters.providers.protocol import (
    Abilities,
    Callback,
    CallbackRejected,
    KeyTest,
    Limited,
    OutcomeUnknown,
)
from tidegate.adapters.providers.results import check_model, produced
from tidegate.adapters.providers.upstream import Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import Accepted, Failed, Job, Prediction, Running, Succeeded

DEFAULT_BASE_URL: Final = "https://api.bfl.ai/v1"
_DOMAINS: Final = ("bfl.ai",)  # a task's polling URL may lie on another host of it
_MODEL: Final = re.compile(r"flux-[a-z0-9.-]{1,60}")
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_NO_TASK: Final = "00000000-0000-4000-8000-000000000000"
_SIGNATURE: Final = "x-bfl-signature"
_FAILED: Final = frozenset({"Request Moderated", "Content Moderated", "Error", "Failed"})


class Bfl(Limited):
    """Adapter for ``api.bfl.ai``. ``native_model`` is the path of a model, such as ``flux-pro-1.1``.

    It can neither cancel nor list: a task whose answer was lost is known again by its callback alone.
    """

    name = "bfl"
    abilities = Abilities(callbacks=True, cancel=False, search=False, output_lifetime_s=600)

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._secrets = secrets
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader("x-key"),
            failure_of=failure_of,
            domains=_DOMAINS,
        )

    def submit(self, job: Job) -> Accepted:
        """Create a task. With a callback the answer has no polling URL: the task is asked for by its id."""
        check_model(self.name, _MODEL, job.native_model)
        payload = dict(job.input)
        if job.callback_url:
            payload |= {"webhook_url": job.callback_url, "webhook_secret": self._webhook_secret()}
        url = f"{self._api.base_url}/{job.native_model}"
        answer = self._api.submit(url, payload, timeout_s=job.timeout_s)
        task_id, polling_url = text(answer.fields.get("id")), text(answer.fields.get("polling_url"))
        if not _ID.fullmatch(task_id):
            raise OutcomeUnknown("bfl accepted the job without a readable id")
        urls = {"status": polling_url} if self._api.owns(polling_url) else {}
        return Accepted(Prediction(self.name, task_id, job.native_model, urls))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the task. One that is not found may be so in another region only: that is no verdict."""
        answer = self._api.look(self._url(prediction))
        if isinstance(answer, Running):
            return answer
        fields = answer.fields
        status = text(fields.get("status")) or text(fields.get("state"))
        if status == "Ready":
            return produced([media_file(mapping(fields.get("result")).get("sample"))])
        return Failed(failure_of_task(fields)) if status in _FAILED else Running()

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:  # noqa: ARG002
        """Check the HMAC. It covers no time, so a callback can be replayed: it only makes us ask."""
        expected = hmac.new(self._webhook_secret().encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={expected}".encode(), headers.get(_SIGNATURE, "").encode()):
            raise CallbackRejected("the signature does not fit")
        task_id = text(mapping(read_json(body)).get("id"))
        if not _ID.fullmatch(task_id):
            raise CallbackRejected("the body names no task")
        return Callback(task_id)

    def try_key(self) -> KeyTest:
        """Ask for a task that does not exist."""
        return self._api.try_key(self._url(self.adopt("", _NO_TASK)))

    def _url(self, prediction: Prediction) -> str:
        stored = prediction.urls.get("status", "")
        if self._api.owns(stored):
            return stored
        if not _ID.fullmatch(prediction.prediction_id):
            raise ValueError("this is not an id that bfl gave")
        return f"{self._api.base_url}/get_result?id={prediction.prediction_id}"

    def _webhook_secret(self) -> str:
        """Return the secret that the caller chooses: one for the deployment, which needs no storing."""
        return hmac.new(self._secrets.sealing_key, b"bfl webhooks", hashlib.sha256).hexdigest()
