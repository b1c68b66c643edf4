"""What only a running system shows: the gateway's own time in a generation, and submits a second.

It all runs on this machine beside the emulator, the simulator and these clients, so the figures are an upper
bound of the time and a lower bound of the rate; AWS has no such neighbours.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.figure import Figure
from benchmarks.generation import MODEL, PROMPT, open_account
from local.stack import StackInfo
from local.stack.waiting import wait_until
from tidegate.domain.generation import Generation

WARM_UP: Final = 3
GENERATIONS: Final = 15
CLIENTS: Final = 4
SUBMITS: Final = 48  # each is a whole generation for the machine that is being measured
_DEADLINE_S: Final = 60.0
_DRAIN_S: Final = 180.0
_TARGET_S: Final = 1.0
_OK: Final = 200


class NotMeasured(Exception):
    """The stack did not do what a measurement needs. The message says what."""


class Customer:
    """A customer of a running stack, with an account of its own."""

    def __init__(self, info: StackInfo) -> None:
        self._info = info
        self._runtime = info.runtime()
        self._account_id, self._key = open_account(self._runtime)
        self._pool = urllib3.PoolManager(maxsize=CLIENTS)

    def submit(self) -> str:
        """Ask for a picture; return the generation's id.

        Raises:
            NotMeasured: it was not accepted.
        """
        answer = self._pool.request(
            "POST",
            f"{self._info.base_url}/v1/generate/image/{MODEL}",
            json={"generation_prompt": PROMPT},
            headers={"authorization": f"Bearer {self._key}"},
            timeout=_DEADLINE_S,
            retries=False,
        )
        if answer.status != _OK:
            raise NotMeasured(f"a submit was answered with {answer.status}: {answer.data[:200]!r}")
        return str(answer.json()["data"]["generation_id"])

    def overhead_s(self) -> float:
        """Generate one picture; return the seconds that were not the provider's.

        From before the submit to the settled record, without what the simulator itself took for the job.
        """
        began = time.time()
        generation_id = self.submit()
        if not wait_until(lambda: self._record(generation_id).status.is_terminal, _DEADLINE_S):
            raise NotMeasured(f"generation {generation_id} did not end")
        record = self._record(generation_id)
        if record.provider_used is None or record.completed_at_ms is None:
            raise NotMeasured(f"generation {generation_id} ended as {record.status}")
        return record.completed_at_ms / 1000 - began - self._provider_s(generation_id)

    def submits_per_second(self) -> float:
        """Submit from several clients at once."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda _: self.submit(), range(CLIENTS)))  # so many Lambda workers are warm then
            began = time.monotonic()
            list(pool.map(lambda _: self.submit(), range(SUBMITS)))
            return SUBMITS / (time.monotonic() - began)

    def settle_down(self) -> None:
        """Wait until nothing is in flight, so that the stack is left at rest."""
        wait_until(lambda: self._in_flight() == 0, _DRAIN_S)

    def _record(self, generation_id: str) -> Generation:
        record = self._runtime.generations.get(self._account_id, generation_id)
        if record is None:
            raise NotMeasured(f"generation {generation_id} is gone")
        return record

    def _in_flight(self) -> int:
        account = self._runtime.wallets.get(self._account_id)
        return account.wallet.in_flight if account else 0

    def _provider_s(self, generation_id: str) -> float:
        answer = self._pool.request("GET", f"{self._info.simulator_url}/control/jobs?limit=20", timeout=10)
        jobs: list[dict[str, Any]] = json.loads(answer.data)["jobs"]
        ours = [job for job in jobs if generation_id in (job["callback_url"] or "")]
        if not ours:
            raise NotMeasured(f"the simulator knows no job of {generation_id}")
        return sum(float(job["completed_at"]) - float(job["created_at"]) for job in ours)


def figures(info: StackInfo, detail: Callable[[str], None]) -> Iterator[Figure]:
    """Measure on this stack, with an account made for it; yield each figure as soon as it is there.

    Raises:
        NotMeasured: the stack does not work as it must, or is too busy to answer.
    """
    try:
        customer = Customer(info)
        yield _overhead(customer, detail)
        detail(f"{SUBMITS} submits from {CLIENTS} clients")
        load = f"{SUBMITS} by {CLIENTS} clients; their generations run meanwhile, on the same machine"
        yield Figure("submits a second", customer.submits_per_second(), None, "{:.0f}", load)
        detail("waiting for what was submitted")
        customer.settle_down()
    except (urllib3.exceptions.HTTPError, BotoCoreError, ClientError) as error:
        raise NotMeasured(f"the stack did not answer: {error}") from error


def _overhead(customer: Customer, detail: Callable[[str], None]) -> Figure:
    overheads = []
    for number in range(WARM_UP + GENERATIONS):
        detail(f"generation {number + 1} of {WARM_UP + GENERATIONS}")
        overheads.append(customer.overhead_s())
    found = sorted(overheads[WARM_UP:])
    note = f"p50 of {GENERATIONS}, one by one, less provider time; {found[0]:.2f} to {found[-1]:.2f} s"
    return Figure("gateway overhead of a generation", statistics.median(found), _TARGET_S, "{:.2f} s", note)
