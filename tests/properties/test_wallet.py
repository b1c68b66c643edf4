"""The wallet in the table behaves as the wallet in the domain, whatever happens in whatever order."""

from __future__ import annotations

import itertools
import os
from typing import Any
from unittest.mock import patch

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from moto import mock_aws

from tests.integration.conftest import REGION, SESSION
from tests.integration.tables import create_tables
from tidegate.domain.errors import ConcurrencyLimited, InsufficientCredits
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import ZERO, Money
from tidegate.domain.retention import Retention
from tidegate.domain.wallet import MovementKind, Wallet
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
MAX_IN_FLIGHT = 5  # the plan "starter"
TRIALS = 3
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
}
TABLES = {f"TIDEGATE_{name.upper()}_TABLE": name for name in ("keys", "wallets", "generations")}
ROWS = (Retention(1, 10), Retention(1, 20), Retention(1, None))
amounts = st.integers(min_value=1, max_value=2_000_000).map(Money)


class WalletMachine(RuleBasedStateMachine):
    """Runs the table and the domain side by side."""

    generations: Bundle[Generation] = Bundle("generations")

    def __init__(self) -> None:
        super().__init__()
        self._patches: list[Any] = [patch.dict(os.environ, CREDENTIALS), mock_aws()]
        for patched in self._patches:
            patched.start()
        self.runtime = Runtime(TABLES, SESSION)
        create_tables(self.runtime.dynamodb)
        self.account_id = create_account(
            self.runtime.wallets, name="Acme", plan="starter", trials=TRIALS, now_ms=NOW_MS
        ).account_id
        self.model = Wallet(self.account_id, trials=TRIALS)
        self.open: dict[str, Money] = {}
        self.granted = self.charged = ZERO
        self.references = itertools.count()

    def teardown(self) -> None:
        for patched in reversed(self._patches):
            patched.stop()

    @rule(amount=amounts, again=st.booleans())
    def add(self, amount: Money, again: bool) -> None:  # noqa: FBT001  hypothesis passes by name
        reference = f"order:{next(self.references)}"
        for _ in range(2 if again else 1):
            grant(
                self.runtime.wallets,
                account_id=self.account_id,
                amount=amount,
                reference=reference,
                now_ms=NOW_MS,
            )
        self.model = self.model.add(amount)
        self.granted += amount

    @rule(target=generations, price=amounts, takes_trials=st.booleans(), retention=st.sampled_from(ROWS))
    def reserve(self, price: Money, takes_trials: bool, retention: Retention) -> Any:  # noqa: FBT001
        order = Order(
            account_id=self.account_id,
            plan="starter",
            surface="babysea",
            model="bfl/flux-schnell",
            media_type=MediaType.IMAGE,
            params={},
            providers=("replicate",),
            price=price,
            hold_s=1800,
            takes_trials=takes_trials,
            retention=retention,
        )
        is_trial = takes_trials and self.model.trials > 0
        try:
            if is_trial:
                price, expected = ZERO, self.model.take_trial(MAX_IN_FLIGHT)
            else:
                expected = self.model.reserve(price, MAX_IN_FLIGHT)
        except (InsufficientCredits, ConcurrencyLimited) as refusal:
            error: type[Exception] = type(refusal)
        else:
            generation = submit(self.runtime.generations, order, NOW_MS).generation
            self.model, self.open[generation.generation_id] = expected, price
            assert (generation.trial, generation.price) == (is_trial, price)
            return generation
        try:
            submit(self.runtime.generations, order, NOW_MS)
        except error:
            return None
        raise AssertionError(f"expected {error.__name__}")

    @rule(generation=generations, settlement=st.sampled_from(Settlement), again=st.booleans())
    def settle(self, generation: Generation | None, settlement: Settlement, again: bool) -> None:  # noqa: FBT001
        if generation is None:
            return
        status = Status.SUCCEEDED if settlement is Settlement.CHARGE else Status.FAILED
        for _ in range(2 if again else 1):
            price = self.open.pop(generation.generation_id, None)
            settled = self.runtime.generations.settle(
                generation, status, settlement, changes={}, now_ms=NOW_MS
            )
            assert settled is (price is not None)
            if price is not None and settlement is Settlement.CHARGE:
                self.model = self.model.charge(price, generation.retention.record_until_s(NOW_MS))
                self.charged += price
            elif price is not None and generation.trial:
                self.model = self.model.return_trial(generation.retention.record_until_s(NOW_MS))
            elif price is not None:
                self.model = self.model.refund(price, generation.retention.record_until_s(NOW_MS))

    @rule(later_s=st.sampled_from((0, 10, 20)), again=st.booleans())
    def write_off(self, later_s: int, again: bool) -> None:  # noqa: FBT001
        now_ms = NOW_MS + later_s * 1000
        lapsed = self.model.lapsed(now_ms)
        if lapsed:
            assert self.runtime.wallets.write_off(self.account_id, lapsed)
            assert not (again and self.runtime.wallets.write_off(self.account_id, lapsed))
        self.model = self.model.write_off(now_ms)

    @invariant()
    def the_table_agrees_with_the_domain(self) -> None:
        account = self.runtime.wallets.get(self.account_id)
        assert account is not None
        assert account.wallet == self.model

    @invariant()
    def nothing_is_ever_below_zero_and_nothing_is_lost(self) -> None:
        assert self.model.balance >= ZERO
        assert self.model.held >= ZERO
        assert self.granted - self.charged == self.model.balance + self.model.held


def test_the_kinds_of_movement_are_the_four_of_the_ledger() -> None:
    assert {kind.value for kind in MovementKind} == {"add", "reserve", "charge", "refund"}


TestWallet = WalletMachine.TestCase
TestWallet.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
