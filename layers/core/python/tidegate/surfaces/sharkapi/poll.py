"""Looking at a job, now or when it has ended (``?wait=``, contracts/sharkapi §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from tidegate.domain.errors import InvalidInput
from tidegate.domain.generation import Generation
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.jobs import check_job, read_generation_id

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.generations import GenerationTable

LONGEST_WAIT_S: Final = 25  # API Gateway gives up after 30 s
_WHOLE: Final = re.compile(r"[0-9]{1,4}")
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 2.0


class Services(Protocol):
    """What a look takes of the runtime."""

    @property
    def generations(self) -> GenerationTable:
        """Where jobs are."""

    def now_ms(self) -> int:
        """The time."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""


def look(request: Request, account_id: str, services: Services) -> Generation:
    """Return a job as it stands, or as it ends within the time that the caller wants to wait.

    Raises:
        JobNotFound: the account has no such job.
        InvalidInput: ``wait`` is no whole number of seconds.
    """
    generation_id = read_generation_id(request)
    until_ms = request.began_ms(services.now_ms()) + read_wait_s(request) * 1000
    pause_s = _FIRST_PAUSE_S
    while True:
        job = check_job(services.generations.get(account_id, generation_id), services.now_ms())
        if job.status.is_terminal or services.now_ms() + pause_s * 1000 > until_ms:
            return job
        services.pause(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)


def read_wait_s(request: Request) -> int:
    """Return for how many seconds the caller wants to wait, 25 at most; none if nothing is said.

    Raises:
        InvalidInput: it is no whole number.
    """
    text = request.query.get("wait", "0")
    if not _WHOLE.fullmatch(text):
        raise InvalidInput("wait must be a whole number of seconds.")
    return min(int(text), LONGEST_WAIT_S)
