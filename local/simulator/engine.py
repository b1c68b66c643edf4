"""Runs the jobs: queue, work, finish, each transition at its time and told to a listener."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from itertools import count

from local.simulator.clock import Clock
from local.simulator.jobs import Event, Job, State
from local.simulator.settings import Settings

Listener = Callable[[Job, Event], None]
_REFUSAL_S = 0.02  # an input that the model refuses does not take long


class Engine:
    """All jobs of all vendors, in memory, in the order in which they came. Lives on one event loop."""

    def __init__(self, clock: Clock, settings: Callable[[], Settings], listener: Listener) -> None:
        self.jobs: dict[str, Job] = {}
        self._clock = clock
        self._settings = settings
        self._tell = listener
        self._numbers = count(1)
        self._queued: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def submit(self, job: Job) -> None:
        """Take a job and start its life."""
        job.number = next(self._numbers)
        job.created_at = self._clock.now()
        self.jobs[job.id] = self._queued[job.id] = job
        self._tasks[job.id] = asyncio.create_task(self._live(job))

    def cancel(self, job: Job) -> bool:
        """Stop a job; False if it is already final. A job may take the request and run on."""
        if job.done.is_set():
            return False
        job.cancel_asked = True
        if "cancel_ignored" not in job.faults:
            self._tasks.pop(job.id).cancel()
            self._finish(job, State.CANCELED)
        return True

    def reset(self) -> None:
        """Forget every job."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        self._queued.clear()
        self.jobs.clear()

    def queue_position(self, job: Job) -> int:
        """How many jobs of the same vendor wait before this one."""
        waiting = [other for other in self._queued.values() if other.provider == job.provider]
        return sum(1 for other in waiting if other.number < job.number)

    async def _live(self, job: Job) -> None:
        queue_s, run_s = self._plan(job)
        started = await self._reach(job, job.created_at + queue_s, min(job.start_by, job.deadline))
        if not started:
            self._finish(job, State.ABORTED)
            return
        self._queued.pop(job.id, None)
        job.state, job.started_at = State.RUNNING, self._clock.now()
        self._log(job, f"Using seed: {job.seed}")
        self._tell(job, Event.START)
        if not await self._reach(job, job.started_at + run_s, job.deadline):
            self._finish(job, State.CANCELED)
            return
        self._finish(job, State.FAILED if job.doom else State.SUCCEEDED)

    async def _reach(self, job: Job, moment: float, limit: float) -> bool:
        """Wait until ``moment``; False if ``limit`` comes first."""
        await self._clock.reach(min(moment, limit), job.hurry)
        return job.hurry.is_set() or moment <= limit

    def _plan(self, job: Job) -> tuple[float, float]:
        """Seconds in the queue and seconds at work."""
        settings = self._settings()
        chance = random.Random(f"{settings.seed}:{job.number}")  # noqa: S311  reproducible on purpose
        queue_s = settings.queue_s * (1 + chance.uniform(-settings.jitter, settings.jitter))
        usual_s = settings.video_s if job.model.media == "video" else settings.image_s
        run_s = usual_s * (1 + chance.uniform(-settings.jitter, settings.jitter))
        for name in ("slow", "late"):
            if name in job.faults:
                run_s = job.faults.number(name)
        if job.errors:
            run_s = min(run_s, _REFUSAL_S)
        return (math.inf if "stuck" in job.faults else queue_s), run_s

    def _finish(self, job: Job, state: State) -> None:
        if state is State.SUCCEEDED:
            self._tell(job, Event.OUTPUT)
        job.state, job.completed_at = state, self._clock.now()
        self._tasks.pop(job.id, None)
        self._queued.pop(job.id, None)
        self._log(job, f"Finished: {state}")
        job.done.set()
        self._tell(job, Event.COMPLETED)

    def _log(self, job: Job, line: str) -> None:
        job.logs.append((self._clock.now(), line))
        self._tell(job, Event.LOGS)
