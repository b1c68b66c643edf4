"""The simulator's time."""

from __future__ import annotations

import asyncio
import time

from local.simulator.clock import Clock, iso


async def _skip_while_waiting() -> float:
    clock = Clock()
    waiting = asyncio.create_task(clock.sleep(10_000))
    await asyncio.sleep(0)
    clock.advance(4_000)
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(6_001)
    await asyncio.wait_for(waiting, 5)
    return clock.now()


def test_a_wait_ends_when_skipped_time_passes_it() -> None:
    assert asyncio.run(_skip_while_waiting()) >= time.time() + 10_000


async def _hurry() -> None:
    clock, hurry = Clock(), asyncio.Event()
    waiting = asyncio.create_task(clock.reach(float("inf"), hurry))
    await asyncio.sleep(0)
    hurry.set()
    await asyncio.wait_for(waiting, 5)


def test_even_a_wait_without_end_can_be_hurried() -> None:
    asyncio.run(_hurry())


def test_times_are_written_in_utc() -> None:
    assert iso(1_700_000_000.25) == "2023-11-14T22:13:20.250000Z"
