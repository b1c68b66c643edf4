"""Start the state machine for a generation, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.adapters.stepfunctions import StateMachine
from tidegate.domain.budget import Budget
from tidegate.domain.generation import Generation, MediaType

# The machine waits this much longer than the worker's own deadline: a killed worker's message comes back
# after 380 s (infra/config.py) and finds its job again, so the machine steps in only when nobody takes it.
BACKSTOP_S: Final = 420
_LIVES: Final = 10


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts executions; the execution's name is the generation's id, so a second start is none."""

    machine: StateMachine
    budgets: Mapping[MediaType, Budget]

    def launch(self, generation: Generation) -> bool:
        """Start the generation's execution; False when it was started before."""
        return self.machine.start(generation.generation_id, self._payload(generation, 1))

    def is_running(self, generation: Generation) -> bool:
        """Whether an execution takes care of the generation."""
        return self._successor(generation) is None

    def relaunch(self, generation: Generation, number: int) -> bool:
        """Start another execution at attempt ``number``; False while one is running.

        A closed execution's name cannot be used again (Step Functions keeps it for 90 days).
        """
        name = self._successor(generation)
        return name is not None and self.machine.start(name, self._payload(generation, number))

    def _successor(self, generation: Generation) -> str | None:
        """Return the first name without an execution; None when one before it is running."""
        for life in range(1, _LIVES + 1):
            name = generation.generation_id if life == 1 else f"{generation.generation_id}-{life}"
            status = self.machine.status(name)
            if status is None:
                return name
            if status == "RUNNING":
                return None
        return None  # it dies again and again: the reaper ends it when its hold expires

    def _payload(self, generation: Generation, number: int) -> dict[str, object]:
        return {
            "account_id": generation.account_id,
            "generation_id": generation.generation_id,
            "number": number,
            "providers_total": len(generation.providers),
            "attempt_timeout_s": self.budgets[generation.media_type].attempt_s + BACKSTOP_S,
        }
