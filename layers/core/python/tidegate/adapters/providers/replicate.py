"""Replicate: predictions that are created, polled, searched and cancelled (contracts/providers §1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers import standard_webhooks
from tidegate.adapters.providers.answers import (
    Answer,
    items,
    mapping,
    media_file,
    milliseconds,
    read_json,
    text,
    write_json,
)
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.classification import Symptoms, classify
from tidegate.adapters.providers.protocol import (
    Abilities,
    Callback,
    CallbackRejected,
    KeyTest,
    Limited,
    OutcomeUnknown,
    SearchUnsupported,
)
from tidegate.adapters.providers.replicate_failures import FAILED_PREDICTIONS, REFUSALS, symptoms_of
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

DEFAULT_BASE_URL: Final = "https://api.replicate.com/v1"
_MAX_PAGES: Final = 10  # of 100 predictions each; a search window is seconds to minutes wide
_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"  # not "..", which would change the path
_MODEL: Final = re.compile(f"{_NAME}/{_NAME}")
_VERSION: Final = re.compile(f"({_NAME}/{_NAME}:)?[0-9a-f]{{64}}")


class Replicate(Limited):
    """Adapter for ``api.replicate.com``. ``native_model`` is ``owner/name``, or a pinned version."""

    name = "replicate"

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Bearer"),
            failure_of=lambda answer: classify(REFUSALS, symptoms_of(answer)),
        )
        verifiable = bool(self._api.credential("webhook_secret"))
        self.abilities = Abilities(callbacks=verifiable, cancel=True, search=True, output_lifetime_s=3_600)

    def submit(self, job: Job) -> Accepted:
        """Create a prediction."""
        payload: dict[str, object] = {"input": job.input}
        if job.callback_url:
            payload |= {"webhook": job.callback_url, "webhook_events_filter": ["completed"]}
        if _MODEL.fullmatch(job.native_model):
            path = f"models/{job.native_model}/predictions"
        else:
            check_model(self.name, _VERSION, job.native_model)
            path, payload["version"] = "predictions", job.native_model
        answer = self._api.submit(f"{self._api.base_url}/{path}", payload, timeout_s=job.timeout_s)
        prediction_id = text(answer.fields.get("id"))
        if not _ID.fullmatch(prediction_id):
            raise OutcomeUnknown("replicate accepted the job without a readable id")
        return Accepted(self.adopt(job.native_model, prediction_id))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the prediction."""
        answer = self._api.look(self._url(prediction))
        if isinstance(answer, Running):
            return answer
        fields = answer.fields
        match fields.get("status"):
            case "succeeded":
                return _result(fields)
            case "failed":
                symptoms = Symptoms(text=text(fields.get("error")))
                return Failed(classify(FAILED_PREDICTIONS, symptoms))
            case "canceled" | "aborted":
                return _failed(FailureCode.CANCELED, "the prediction was canceled at replicate")
            case _:  # starting, processing, or a word of tomorrow
                return Running()

    def cancel(self, prediction: Prediction) -> bool:
        """Ask Replicate to stop; a finished prediction stays as it is."""
        answer = self._api.ask("POST", f"{self._url(prediction)}/cancel")
        return answer is not None and answer.is_success

    def search(self, job: Job, since_ms: int, until_ms: int) -> Prediction | None:
        """Look through the predictions of a time window for one of the same model and input.

        Only a seed of our own tells a job from its like: without one it cannot be searched. More than one
        match, or one whose input Replicate has already removed, is no answer.
        """
        if not job.searchable:
            raise SearchUnsupported("nothing tells this job from another one with the same input")
        wanted = mapping(read_json(write_json(job.input)))
        found: list[str] = []
        for entry in self._created(since_ms, until_ms):
            if job.native_model not in {text(entry.get("model")), text(entry.get("version"))}:
                continue
            if entry.get("data_removed") is True:
                raise OutcomeUnknown("replicate has removed the input of a prediction that may be the job")
            given = mapping(entry.get("input"))
            if all(name in given and given[name] == value for name, value in wanted.items()):
                found.append(text(entry.get("id")))
        if len(found) > 1 or not all(_ID.fullmatch(prediction_id) for prediction_id in found):
            raise OutcomeUnknown("replicate lists no single prediction that is surely the job")
        return self.adopt(job.native_model, found[0]) if found else None

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:
        """Check the Standard-Webhooks signature with the account's secret."""
        try:
            standard_webhooks.verify(self._api.credential("webhook_secret"), headers, body, now_s)
        except CallbackRejected:
            if not self._api.renew_credentials():
                raise
            standard_webhooks.verify(self._api.credential("webhook_secret"), headers, body, now_s)
        prediction_id = text(mapping(read_json(body)).get("id"))
        if not _ID.fullmatch(prediction_id):
            raise CallbackRejected("the body names no prediction")
        return Callback(prediction_id)

    def try_key(self) -> KeyTest:
        """Ask for the account."""
        return self._api.try_key(f"{self._api.base_url}/account")

    def _url(self, prediction: Prediction) -> str:
        if not _ID.fullmatch(prediction.prediction_id):
            raise ValueError("this is not an id that replicate gave")
        return f"{self._api.base_url}/predictions/{prediction.prediction_id}"

    def _created(self, since_ms: int, until_ms: int) -> Iterator[Mapping[str, Any]]:
        query = urlencode({"created_after": _timestamp(since_ms), "created_before": _timestamp(until_ms)})
        for _ in range(_MAX_PAGES):
            page = self._page(query)
            yield from (mapping(entry) for entry in page["results"])
            following = text(page.get("next"))
            if not following:
                return
            # Only the cursor is taken: the host of a link in an answer is never believed.
            query = _query_of(following)
        raise OutcomeUnknown("replicate lists more predictions than a search reads")

    def _page(self, query: str) -> Mapping[str, Any]:
        answer: Answer | None = self._api.ask("GET", f"{self._api.base_url}/predictions?{query}")
        if answer is None or not answer.is_success or not isinstance(answer.fields.get("results"), list):
            raise OutcomeUnknown("replicate did not answer the search")
        return answer.fields


def _query_of(link: str) -> str:
    try:
        return urlsplit(link).query
    except ValueError as error:
        raise OutcomeUnknown("replicate names a next page that cannot be read") from error


def _result(fields: Mapping[str, Any]) -> Succeeded | Failed:
    output = fields.get("output")
    urls = [output] if isinstance(output, str) else items(output)
    if not urls and fields.get("data_removed") is True:
        return _failed(FailureCode.INVALID_RESPONSE, "the output was already removed")
    predict_s = mapping(fields.get("metrics")).get("predict_time")
    return produced([media_file(url) for url in urls], milliseconds(predict_s))


def _failed(code: FailureCode, message: str) -> Failed:
    return Failed(Failure(FailureClass.FAIL_OVER, code, message))


def _timestamp(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='milliseconds')}Z"
