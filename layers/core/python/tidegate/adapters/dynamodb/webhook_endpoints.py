"""Endpoints in the webhooks table."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.adapters.dynamodb.webhook_codec import ENDPOINT, endpoint_item, read_endpoint
from tidegate.adapters.dynamodb.webhook_rows import Rows
from tidegate.domain.webhooks import MAX_FAILURES, Endpoint, EventType

_EXISTS = "attribute_exists(account_id)"


class EndpointRows(Rows):
    """Reads and writes endpoints."""

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Store an endpoint, replacing one with the same id."""
        self._client.put_item(TableName=self._table, Item=endpoint_item(endpoint))

    def get_endpoint(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        """Return the endpoint as last written, or None."""
        item = self._get(account_id, ENDPOINT + endpoint_id)
        return None if item is None else read_endpoint(item)

    def endpoints(self, account_id: str) -> tuple[Endpoint, ...]:
        """Return all endpoints of an account, oldest first."""
        found = [read_endpoint(item) for item in self._all(account_id, ENDPOINT)]
        return tuple(sorted(found, key=lambda endpoint: (endpoint.created_at_ms, endpoint.endpoint_id)))

    def remove_endpoint(self, account_id: str, endpoint_id: str) -> bool:
        """Delete an endpoint; False when there was none."""
        answer = self._client.delete_item(
            TableName=self._table, Key=_key(account_id, endpoint_id), ReturnValues="ALL_OLD"
        )
        return "Attributes" in answer

    def set_enabled(self, account_id: str, endpoint_id: str, *, enabled: bool) -> bool:
        """Turn an endpoint on or off; False when there is none. On again, it starts with a clean record."""
        expression = "SET #enabled = :enabled"
        values: dict[str, object] = {":enabled": enabled}
        if enabled:
            expression += ", failures = :none REMOVE disabled_because, disabled_at_ms"
            values[":none"] = 0
        done, _ = self._update(
            _key(account_id, endpoint_id),
            expression,
            condition=_EXISTS,
            names={"#enabled": "enabled"},
            values=values,
        )
        return done

    def disable(
        self, account_id: str, endpoint_id: str, *, because: str, at_ms: int, after_failures: int = 0
    ) -> Endpoint | None:
        """Turn an endpoint off and say why; None when it is off already, or has fewer failures by now."""
        values: dict[str, object] = {":off": False, ":on": True, ":because": because, ":at": at_ms}
        least = {":least": after_failures} if after_failures else {}
        done, item = self._update(
            _key(account_id, endpoint_id),
            "SET #enabled = :off, disabled_because = :because, disabled_at_ms = :at",
            condition="#enabled = :on" + (" AND failures >= :least" if least else ""),
            names={"#enabled": "enabled"},
            values=values | least,
        )
        stands = read_endpoint(item) if item else None
        if done or stands is None:
            return stands
        # botocore repeats a write whose answer was lost: then it is off already, and that was us.
        told = (stands.enabled, stands.disabled_at_ms, stands.disabled_because)
        return stands if told == (False, at_ms, because) else None

    def count_failure(self, account_id: str, endpoint_id: str) -> bool:
        """Count a failed delivery; whether the run is now long enough to turn the endpoint off."""
        done, item = self._update(
            _key(account_id, endpoint_id),
            "SET failures = if_not_exists(failures, :none) + :one",
            condition=_EXISTS,
            values={":one": 1, ":none": 0},
        )
        return done and read_endpoint(item).failures >= MAX_FAILURES

    def end_failures(self, account_id: str, endpoint_id: str) -> None:
        """Forget the failed deliveries: one was taken."""
        self._update(
            _key(account_id, endpoint_id), "SET failures = :none", condition=_EXISTS, values={":none": 0}
        )

    def set_events(self, account_id: str, endpoint_id: str, events: Sequence[EventType]) -> Endpoint | None:
        """Change what an endpoint is told of; None when there is none."""
        done, item = self._update(
            _key(account_id, endpoint_id),
            "SET events = :events",
            condition=_EXISTS,
            values={":events": [event.value for event in events]},
        )
        return read_endpoint(item) if done else None

    def set_secret(self, endpoint: Endpoint, sealed_secret: bytes, hint: str, *, until_ms: int) -> bool:
        """Give an endpoint a new secret; that of ``endpoint`` signs beside it until then.

        False when the stored secret is not that of ``endpoint`` any more.
        """
        done, item = self._update(
            _key(endpoint.account_id, endpoint.endpoint_id),
            "SET sealed_secret = :new, secret_hint = :hint,"
            " sealed_previous = :old, previous_until_ms = :until",
            condition="sealed_secret = :old",
            values={
                ":new": sealed_secret,
                ":hint": hint,
                ":old": endpoint.sealed_secret,
                ":until": until_ms,
            },
        )
        # botocore repeats a write whose answer was lost: then the new secret is in force already.
        return done or (bool(item) and read_endpoint(item).sealed_secret == sealed_secret)


def _key(account_id: str, endpoint_id: str) -> Item:
    return encode_item({"account_id": account_id, "item": ENDPOINT + endpoint_id})
