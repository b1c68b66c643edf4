"""Tell accounts that their balance is low: from the wallets' stream, once per crossing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.adapters.dynamodb.alerts import AlertTable, alerts_of
from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.adapters.eventbridge import EventBus
from tidegate.domain.alerts import Alert, read_thresholds
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement
from tidegate.usecases.stream_records import Unreadable, read_each

# (account, movement that crossed, thresholds that it crossed) -> the bus's event
Present = Callable[[str, Movement, Sequence[Money]], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What became of a batch: how many events it made, and the records that nobody can read."""

    published: int
    unreadable: Sequence[Unreadable]


def watch(
    records: Iterable[Mapping[str, Any]], alerts: AlertTable, bus: EventBus, present: Present
) -> Watched:
    """Fire and re-arm alerts for the stream records of wallets, in order.

    An event is published before the alert's change is stored, under an id that the movement gives it:
    stopped in between, the repeated batch publishes the same event, which consumers know. Raising repeats
    the batch. A record that is not of a movement, such as a change of plan, is passed over.
    """
    crossings, unreadable = read_each(records, _crossing)
    published = sum(
        _change(account_id, movement, alerts, bus, present)
        for account_id, movement in filter(None, crossings)
    )
    return Watched(published, unreadable)


def _crossing(record: Mapping[str, Any]) -> tuple[str, Movement] | None:
    """Read a movement that might change an alert; None for any other record."""
    image = record["dynamodb"]
    moved = movement_of(image["NewImage"])
    if moved is None or "OldImage" not in image or not _is_newer(image):
        return None
    _, movement = moved
    before = Money(int(image["OldImage"]["balance"]["N"]))
    if any(alert.might_change(before, movement) for alert in alerts_of(image["NewImage"])):
        return moved
    return None


def _is_newer(image: Mapping[str, Any]) -> bool:
    return bool(image["NewImage"]["sequence"] != image["OldImage"]["sequence"])


def _change(account_id: str, movement: Movement, alerts: AlertTable, bus: EventBus, present: Present) -> int:
    changes = [(alert, alert.after(movement)) for alert in _alerts_now(account_id, alerts)]
    changed = [after for before, after in changes if after != before]
    fired = [alert.threshold for alert in changed if not alert.armed]
    if fired:
        bus.publish([present(account_id, movement, fired)])
    for alert in changed:
        alerts.record(account_id, alert)
    return 1 if fired else 0


def _alerts_now(account_id: str, alerts: AlertTable) -> tuple[Alert, ...]:
    """Read the alerts as they are stored; of an account that is gone since, there is nobody left to tell."""
    try:
        return alerts.get(account_id)
    except AccountNotFound:
        return ()


def set_thresholds(alerts: AlertTable, *, account_id: str, amounts: Iterable[Money]) -> tuple[Alert, ...]:
    """Tell an account when its balance falls below these amounts, and below no others; none: never.

    Raises:
        AccountNotFound: no such account.
        InvalidInput: an amount is not positive, or there are more than ten.
        ServiceUnavailable: others keep changing them.
    """
    return alerts.configure(account_id, read_thresholds(amounts))
