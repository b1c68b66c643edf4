"""Start the state machine for a generation, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.adapters.stepfunctions import StateMachine
from tidegate.domain.budget import Budget
from tidegate.domain.generation import Generation, MediaType

# The machine waits this much longer than the worker's own deadline: a killed worker's message comes back
# after 90 s (infra/config.py) and finds its job again, so the machine steps in only when nobody takes it.
BACKSTOP_S: Final = 150


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts executions; the execution's name is the generation's id, so a second start is none."""

    machine: StateMachine
    budgets: Mapping[MediaType, Budget]

    def launch(self, generation: Generation) -> bool:
        """Start the generation's execution; False when it was started before."""
        payload = {
            "account_id": generation.account_id,
            "generation_id": generation.generation_id,
            "number": 1,
            "providers_total": len(generation.providers),
            "attempt_timeout_s": self.budgets[generation.media_type].attempt_s + BACKSTOP_S,
        }
        return self.machine.start(generation.generation_id, payload)
