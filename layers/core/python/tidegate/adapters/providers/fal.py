"""fal: a queue of requests, polled at the URLs that it hands out (contracts/providers §2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import (
    Answer,
    items,
    mapping,
    media_file,
    milliseconds,
    read_json,
    text,
)
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.fal_callbacks import DEFAULT_JWKS_URL, CallbackKeys
from tidegate.adapters.providers.fal_failures import failure_in_status, failure_of
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
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    Failure,
    FailureClass,
    FailureCode,
    Job,
    Prediction,
    Running,
    Succeeded,
)

DEFAULT_BASE_URL: Final = "https://queue.fal.run"
_OUTPUT_LIFETIME_S: Final = 604_800  # at least seven days
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_ENDPOINT: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
_NAMESPACES: Final = frozenset({"workflows", "comfy"})
_URL_FIELDS: Final = {"status": "status_url", "result": "response_url", "cancel": "cancel_url"}
# What a result call answers when it could not look, rather than what the run ended with.
_NOT_THE_RUNS_END: Final = frozenset({401, 402, 403, 404, 408, 409, 429})
_STILL_RUNNING: Final = "still in progress"
_NO_REQUEST: Final = "00000000-0000-4000-8000-000000000000"
_CANCEL_REFUSED: Final = frozenset({"ALREADY_COMPLETED", "NOT_FOUND"})


class Fal(Limited):
    """Adapter for ``queue.fal.run``. ``native_model`` is an endpoint id such as ``fal-ai/flux/schnell``."""

    name = "fal"
    abilities = Abilities(callbacks=True, cancel=True, search=False, output_lifetime_s=_OUTPUT_LIFETIME_S)

    def __init__(
        self,
        http: HttpClient,
        secrets: Secrets,
        base_url: str = DEFAULT_BASE_URL,
        jwks_url: str = DEFAULT_JWKS_URL,
    ) -> None:
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Key"),
            failure_of=failure_of,
        )
        self._keys = CallbackKeys(http, jwks_url)

    def submit(self, job: Job) -> Accepted:
        """Put a request into the queue."""
        check_model(self.name, _ENDPOINT, job.native_model)
        query = f"?fal_webhook={quote(job.callback_url, safe='')}" if job.callback_url else ""
        url = f"{self._api.base_url}/{job.native_model}{query}"
        answer = self._api.submit(url, job.input, timeout_s=job.timeout_s)
        request_id = text(answer.fields.get("request_id"))
        if not _ID.fullmatch(request_id):
            raise OutcomeUnknown("fal accepted the job without a readable id")
        given = {kind: text(answer.fields.get(field)) for kind, field in _URL_FIELDS.items()}
        urls = {kind: url for kind, url in given.items() if self._api.owns(url)}
        rebuilt = self.adopt(job.native_model, request_id)
        return Accepted(Prediction(self.name, request_id, job.native_model, {**rebuilt.urls, **urls}))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the status and, once it is COMPLETED, the result: only that tells success from failure."""
        status = self._api.look(self._url(prediction, "status"))
        if isinstance(status, Running):
            return status
        if status.fields.get("status") != "COMPLETED":
            return Running()
        result = self._api.ask("GET", self._url(prediction, "result"))
        if result is None or not _tells_the_end(result):
            return self._api.running(result)
        if not result.is_success:
            return Failed(failure_of(result))
        if error := status.fields.get("error"):
            return Failed(failure_in_status(error, status.fields.get("error_type")))
        return _result(result.fields, mapping(status.fields.get("metrics")).get("inference_time"))

    def cancel(self, prediction: Prediction) -> bool:
        """Ask fal to stop. Its yes does not prove that the work stopped or is not billed."""
        answer = self._api.ask("PUT", self._url(prediction, "cancel"))
        return (
            answer is not None
            and answer.is_success
            and text(answer.fields.get("status")) not in _CANCEL_REFUSED
        )

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """Rebuild a prediction from its id, with the URLs that fal's own client would build."""
        if not _ID.fullmatch(prediction_id):
            raise ValueError("this is not an id that fal gave")
        parts = native_model.split("/")
        app = "/".join(parts[: 3 if parts[0] in _NAMESPACES else 2])
        request = f"{self._api.base_url}/{app}/requests/{prediction_id}"
        urls = {"status": f"{request}/status", "result": request, "cancel": f"{request}/cancel"}
        return Prediction(self.name, prediction_id, native_model, urls)

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:
        """Check the Ed25519 signature with fal's published keys."""
        self._keys.verify(headers, body, now_s)
        request_id = text(mapping(read_json(body)).get("request_id"))
        if not _ID.fullmatch(request_id):
            raise CallbackRejected("the body names no request")
        return Callback(request_id)

    def try_key(self) -> KeyTest:
        """Ask for a request that does not exist: 404 is for those who may ask."""
        return self._api.try_key(self.adopt("fal-ai/flux", _NO_REQUEST).urls["status"])

    def _url(self, prediction: Prediction, kind: str) -> str:
        """Return the stored URL, unless it lies elsewhere than where we would send the key."""
        stored = prediction.urls.get(kind, "")
        if self._api.owns(stored):
            return stored
        return self.adopt(prediction.native_model, prediction.prediction_id).urls[kind]


def _tells_the_end(result: Answer) -> bool:
    # An error page of the way there, which is no JSON object, is not the run's own word.
    if result.status in _NOT_THE_RUNS_END or not result.is_object:
        return False
    return result.is_success or _STILL_RUNNING not in text(result.fields.get("detail"))


def _result(fields: Mapping[str, Any], inference_s: object) -> Succeeded | Failed:
    if any(flag is True for flag in items(fields.get("has_nsfw_concepts"))):
        reason = "the provider's safety checker blocked the output"
        return Failed(Failure(FailureClass.FAIL, FailureCode.CONTENT_POLICY, reason))
    entries = [*items(fields.get("images")), *items(fields.get("videos"))]
    entries += [fields[name] for name in ("image", "video") if name in fields]
    described = [mapping(entry) for entry in entries]
    files = [media_file(entry.get("url"), entry.get("content_type")) for entry in described]
    return produced(files, milliseconds(inference_s))
