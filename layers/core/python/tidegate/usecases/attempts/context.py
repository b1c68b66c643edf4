"""What the steps of an attempt work with, and the messages by which they hand over to each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.providers.protocol import Provider
from tidegate.adapters.sqs import Queue
from tidegate.adapters.stepfunctions import StateMachine
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, MediaFile
from tidegate.domain.budget import Budget, store_timeout_s
from tidegate.domain.catalog import Catalog
from tidegate.domain.errors import ModelNotFound
from tidegate.domain.generation import Generation, MediaType, Output
from tidegate.domain.mode import Mode
from tidegate.domain.model import ProviderRoute
from tidegate.domain.scripts import parse_script
from tidegate.domain.translation import can_serve


class Providers(Protocol):
    """Finds a provider's adapter; raises ProviderNotConfigured."""

    def get(self, name: str) -> Provider:
        """Return the adapter."""


class Refusal(Protocol):
    """Says why a job should not be sent to a provider."""

    def __call__(self, model: str, provider: str, *, is_last: bool) -> str | None:
        """Return the reason; None if it should be sent. The last provider has nobody behind it."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a step needs."""

    generations: GenerationTable
    providers: Providers
    catalog: Catalog
    queue: Queue
    machine: StateMachine
    store_outputs: Callable[[Generation, tuple[MediaFile, ...]], tuple[Output, ...]]
    delete_outputs: Callable[[tuple[Output, ...]], None]
    budgets: Mapping[MediaType, Budget]
    input_url: Callable[[str], str]  # signs a stored file, for as long as a provider may take to fetch it
    public_base_url: str
    worker_timeout_s: int
    now_ms: Callable[[], int]
    alert: Callable[[Attempt, Failure], None]
    refusal: Refusal
    take_place: Callable[[str, int], bool]  # at a provider, from now on; False when it has as many as it may
    leave_place: Callable[[str, int], None]  # that was taken then

    def budget(self, generation: Generation) -> Budget:
        """The time that this generation has."""
        return self.budgets[generation.media_type]

    def submit_timeout_s(self, wanted_s: float) -> float:
        """How long a submit may take, so that its worker still has the time to store what it made."""
        return min(wanted_s, self.worker_timeout_s - store_timeout_s(self.worker_timeout_s))

    def attempt_s(self, generation: Generation) -> int:
        """How long an attempt is waited for: less where a script says so."""
        usual_s = self.budget(generation).attempt_s
        scripted_s = parse_script(generation.script).attempt_s if generation.script else None
        return usual_s if scripted_s is None else min(usual_s, scripted_s)

    def route(self, generation: Generation, provider: str) -> ProviderRoute | None:
        """How the provider runs this generation; None when the catalogue no longer says."""
        try:
            route = self.catalog.model(generation.model).route(provider, generation.params)
        except (ModelNotFound, KeyError):
            return None
        return route if can_serve(route, generation.params) else None

    def provider(self, generation: Generation, attempt: Attempt) -> Provider:
        """Who is asked; in test mode the sandbox stands for every provider.

        Raises:
            ProviderNotConfigured: there is no such provider, or it has no credentials.
        """
        if generation.mode is Mode.LIVE:
            return self.providers.get(attempt.provider)
        from tidegate.adapters.providers.sandbox import Sandbox  # noqa: PLC0415  live never needs it

        def call_back(prediction_id: str, delay_s: int) -> None:
            self.send("callback", attempt, delay_s=delay_s, prediction_id=prediction_id)

        return Sandbox(generation, attempt, self.now_ms, call_back)

    def pass_over(self, generation: Generation, number: int) -> str | None:
        """Say why attempt ``number`` is not to be sent; None if it is, as always in test mode."""
        if generation.mode is not Mode.LIVE:
            return None
        is_last = number >= len(generation.providers)
        return self.refusal(generation.model, generation.providers[number - 1], is_last=is_last)

    def fits_in(self, generation: Generation, attempt: Attempt) -> bool:
        """Take a place at the attempt's provider; False when it has none left, as never in test mode."""
        return generation.mode is not Mode.LIVE or self.take_place(attempt.provider, attempt.started_at_ms)

    def leave(self, generation: Generation, attempt: Attempt) -> None:
        """Give back the place of an attempt that did not come to be."""
        if generation.mode is Mode.LIVE:
            self.leave_place(attempt.provider, attempt.started_at_ms)

    def send(self, kind: str, attempt: Attempt, *, delay_s: int = 0, **fields: object) -> None:
        """Queue the next step of an attempt."""
        body: dict[str, Any] = {
            "kind": kind,
            "account_id": attempt.account_id,
            "generation_id": attempt.generation_id,
            "number": attempt.number,
            **fields,
        }
        self.queue.send(body, delay_s=delay_s)

    def poll_later(
        self, generation: Generation, attempt: Attempt, *, polls: int, delay_s: int | None
    ) -> None:
        """Queue the poll that follows after ``polls`` polls.

        The provider's wish may lengthen the wait, but not beyond the attempt's deadline.
        """
        wait = max(self.budget(generation).poll_delay_s(polls), delay_s or 0)
        if attempt.status is not AttemptStatus.ORPHANED:
            wait = min(wait, max(1, (attempt.deadline_ms - self.now_ms()) // 1000 + 1))
        self.send("poll", attempt, delay_s=wait, polls=polls)

    def answer(self, attempt: Attempt, generation: Generation) -> None:
        """Tell the state machine that the generation has ended."""
        for token in attempt.task_tokens:
            self.machine.succeed(token, {"generation_id": generation.generation_id, "number": attempt.number})

    def fail_over(self, attempt: Attempt, cause: str) -> None:
        """Tell the state machine to go to the next provider."""
        for token in attempt.task_tokens:
            self.machine.fail_over(token, cause)
