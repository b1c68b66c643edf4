"""Operations at once, let on one AWS call at a time in an order that a seed decides.

Each operation has a thread. It stops before every call that a watched client makes, and goes on when it is
its turn: one at a time, so that the same seed gives the same order, and a race that is found can be had
again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.interleavings.order import Order

Describe = Callable[[str, Mapping[str, Any]], str | None]
_STUCK_AFTER_S: Final = 60  # a call takes milliseconds: whoever needs so long waits for one that has stopped


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an operation."""

    name: str
    result: object = None
    error: BaseException | None = None


class Scheduler:
    """Runs operations at once. ``trace`` says who was let on to which call, in order.

    Args:
        seed: decides the order.
        describe: how a call, given by the API's operation and its parameters, is called in the trace; None
            lets it pass without a stop. What it says should not vary between runs: no random ids.
    """

    def __init__(self, seed: object, describe: Describe = lambda operation, _: operation) -> None:
        self._random = Random(str(seed))  # noqa: S311  to be had again, not to be secret
        self._describe = describe
        self._turns: dict[threading.Thread, _Turn] = {}
        self.trace: list[str] = []

    @contextmanager
    def watching(self, *clients: Any) -> Iterator[None]:
        """Stop operations before the calls of these botocore clients."""
        for client in clients:
            client.meta.events.register("before-parameter-build", self._stop)
        try:
            yield
        finally:
            for client in clients:
                client.meta.events.unregister("before-parameter-build", self._stop)

    def run(self, operations: Sequence[tuple[str, Callable[[], object]]]) -> list[Outcome]:
        """Run operations, each with its name, to their ends.

        Raises:
            TimeoutError: one of them waits for another that has stopped.
        """
        turns = [_Turn(name, operation) for name, operation in operations]
        self._turns = {turn.thread: turn for turn in turns}
        order = Order(self._random, len(turns))
        for turn in turns:
            turn.begin()
        while waiting := [number for number, turn in enumerate(turns) if turn.outcome is None]:
            turn = turns[order.choose(waiting)]
            self.trace.append(f"{turn.name}: {turn.call}")
            turn.let_on()
        return [turn.outcome for turn in turns if turn.outcome is not None]

    def _stop(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        turn = self._turns.get(threading.current_thread())
        call = self._describe(model.name, params) if turn else None
        if turn and call:
            turn.stop(call)


class _Turn:
    """One operation and its thread, which runs only while it is let on."""

    def __init__(self, name: str, operation: Callable[[], object]) -> None:
        self.name, self._operation = name, operation
        self.call = "begins"
        self.outcome: Outcome | None = None
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopped, self._goes = threading.Event(), threading.Event()

    def begin(self) -> None:
        """Start the thread, which stops at once."""
        self.thread.start()
        self._wait()

    def stop(self, call: str) -> None:
        """Wait for the next turn; called by the thread itself."""
        self.call = call
        self._stopped.set()
        self._goes.wait()
        self._goes.clear()

    def let_on(self) -> None:
        """Let the operation go on until it stops again, or ends."""
        self._stopped.clear()
        self._goes.set()
        self._wait()

    def _wait(self) -> None:
        if not self._stopped.wait(_STUCK_AFTER_S):
            raise TimeoutError(f"{self.name} does not come back from {self.call}")

    def _run(self) -> None:
        self.stop(self.call)
        try:
            self.outcome = Outcome(self.name, result=self._operation())
        except BaseException as error:  # noqa: BLE001  told to whoever runs it
            self.outcome = Outcome(self.name, error=error)
        self._stopped.set()
