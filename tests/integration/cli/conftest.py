"""Operators: one whose target is settled, and one who finds it by a profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.session import Session

from cli.target import Target
from tests.integration.cli.cloudformation import Stack, cloudformation
from tests.integration.cli.deployment import PROFILE, Operator, cell_stacks, write_profile
from tests.integration.cli.world import NOW_MS, a_generation, journal
from tidegate.domain.generation import Generation
from tidegate.domain.money import Money
from tidegate.domain.webhooks import Event
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import grant


@pytest.fixture(scope="session")
def session() -> Session:
    """One session for all tests: it reads each service's model once."""
    return Session()


@pytest.fixture
def operator(aws: dict[str, str], session: Session, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """Someone whose target is the in-process AWS."""
    target = Target("in-process AWS", aws, session, is_local=False)
    monkeypatch.setattr("cli.invocation.choose", lambda *_: target)
    return Operator()


@pytest.fixture
def stacks(aws: dict[str, str]) -> list[Stack]:
    """What CloudFormation lists; a test may change it."""
    return cell_stacks(aws)


@pytest.fixture
def aws_operator(stacks: list[Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Someone with a profile for the account of ``stacks``, in a folder without a local stack."""
    monkeypatch.chdir(tmp_path)
    with cloudformation(stacks) as endpoint:
        monkeypatch.setenv("AWS_CONFIG_FILE", str(write_profile(tmp_path, endpoint)))
        yield Operator(("--profile", PROFILE))


@pytest.fixture
def account_id(operator: Operator) -> str:
    """An account with an empty wallet."""
    return str(operator.asks("account", "create", "Acme")["account_id"])


@pytest.fixture
def generation(runtime: Runtime, account_id: str) -> Generation:
    """Accepted and not yet begun, its price on hold."""
    grant(runtime.wallets, account_id=account_id, amount=Money.of("1"), reference="welcome", now_ms=NOW_MS)
    journal(runtime, account_id)
    made = a_generation(account_id)
    runtime.generations.create(made)
    journal(runtime, account_id)
    return made


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The events that reached the bus."""
    events: list[Event] = []
    monkeypatch.setattr(
        "tidegate.adapters.eventbridge.EventBus.publish",
        lambda _, details: events.extend(Event.from_detail(detail) for detail in details),
    )
    return events


@pytest.fixture
def endpoint_id(operator: Operator, account_id: str) -> str:
    """A registered endpoint."""
    return str(
        operator.asks("webhook", "add", account_id, "https://hooks.example.com/tidegate")["endpoint_id"]
    )
