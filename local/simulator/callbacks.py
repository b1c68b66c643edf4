"""Delivers callbacks: signed, retried, and faulty when a job's script says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import urllib3

from local.simulator.jobs import Event, Job
from local.simulator.journal import CalledBack
from local.simulator.vendors.protocol import Notice, Vendor
from local.simulator.world import World

_STALE_S = 3600
_OK = range(200, 300)


class Callbacks:
    """Listens to the engine and calls back whoever asked for it. Redirects are never followed."""

    def __init__(self, world: World, vendors: Mapping[str, Vendor]) -> None:
        self._world = world
        self._vendors = vendors
        self._http = urllib3.PoolManager(maxsize=16, retries=False)
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="callback")
        self._tasks: set[asyncio.Task[None]] = set()

    def notify(self, job: Job, event: Event) -> None:
        """Take note of an event; whatever has to be sent is sent in the background."""
        if job.callback_url is None or "no_callback" in job.faults:
            return
        notice = self._vendors[job.provider].notice(job, event)
        if notice is None:
            return
        task = asyncio.create_task(self._call(job, event, notice))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """Send nothing more of what has happened so far."""
        for task in self._tasks:
            task.cancel()

    def close(self) -> None:
        """Stop for good."""
        self.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.clear()

    async def _call(self, job: Job, event: Event, notice: Notice) -> None:
        body = await notice.body()
        for _ in range(2 if "duplicate_callback" in job.faults else 1):
            await self._deliver(job, event, notice, body)

    async def _deliver(self, job: Job, event: Event, notice: Notice, body: bytes) -> None:
        waits = self._world.settings.callback_retries_s if notice.retried else []
        for attempt, wait_s in enumerate([0, *waits], start=1):
            await self._world.clock.sleep(wait_s)
            loop = asyncio.get_running_loop()
            status = await loop.run_in_executor(self._threads, self._post, job, notice, body)
            self._world.journal.callbacks.append(CalledBack(job.id, event, notice.url, attempt, status))
            if status in _OK:
                return

    def _post(self, job: Job, notice: Notice, body: bytes) -> int | None:
        """One attempt. The clock of the signature is the real one: receivers check it against theirs."""
        timestamp = int(time.time()) - (_STALE_S if "stale_callback" in job.faults else 0)
        signed = body + b" " if "bad_signature" in job.faults else body
        try:
            answer = self._http.request(
                "POST",
                notice.url,
                body=body,
                headers=notice.sign(timestamp, signed),
                timeout=self._world.settings.callback_timeout_s,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError:
            return None
        return answer.status
