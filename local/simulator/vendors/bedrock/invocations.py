"""Asynchronous invocations by their token, and the bucket of their caller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulator.inline import inline_files
from local.simulator.jobs import Job
from local.simulator.media.studio import Studio
from local.simulator.world import PutObject

_OVERSIZED = 12_582_912  # a bucket holds no file that never ends


@dataclass(slots=True)
class Invocation:
    """One accepted invocation: how it was asked for, and whether its files are written."""

    job: Job
    token: str
    asked: str  # everything that a resend must repeat
    region: str
    s3_uri: str
    written: bool = False


@dataclass(slots=True)
class Invocations:
    """All of them, as long as the simulator knows their ``jobs``.

    ``put_object`` writes into the caller's bucket; without one the files stay here.
    """

    jobs: Mapping[str, Job]
    put_object: PutObject | None = None
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    _by_token: dict[str, Invocation] = field(default_factory=dict)
    _by_id: dict[str, Invocation] = field(default_factory=dict)

    def add(self, invocation: Invocation) -> None:
        """Note an invocation."""
        self._by_token[invocation.token] = self._by_id[invocation.job.id] = invocation

    def of_token(self, token: str) -> Invocation | None:
        """The invocation that this client token made."""
        return self._known(self._by_token.get(token))

    def of_id(self, job_id: str) -> Invocation | None:
        """The invocation of that name."""
        return self._known(self._by_id.get(job_id))

    def all(self) -> list[Invocation]:
        """Newest first."""
        return [made for made in reversed(self._by_id.values()) if self._known(made)]

    def _known(self, made: Invocation | None) -> Invocation | None:
        return made if made and made.job.id in self.jobs else None

    async def write(self, invocation: Invocation, studio: Studio) -> None:
        """Write what was made into the caller's bucket, once."""
        if invocation.written:
            return
        bucket, _, folder = invocation.s3_uri.removeprefix("s3://").partition("/")
        (video,) = await inline_files(invocation.job, studio)
        if "oversized_output" in invocation.job.faults:
            video += bytes(_OVERSIZED)
        prefix = f"{folder}/{invocation.job.id}".lstrip("/")
        self._put(bucket, f"{prefix}/manifest.json", json.dumps(_manifest()).encode(), "application/json")
        self._put(bucket, f"{prefix}/output.mp4", video, "video/mp4")
        invocation.written = True

    def _put(self, bucket: str, key: str, data: bytes, content_type: str) -> None:
        self.files[bucket, key] = data
        if self.put_object is not None:
            self.put_object(bucket, key, data, content_type)


def _manifest() -> Mapping[str, Any]:
    return {"version": "1.0", "status": "SUCCESS", "files": ["output.mp4"]}
