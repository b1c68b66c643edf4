"""The generations table: generations and idempotency records; attempts are in a module of their own.

A generation lies under its account (``pk`` = account, ``sk`` = id), so another account's id is simply not
found; ids are UUIDv7, so a listing is newest first without an index (docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb import attempt_codec, attempts, generation_codec, transaction
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.items import Items, key_of
from tidegate.adapters.dynamodb.movements import movement
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import OPEN_STATUSES, Generation, Settlement, Status
from tidegate.domain.idempotency import IdempotencyRecord, digest, partition
from tidegate.domain.wallet import MovementKind, Payment

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_SETTLES: Final = {Settlement.CHARGE: MovementKind.CHARGE, Settlement.REFUND: MovementKind.REFUND}
_OPEN_VALUES: Final = {f":{status}": status for status in sorted(OPEN_STATUSES)}
_IS_OPEN: Final = f"#status IN ({', '.join(_OPEN_VALUES)})"
_RULED_OUT: Final = "void"


class GenerationTable:
    """Generations with the money that they hold: creating and settling are one transaction each."""

    def __init__(self, client: DynamoDBClient, table: str, wallets_table: str) -> None:
        self._client = client
        self._table = table
        self._wallets = wallets_table
        self._items = Items(client, table)
        self.attempts = attempts.AttemptTable(client, table)

    def create(
        self,
        generation: Generation,
        *,
        idempotency: IdempotencyRecord | None = None,
        max_in_flight: int | None = None,
        payment: Payment = Payment.BALANCE,
        also: Sequence[Item] = (),
    ) -> None:
        """Hold the price and store the generation, or do neither.

        ``also`` are further actions of the transaction, in other tables.

        Raises:
            transaction.ConditionsFailed: action 0 is the wallet, 1 the generation, then the idempotency
                record if there is one, then those of ``also``.
            transaction.StillInConflict: the same actions, still busy.
        """
        actions: list[dict[str, Any]] = [
            movement(
                self._wallets,
                generation.account_id,
                MovementKind.RESERVE,
                generation.price,
                reference=generation.generation_id,
                now_ms=generation.created_at_ms,
                max_in_flight=max_in_flight,
                mode=generation.mode,
                payment=payment,
            ),
            {
                "Put": {
                    "TableName": self._table,
                    "Item": generation_codec.to_item(generation),
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
        if idempotency is not None:
            actions.append(self._put_idempotency(idempotency, generation.created_at_ms))
        transaction.write(self._client, [*actions, *also])

    def rule_out(self, generation: Generation) -> Generation | None:
        """Return what a ``create`` without an answer has stored; if nothing, it never will store anything.

        For that a mark takes the generation's place. It is no generation, and lapsed from the beginning.

        Raises:
            ClientError, BotoCoreError: nobody knows; that transaction may still be under way.
        """
        mark = {"entity": _RULED_OUT, "ttl": generation.created_at_ms // 1000}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=key_of(generation.account_id, generation.generation_id) | encode_item(mark),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return _generation(error.response.get("Item"))
        return None

    def get(self, account_id: str, generation_id: str) -> Generation | None:
        """Read one generation of this account, as of now."""
        return _generation(self._items.get(key_of(account_id, generation_id)))

    def idempotency_record(self, account_id: str, path: str, key: str) -> IdempotencyRecord | None:
        """Read what a key stands for, as of now. It may have expired: DynamoDB removes it some time later."""
        item = self._items.get(key_of(partition(account_id), digest(path, key)))
        return IdempotencyRecord.from_values(decode_item(item)) if item else None

    def get_with_attempt(
        self, account_id: str, generation_id: str, number: int
    ) -> tuple[Generation | None, Attempt | None]:
        """Read a generation and one of its attempts in one call, as of now."""
        keys = [key_of(account_id, generation_id), attempts.key(generation_id, number)]
        answer = self._client.batch_get_item(
            RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}}
        )
        items = {item["entity"]["S"]: item for item in answer["Responses"].get(self._table, [])}
        if answer.get("UnprocessedKeys"):
            raise RuntimeError("DynamoDB is throttling reads; the message comes again")
        generation, attempt = items.get(generation_codec.ENTITY), items.get(attempt_codec.ENTITY)
        return (
            generation_codec.from_item(generation) if generation else None,
            attempt_codec.from_item(attempt) if attempt else None,
        )

    def open_ids(self, account_id: str, *, since_id: str = "0") -> Iterator[str]:
        """The ids of all generations of an account that have not ended, oldest first, from an id on."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :account AND sk >= :since",
            FilterExpression=_IS_OPEN,
            ProjectionExpression="sk",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues=encode_item(
                {":account": account_id, ":since": since_id, **_OPEN_VALUES}
            ),
        )
        return (item["sk"]["S"] for page in pages for item in page["Items"])

    def mark_processing(self, generation: Generation, provider: str, now_ms: int) -> bool:
        """Note that a provider is at work; False when the generation was no longer pending."""
        return self._items.update(
            key_of(generation.account_id, generation.generation_id),
            "SET #status = :processing, started_at_ms = :now, provider_initialize = :provider",
            "#status = :pending",
            {
                ":processing": Status.PROCESSING,
                ":pending": Status.PENDING,
                ":now": now_ms,
                ":provider": provider,
            },
        )

    def mark_removed(self, generation: Generation, now_ms: int) -> bool:
        """Note that the files of an ended generation are deleted; False when that was noted before."""
        return self._items.update(
            key_of(generation.account_id, generation.generation_id),
            "SET removed_at_ms = :now",
            f"attribute_exists(pk) AND attribute_not_exists(removed_at_ms) AND NOT {_IS_OPEN}",
            {":now": now_ms, **_OPEN_VALUES},
        )

    def settle(
        self,
        generation: Generation,
        status: Status,
        settlement: Settlement,
        *,
        changes: Mapping[str, object],
        now_ms: int,
        used: Attempt | None = None,
    ) -> bool:
        """End a generation and move its money, once; False when it had already ended.

        ``changes`` are further attributes of the generation, as ``generation_codec`` names them. ``used`` is
        the attempt that served it.

        Raises:
            transaction.StillInConflict: try again later.
        """
        until_s = generation.retention.record_until_s(now_ms)
        sets = {"status": status, "settlement": settlement, "completed_at_ms": now_ms, **changes}
        if until_s is not None:
            sets["ttl"] = until_s
        values = {f":{name}": value for name, value in sets.items()} | _OPEN_VALUES
        actions = [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": key_of(generation.account_id, generation.generation_id),
                    "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in sets),
                    "ConditionExpression": _IS_OPEN,
                    "ExpressionAttributeNames": {f"#{name}": name for name in sets},
                    "ExpressionAttributeValues": encode_item(values),
                }
            },
            movement(
                self._wallets,
                generation.account_id,
                _SETTLES[settlement],
                generation.price,
                reference=generation.generation_id,
                now_ms=now_ms,
                payment=Payment.TRIAL if generation.trial else Payment.BALANCE,
                record_until_s=until_s,
            ),
        ]
        if used is not None:
            actions.append(self.attempts.resolve(used, AttemptStatus.USED, now_ms))
        try:
            transaction.write(self._client, actions)
        except transaction.ConditionsFailed as error:
            if error.failed[0]:
                return False
            raise
        return True

    def _put_idempotency(self, record: IdempotencyRecord, now_ms: int) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": encode_item(record.values()),
                "ConditionExpression": "attribute_not_exists(pk) OR #ttl <= :now_s",
                "ExpressionAttributeNames": {"#ttl": "ttl"},
                "ExpressionAttributeValues": encode_item({":now_s": now_ms // 1000}),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


def _generation(item: Any) -> Generation | None:
    is_one = bool(item) and item["entity"]["S"] == generation_codec.ENTITY
    return generation_codec.from_item(item) if is_one else None
