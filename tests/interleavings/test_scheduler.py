"""The scheduler finds a race, and the same seed finds it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.integration.conftest import REGION, SESSION
from tests.interleavings.scheduler import Scheduler

SEEDS = range(10)
KEY = {"id": {"S": "counter"}}


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """A table."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        client: Any = SESSION.create_client("dynamodb", region_name=REGION)
        client.create_table(
            TableName="counters",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def _read(dynamodb: Any) -> int:
    found = dynamodb.get_item(TableName="counters", Key=KEY, ConsistentRead=True)
    return int(found["Item"]["value"]["N"])


def _write(dynamodb: Any, value: int, **condition: Any) -> None:
    dynamodb.put_item(TableName="counters", Item={**KEY, "value": {"N": str(value)}}, **condition)


def _increment_blindly(dynamodb: Any) -> None:
    _write(dynamodb, _read(dynamodb) + 1)


def _increment_under_a_condition(dynamodb: Any) -> None:
    before = _read(dynamodb)
    names, values = {"#value": "value"}, {":before": {"N": str(before)}}
    same = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    try:
        _write(dynamodb, before + 1, ConditionExpression="#value = :before", **same)
    except dynamodb.exceptions.ConditionalCheckFailedException:
        _increment_under_a_condition(dynamodb)


def _twice_at_once(dynamodb: Any, increment: Callable[[Any], None], seed: int) -> tuple[int, list[str]]:
    _write(dynamodb, 0)
    scheduler = Scheduler(seed)
    with scheduler.watching(dynamodb):
        outcomes = scheduler.run([(name, lambda: increment(dynamodb)) for name in ("one", "other")])
    assert [(outcome.name, outcome.error) for outcome in outcomes] == [("one", None), ("other", None)]
    return _read(dynamodb), scheduler.trace


def test_what_is_read_and_then_written_loses_an_update_under_some_seed(dynamodb: Any) -> None:
    counted = {_twice_at_once(dynamodb, _increment_blindly, seed)[0] for seed in SEEDS}

    assert counted == {1, 2}


def test_a_condition_with_another_try_loses_none_under_any(dynamodb: Any) -> None:
    counted = {_twice_at_once(dynamodb, _increment_under_a_condition, seed)[0] for seed in SEEDS}

    assert counted == {2}


def test_the_same_seed_gives_the_same_trace_and_others_give_others(dynamodb: Any) -> None:
    first, second = ([_twice_at_once(dynamodb, _increment_blindly, seed) for seed in SEEDS] for _ in range(2))

    assert first == second
    assert len({tuple(trace) for _, trace in first}) > 1
    assert sorted(first[0][1]) == [
        f"{name}: {call}" for name in ("one", "other") for call in ("GetItem", "PutItem", "begins")
    ]


def test_what_is_not_described_is_not_stopped_at(dynamodb: Any) -> None:
    scheduler = Scheduler(
        0, lambda operation, params: params.get("TableName") if "Put" in operation else None
    )
    with scheduler.watching(dynamodb):
        scheduler.run([("one", lambda: _increment_blindly(dynamodb))])

    assert scheduler.trace == ["one: begins", "one: counters"]


def test_an_operation_that_breaks_is_told_and_the_other_goes_on(dynamodb: Any) -> None:
    _write(dynamodb, 0)
    scheduler = Scheduler(0)
    with scheduler.watching(dynamodb):
        broken, whole = scheduler.run([("broken", lambda: 1 // 0), ("whole", lambda: _read(dynamodb))])

    assert isinstance(broken.error, ZeroDivisionError)
    assert whole.result == 0
