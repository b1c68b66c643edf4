"""Google's Gemini API: pictures at once, videos as operations or interactions (contracts/providers §9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import items, mapping, read_json, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.credentials import WEBHOOK_AUDIENCE
from tidegate.adapters.providers.google_callbacks import DEFAULT_JWKS_URL, CallbackKeys
from tidegate.adapters.providers.google_failures import (
    failure_of,
    failure_of_candidates,
    failure_of_operation,
    filtered,
)
from tidegate.adapters.providers.google_interactions import INTERACTION, MODEL, Interactions
from tidegate.adapters.providers.input_files import fetch_pictures
from tidegate.adapters.providers.protocol import (
    Abilities,
    Callback,
    CallbackRejected,
    KeyTest,
    Limited,
    OutcomeUnknown,
    ProviderRefused,
)
from tidegate.adapters.providers.results import at_once, check_model, decoded, produced
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

DEFAULT_BASE_URL: Final = "https://generativelanguage.googleapis.com/v1beta"
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,60}")
_OPERATION: Final = re.compile(r"models/[a-z0-9._-]{1,64}/operations/[A-Za-z0-9_-]{1,128}")
# Names of the catalogue for what lies deeper in the request.
_IMAGE_CONFIG: Final = ("aspectRatio", "imageSize")
_FRAMES: Final = ("image", "lastFrame")


class Google(Limited):
    """Adapter for the Gemini Developer API. ``native_model`` is such as ``gemini-2.5-flash-image``."""

    name = "google"
    abilities = Abilities(
        callbacks=True,  # of videos
        cancel=True,  # of interactions
        search=False,
        output_lifetime_s=172_800,
        synchronous=frozenset({MediaType.IMAGE}),
        synchronous_timeout_s=180,
    )

    def __init__(
        self,
        http: HttpClient,
        secrets: Secrets,
        base_url: str = DEFAULT_BASE_URL,
        jwks_url: str = DEFAULT_JWKS_URL,
    ) -> None:
        self._http = http
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader("x-goog-api-key"),
            failure_of=failure_of,
        )
        self._interactions = Interactions(http, secrets, self.name, base_url)
        self._keys = CallbackKeys(http, jwks_url)

    def submit(self, job: Job) -> Accepted | Succeeded:
        """Have a picture made, or start what makes a video."""
        check_model(self.name, _MODEL, job.native_model)
        if job.media_type is MediaType.IMAGE:
            return self._picture(job)
        start = self._interactions.start if MODEL.fullmatch(job.native_model) else self._operation
        return Accepted(self.adopt(job.native_model, start(job)))

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the interaction or the operation."""
        if INTERACTION.fullmatch(prediction.prediction_id):
            return self._interactions.poll(prediction)
        if not _OPERATION.fullmatch(prediction.prediction_id):
            raise ValueError("this is not an operation of google's")
        answer = self._api.look(f"{self._api.base_url}/{prediction.prediction_id}")
        if isinstance(answer, Running):
            return answer
        if answer.fields.get("done") is not True:
            return Running()
        if error := mapping(answer.fields.get("error")):
            return Failed(failure_of_operation(error))
        made = mapping(mapping(answer.fields.get("response")).get("generateVideoResponse"))
        uris = [
            mapping(mapping(entry).get("video")).get("uri") for entry in items(made.get("generatedSamples"))
        ]
        if not uris and (blocked := filtered(made)):
            return Failed(blocked)
        return produced([self._api.file(uri) if isinstance(uri, str) else None for uri in uris])

    def cancel(self, prediction: Prediction) -> bool:
        """Ask to stop an interaction; an operation cannot be stopped."""
        known = INTERACTION.fullmatch(prediction.prediction_id)
        return known is not None and self._interactions.cancel(prediction)

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """Rebuild a prediction from its id; a callback may name an operation without its model."""
        operation = f"models/{native_model}/operations/{prediction_id}"
        if not MODEL.fullmatch(native_model) and _OPERATION.fullmatch(operation):
            prediction_id = operation
        return Prediction(self.name, prediction_id, native_model)

    def verify_callback(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Callback:
        """Check the token with Google's published keys; an audience that the operator named is ours."""
        audiences = self._keys.verify(headers, now_s)
        event = mapping(read_json(body))
        data = mapping(event.get("data"))
        job_id = text(data.get("id"))
        if not INTERACTION.fullmatch(job_id) and not _OPERATION.fullmatch(job_id):
            raise CallbackRejected("the body names no job")
        echoed = mapping(data.get("user_metadata")) or mapping(event.get("user_metadata"))
        ours = self._api.credential(WEBHOOK_AUDIENCE)
        named = () if ours and ours in audiences else audiences
        return Callback(job_id, text(echoed.get("attempt")) or None, named)

    def try_key(self) -> KeyTest:
        """Ask for the list of models. A bad key is a 400 here: it proves nothing by its status."""
        answer = self._api.ask("GET", f"{self._api.base_url}/models?pageSize=1")
        if answer is None:
            return KeyTest.UNANSWERED
        if answer.is_success:
            return KeyTest.ACCEPTED
        refused = failure_of(answer).code is FailureCode.AUTH
        return KeyTest.REFUSED if refused else KeyTest.UNANSWERED

    def _picture(self, job: Job) -> Succeeded:
        url = f"{self._api.base_url}/models/{job.native_model}:generateContent"
        content = self._content(job.input)
        answer = self._api.submit(url, content, timeout_s=job.timeout_s, max_bytes=MAX_RESULT_BYTES)
        files = [file for entry in items(answer.fields.get("candidates")) for file in _files(mapping(entry))]
        if not files:
            raise ProviderRefused(failure_of_candidates(answer.fields))
        return at_once(produced(files))

    def _content(self, given: Mapping[str, object]) -> dict[str, object]:
        parts: list[dict[str, object]] = [{"text": given.get("prompt")}]
        pictures = fetch_pictures(self._http, given["images"]) if given.get("images") else []
        parts += [{"inlineData": {"mimeType": each.content_type, "data": each.base64}} for each in pictures]
        config: dict[str, object] = {"responseModalities": ["IMAGE"]}
        if image := {name: given[name] for name in _IMAGE_CONFIG if name in given}:
            config["imageConfig"] = image
        if "seed" in given:
            config["seed"] = given["seed"]
        return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}

    def _operation(self, job: Job) -> str:
        instance: dict[str, object] = {"prompt": job.input.get("prompt")}
        for name in _FRAMES:
            if name in job.input:
                (picture, *_) = fetch_pictures(self._http, job.input[name])
                instance[name] = {"bytesBase64Encoded": picture.base64, "mimeType": picture.content_type}
        parameters = {name: value for name, value in job.input.items() if name not in {"prompt", *_FRAMES}}
        url = f"{self._api.base_url}/models/{job.native_model}:predictLongRunning"
        payload: dict[str, object] = {"instances": [instance], "parameters": parameters}
        if job.callback_url:
            metadata = {"attempt": job.reference}
            payload["webhookConfig"] = {"uris": [job.callback_url], "userMetadata": metadata}
        name = text(self._api.submit(url, payload, timeout_s=job.timeout_s).fields.get("name"))
        if not _OPERATION.fullmatch(name):
            raise OutcomeUnknown("google accepted the job without a readable operation")
        return name


def _files(candidate: Mapping[str, Any]) -> list[MediaFile | None]:
    """Return a candidate's pictures, without those that it drew while thinking."""
    parts = [mapping(part) for part in items(mapping(candidate.get("content")).get("parts"))]
    shown = [mapping(part.get("inlineData")) for part in parts if part.get("thought") is not True]
    return [decoded(data.get("data"), text(data.get("mimeType")) or None) for data in shown if data]
