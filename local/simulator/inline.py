"""Files that a vendor sends in its answer, with the faults that a file can have."""

from __future__ import annotations

import base64

from local.simulator.files import PAGE
from local.simulator.jobs import Job
from local.simulator.media.studio import Studio


async def inline_files(job: Job, studio: Studio) -> list[bytes]:
    """The bytes of what the job made."""
    return [_spoiled(job, await studio.file(scene)) for scene in job.scenes()]


async def inline_texts(job: Job, studio: Studio) -> list[str]:
    """The same in base64."""
    return [base64.b64encode(data).decode() for data in await inline_files(job, studio)]


def _spoiled(job: Job, data: bytes) -> bytes:
    if "html_output" in job.faults:
        return PAGE
    return data[: len(data) // 2] if "corrupt_output" in job.faults else data
