"""Google's Interactions API: videos in the background, polled, cancelled, called back (contracts §9.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import items, mapping, text
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.google_failures import (
    failure_of,
    failure_of_interaction,
    failure_without_video,
)
from tidegate.adapters.providers.input_files import fetch_pictures
from tidegate.adapters.providers.protocol import OutcomeUnknown
from tidegate.adapters.providers.results import decoded, failed_over, produced
from tidegate.adapters.providers.upstream import MAX_RESULT_BYTES, Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import (
    Failed,
    FailureCode,
    Job,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)

INTERACTION: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.=-]{0,255}")
MODEL: Final = re.compile(r"gemini-omni-[a-z0-9._-]{1,60}")
_FAILED: Final = frozenset({"failed", "incomplete", "budget_exceeded", "requires_action"})
_FRAME: Final = "image"
# Whose shapes are read here (PyPI ``google-genai`` 3.4.0): another default shall not change them.
REVISION: Final = "2026-05-20"


class Interactions:
    """Runs the models that Google has after Veo."""

    def __init__(self, http: HttpClient, secrets: Secrets, name: str, base_url: str) -> None:
        self._http = http
        self._api = Upstream(
            http,
            secrets,
            name=name,
            base_url=base_url,
            authentication=KeyHeader("x-goog-api-key"),
            headers={"Api-Revision": REVISION},
            failure_of=failure_of,
        )
        self._url = f"{self._api.base_url}/interactions"

    def start(self, job: Job) -> str:
        """Start an interaction in the background and return its id.

        Raises:
            ProviderRefused: Google said no, or an input picture cannot be sent.
            OutcomeUnknown: it was sent, and no id reached us.
        """
        answer = self._api.submit(self._url, self._request(job), timeout_s=job.timeout_s)
        interaction_id = text(answer.fields.get("id"))
        if not INTERACTION.fullmatch(interaction_id):
            raise OutcomeUnknown("google accepted the job without a readable id")
        return interaction_id

    def poll(self, prediction: Prediction) -> Running | Succeeded | Failed:
        """Read the interaction. We ask for the video's URL, and take the video itself as well."""
        answer = self._api.look(f"{self._url}/{prediction.prediction_id}", max_bytes=MAX_RESULT_BYTES)
        if isinstance(answer, Running):
            return answer
        fields = answer.fields
        match fields.get("status"):
            case "completed":
                files = [self._file(entry) for entry in _output(fields) if entry.get("type") == "video"]
                return produced(files) if files else Failed(failure_without_video(_output(fields)))
            case "cancelled":
                return failed_over(FailureCode.CANCELED, "the interaction was cancelled at google")
            case str(status) if status in _FAILED:
                return Failed(failure_of_interaction(fields))
            case _:  # queued, in_progress, requires_continuation, or a word of tomorrow
                return Running()

    def cancel(self, prediction: Prediction) -> bool:
        """Ask Google to stop."""
        answer = self._api.ask("POST", f"{self._url}/{prediction.prediction_id}/cancel")
        return answer is not None and answer.is_success

    def _request(self, job: Job) -> dict[str, object]:
        given = dict(job.input)
        prompt, frames = given.pop("prompt", ""), given.pop(_FRAME, None)
        pictures = fetch_pictures(self._http, frames) if frames else []
        shown = [{"type": "image", "data": each.base64, "mime_type": each.content_type} for each in pictures]
        request: dict[str, object] = {
            "model": job.native_model,
            "input": [*shown, {"type": "text", "text": prompt}],
            "response_format": {"type": "video", "delivery": "uri", **given},
            "generation_config": {"video_config": {"task": "image_to_video" if shown else "text_to_video"}},
            "background": True,
        }
        if job.callback_url:
            metadata = {"attempt": job.reference}
            request["webhook_config"] = {"uris": [job.callback_url], "user_metadata": metadata}
        return request

    def _file(self, entry: Mapping[str, Any]) -> MediaFile | None:
        uri, content_type = entry.get("uri"), text(entry.get("mime_type")) or None
        if isinstance(uri, str) and uri.startswith(("https://", "http://")):
            return self._api.file(uri, content_type)
        return decoded(entry.get("data"), content_type)


def _output(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the model put out, without what it was given and what it thought."""
    for step in map(mapping, items(fields.get("steps"))):
        if step.get("type") == "model_output":
            yield from map(mapping, items(step.get("content")))
