"""Capacity as AWS computes it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.session import get_session

from benchmarks.metering import Meter, item_size, metering


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client whose calls are answered by ``answers``, in turn; an error is raised."""
    answers: list[Any] = []

    def answer(*_: object) -> Any:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    session = get_session()
    session.set_credentials("test", "test")
    client = session.create_client("dynamodb", region_name="us-east-1")
    client.answers = answers  # type: ignore[attr-defined]
    return client


def _item(size: int) -> dict[str, Any]:
    return {"pk": {"S": "x" * (size - 2)}}


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"name": {"S": "seal"}}, 8),
        ({"name": {"S": "é"}}, 6),
        ({"n": {"N": "12345"}}, 5),
        ({"n": {"N": "-1.5"}}, 3),
        ({"b": {"B": b"1234"}}, 5),
        ({"yes": {"BOOL": True}}, 4),
        ({"m": {"M": {"a": {"S": "b"}}}}, 7),
        ({"l": {"L": [{"S": "ab"}]}}, 7),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(item: dict[str, Any], size: int) -> None:
    assert item_size(item) == size


@pytest.mark.parametrize(("size", "units"), [(10, 1), (1024, 1), (1025, 2)])
def test_a_write_is_one_unit_for_each_started_kilobyte(dynamodb: Any, size: int, units: int) -> None:
    dynamodb.answers += [{}]
    with metering() as meter:
        dynamodb.put_item(TableName="t", Item=_item(size))
    assert (meter.write_units, meter.read_units, meter.total_calls) == (units, 0, 1)


def test_a_write_in_a_transaction_is_twice_as_much(dynamodb: Any) -> None:
    dynamodb.answers += [{}, {"Item": _item(1500)}]
    update = {"TableName": "t", "Key": {"pk": {"S": "k"}}}
    with metering() as meter:
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": "t", "Item": _item(10)}}, {"Update": update}]
        )
    assert meter.write_units == 2 + 4
    assert meter.calls == {"dynamodb:TransactWriteItems": 1}


def test_a_write_whose_condition_fails_is_billed_and_one_that_is_throttled_is_not(dynamodb: Any) -> None:
    for code in ("ConditionalCheckFailedException", "ThrottlingException"):
        dynamodb.answers += [ClientError({"Error": {"Code": code}}, "PutItem")]
    with metering() as meter:
        for _ in range(2):
            with pytest.raises(ClientError):
                dynamodb.put_item(TableName="t", Item=_item(10))
    assert (meter.write_units, meter.total_calls) == (1, 2)


@pytest.mark.parametrize(("consistent", "units"), [(True, 2), (False, 1)])
def test_a_read_is_billed_by_four_kilobytes_and_consistency(
    dynamodb: Any, units: float, *, consistent: bool
) -> None:
    dynamodb.answers += [{"Item": _item(4097)}]
    with metering() as meter:
        dynamodb.get_item(TableName="t", Key={}, ConsistentRead=consistent)
    assert meter.read_units == units


def test_an_item_that_is_not_there_is_read_all_the_same(dynamodb: Any) -> None:
    dynamodb.answers += [{"Responses": {"t": [_item(10)]}}, {}]
    with metering() as meter:
        dynamodb.batch_get_item(RequestItems={"t": {"Keys": [{}, {}], "ConsistentRead": True}})
        dynamodb.get_item(TableName="t", Key={})
    assert meter.read_units == 2 + 0.5


def test_a_query_is_billed_by_what_it_finds_together(dynamodb: Any) -> None:
    dynamodb.answers += [{"Items": [_item(2000), _item(3000)]}, {"Items": []}]
    with metering() as meter:
        dynamodb.query(TableName="t", ConsistentRead=True)
        dynamodb.query(TableName="t")
    assert meter.read_units == 2 + 0.5


def test_meters_add_up() -> None:
    one, other = Meter(write_units=1, read_units=2), Meter(write_units=3, read_units=0.5)
    one.calls["sqs:SendMessage"] += 1
    other.calls["sqs:SendMessage"] += 2
    together = one + other
    assert (together.total_calls, together.write_units, together.read_units) == (3, 4, 2.5)
