"""A write that meets a transaction on its item is sent again, as botocore does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from tests.dynamodb_answers import CONFLICT, answer, answering
from tidegate.clients import Clients

REFUSED = "ConditionalCheckFailedException"


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


def _write(answers: Sequence[str | None]) -> tuple[int, str | None]:
    """Update an item while DynamoDB answers so, at last for ever; how often it was asked, and the error."""
    client, asked = Clients().dynamodb, []

    def answered(request: Any) -> AWSResponse:
        asked.append(request.url)
        return answer(request.url, answers[min(len(asked), len(answers)) - 1])

    with answering(client, answered):
        try:
            client.update_item(TableName="keys", Key={"key_hash": {"S": "x"}})
        except ClientError as error:
            return len(asked), error.response["Error"]["Code"]
    return len(asked), None


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([None], 1),
        ([CONFLICT, None], 2),
        ([CONFLICT, CONFLICT, CONFLICT, None], 4),
        ([CONFLICT], 6),
        ([REFUSED], 1),
        ([CONFLICT, REFUSED], 2),
    ],
)
def test_a_write_waits_for_the_transaction_that_is_at_its_item(answers: list[str | None], asked: int) -> None:
    assert _write(answers) == (asked, answers[-1])
