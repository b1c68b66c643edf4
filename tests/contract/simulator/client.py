"""Speaks to a running simulator as a gateway and as a test would."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import urllib3

FLUX = "black-forest-labs/flux-schnell"
FAL_FLUX = "fal-ai/flux/schnell"
_Found = TypeVar("_Found")


def eventually(look: Callable[[], _Found | None], deadline_s: float = 5) -> _Found:
    """What ``look`` finds, as soon as it finds something."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


class Client:
    """One connection pool to one simulator; no retries, no redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(retries=False)

    def close(self) -> None:
        """Give the connections back."""
        self._http.clear()

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10,
    ) -> urllib3.BaseHTTPResponse:
        """One request to a path or to an absolute URL."""
        url = path if path.startswith("http") else self.url + path
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body)
        return self._http.request(method, url, body=raw, headers=headers, timeout=timeout_s, redirect=False)

    def replicate(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """A request to replicate with a good token."""
        return self.call(
            method, f"/replicate/v1{path}", body, {"authorization": "Bearer r8_token", **_dashed(headers)}
        )

    def fal(self, method: str, path: str, body: object = None, **headers: str) -> urllib3.BaseHTTPResponse:
        """A request to fal with a good key; ``path`` may be one of the URLs that fal gave."""
        url = path if path.startswith("http") else f"/fal{path}"
        return self.call(method, url, body, {"authorization": "Key id:secret", **_dashed(headers)})

    def predict(self, prompt: str, model: str = FLUX, **body: Any) -> dict[str, Any]:
        """Create a prediction that must be accepted."""
        given = {"input": {"prompt": prompt, **body.pop("input", {})}, **body}
        answer = self.replicate("POST", f"/models/{model}/predictions", given)
        assert answer.status == 201, answer.data
        return dict(answer.json())

    def enqueue(self, prompt: str, endpoint: str = FAL_FLUX, **given: Any) -> dict[str, Any]:
        """Put a request into fal's queue, which must take it."""
        answer = self.fal("POST", f"/{endpoint}", {"prompt": prompt, **given})
        assert answer.status == 200, answer.data
        return dict(answer.json())

    def prediction(self, job_id: str) -> dict[str, Any]:
        """The prediction as it is now."""
        return dict(self.replicate("GET", f"/predictions/{job_id}").json())

    def control(self, method: str, path: str, body: object = None) -> Any:
        """A request to the control API that must succeed; its JSON."""
        answer = self.call(method, f"/control{path}", body)
        assert answer.status < 300, answer.data
        return answer.json() if answer.data else None

    def complete(self, job_id: str) -> dict[str, Any]:
        """End a job now."""
        return dict(self.control("POST", f"/jobs/{job_id}/complete"))

    def advance(self, seconds: float) -> None:
        """Skip time."""
        self.control("POST", "/clock/advance", {"seconds": seconds})

    def reaches(self, job_id: str, state: str) -> dict[str, Any]:
        """The job's view once it is in that state."""
        return eventually(lambda: next((job for job in self._jobs(job_id) if job["state"] == state), None))

    def _jobs(self, job_id: str) -> list[dict[str, Any]]:
        return [job for job in self.control("GET", "/jobs")["jobs"] if job["id"] == job_id]


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
