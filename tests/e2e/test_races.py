"""Races on the deployed stack: what must be exact when everything happens at once.

Measured on two cores that did other work, too: the thousand submits take 14 s and all their ends 26 s, the
two hundred races 48 s.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.books import entries_by_generation, verified
from tests.e2e.customer import Customer, Reply
from tests.e2e.waiting import until
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import MovementKind
from tidegate.runtime import Runtime

PRICE = Money.of("0.005")
CONNECTIONS = 16  # more only start more workers, which two cores cannot feed
SMALL = {"generation_output_format": "jpg"}  # quick to draw
TERMINAL_EVENTS = {"generation.completed": "succeeded", "generation.canceled": "canceled"}


# ── 1,000 submits on credits for 100 ─────────────────────────────────────────────────────────────────────


def test_of_a_thousand_submits_on_credits_for_a_hundred_a_hundred_are_accepted(
    info: StackInfo, deployed: Runtime
) -> None:
    customer = Customer.sign_up(info, deployed, dollars="0.5")
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        replies = list(pool.map(lambda number: _answered(customer, number), range(1_000)))
    assert Counter(reply.status for reply in replies) == {200: 100, 402: 900}
    assert {reply.code for reply in replies if reply.status == 402} == {"BSE1004"}
    accepted = {reply.body["data"]["generation_id"] for reply in replies if reply.status == 200}
    assert len(accepted) == 100
    until(lambda: customer.account.wallet.in_flight == 0, "all have ended", 300)
    assert customer.account.wallet.balance + customer.spent == Money.of("0.5")
    assert verified(customer).differences == ()
    assert verified(customer).generations == 100
    assert entries_by_generation(customer).keys() == accepted
    assert set(entries_by_generation(customer).values()) == {(MovementKind.RESERVE, MovementKind.CHARGE)}
    assert customer.spent == Money.of("0.5")


def _answered(customer: Customer, number: int) -> Reply:
    """Submit as the SDK does under an idempotency key: a busy store or a dead worker is asked again."""
    for _ in range(5):
        reply = customer.submit(f"Seal {number}", **SMALL, idempotency_key=f"seal-{number}")
        if reply.status < 500:
            break
    return reply


# ── cancel against success ───────────────────────────────────────────────────────────────────────────────


@dataclass
class Aim:
    """When to cancel so that either side may win: later after the cancel has won, sooner after it lost."""

    delay_s: float = 1.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, *, cancel_won: bool) -> None:
        with self._lock:
            self.delay_s *= 1.1 if cancel_won else 1 / 1.1


def _race(customer: Customer, aim: Aim, number: int) -> tuple[str, Reply]:
    generation_id = customer.generate(f"Seal {number}", **SMALL)
    threading.Event().wait(aim.delay_s)  # the race itself: not a wait for something to become true
    reply = customer.cancel(generation_id)
    aim.learn(cancel_won=reply.status == 200)
    return generation_id, reply


@pytest.fixture
def rich(info: StackInfo, deployed: Runtime) -> Iterator[Customer]:
    """A customer with credits for 200 generations and no more."""
    customer = Customer.sign_up(info, deployed, dollars="1")
    yield customer
    customer.settle_down()
    assert customer.books_are_exact()


def test_of_a_cancel_and_a_success_one_wins_and_the_books_know_which(rich: Customer) -> None:
    aim = Aim()
    with ThreadPoolExecutor(8) as pool:  # more make each generation slower, and the race no closer
        raced = dict(pool.map(lambda number: _race(rich, aim, number), range(200)))
    assert len(raced) == 200
    won = {generation_id for generation_id, reply in raced.items() if reply.status == 200}
    assert {reply.code for reply in raced.values() if reply.status != 200} == {"BSE3002"}
    assert 20 <= len(won) <= 180  # else it was no race
    until(lambda: rich.account.wallet.in_flight == 0, "all have ended", 300)

    states = dict(_listed(rich))
    assert states == {each: "canceled" if each in won else "succeeded" for each in raced}
    told = until(lambda: _told(rich, len(raced)), "every end is told", 120)
    assert told == {each: {state} for each, state in states.items()}

    assert verified(rich).differences == ()
    settled = {each: MovementKind.REFUND if each in won else MovementKind.CHARGE for each in raced}
    assert entries_by_generation(rich) == {
        each: (MovementKind.RESERVE, kind) for each, kind in settled.items()
    }
    assert rich.spent == PRICE * (200 - len(won))
    assert rich.account.wallet.held == ZERO


def _listed(customer: Customer) -> Iterator[tuple[str, str]]:
    for offset in range(0, 200, 100):
        reply = customer.call("GET", f"/v1/content/list?limit=100&offset={offset}")
        assert reply.body["total"] == 200
        for record in reply.body["data"]["generations"]:
            yield record["generation_id"], record["generation_status"]


def _told(customer: Customer, expected: int) -> dict[str, set[str]] | None:
    """The ends that arrived, by generation; None until every generation's did."""
    told: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    for delivery in customer.deliveries():
        body: dict[str, Any] = delivery["body"]
        if body["webhook_event"] not in TERMINAL_EVENTS:
            continue
        generation_id = body["webhook_data"]["generation_id"]
        told.setdefault(generation_id, set()).add(TERMINAL_EVENTS[body["webhook_event"]])
        ids.setdefault(generation_id, set()).add(body["webhook_delivery_id"])
    assert all(len(seen) == 1 for seen in ids.values())  # one event each, however often it was delivered
    return told if len(told) == expected else None
