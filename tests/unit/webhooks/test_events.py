"""Events on the bus, and who wants them."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace

import pytest

from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    Delivery,
    DeliveryKey,
    DeliveryStatus,
    Drained,
    Endpoint,
    Event,
    EventType,
    delivery_id,
    drained,
    mask_secret,
    mint_secret,
    new_delivery,
    replayed,
)

EVENT = Event("gen-1:completed", EventType.COMPLETED, "acc-1", 1_700_000_000_123, {"generation_id": "gen-1"})
ENDPOINT = Endpoint("acc-1", "end-1", "https://example.com/hook", DEFAULT_EVENTS, b"sealed", "whsec_abcd…", 1)


def test_an_event_survives_the_bus() -> None:
    for event in (EVENT, replace(EVENT, endpoint_id="end-1"), replace(EVENT, log_s=86_400)):
        assert Event.from_detail(json.loads(json.dumps(event.to_detail()))) == event


def test_an_event_without_an_endpoint_leaves_the_member_out() -> None:
    assert "endpoint_id" not in EVENT.to_detail()


def test_an_event_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="paused"):
        Event.from_detail(EVENT.to_detail() | {"event_type": "generation.paused"})


def test_a_new_endpoint_hears_the_four_generation_events_and_no_other() -> None:
    heard = {kind for kind in EventType if ENDPOINT.wants(replace(EVENT, event_type=kind))}
    assert heard == {EventType.STARTED, EventType.COMPLETED, EventType.FAILED, EventType.CANCELED}


def test_a_test_event_needs_no_subscription_but_reaches_only_its_endpoint() -> None:
    test = replace(EVENT, event_type=EventType.TEST, endpoint_id="end-1")
    assert ENDPOINT.wants(test)
    assert not ENDPOINT.wants(replace(test, endpoint_id="end-2"))


def test_a_disabled_endpoint_still_wants_its_events() -> None:
    disabled = replace(ENDPOINT, enabled=False)
    assert disabled.wants(EVENT)
    assert not disabled.wants(replace(EVENT, event_type=EventType.LOW_BALANCE))


def test_an_endpoint_of_another_account_wants_nothing() -> None:
    stranger = replace(ENDPOINT, account_id="acc-2")
    assert not stranger.wants(EVENT)
    assert not stranger.wants(replace(EVENT, endpoint_id="end-1"))


def test_copies_of_an_event_make_one_delivery_with_one_id() -> None:
    assert new_delivery(EVENT, ENDPOINT) == new_delivery(EVENT, ENDPOINT)


def test_each_event_and_each_endpoint_has_its_own_delivery_id() -> None:
    ids = {delivery_id(event, endpoint) for event in ("a", "b") for endpoint in ("x", "y")}
    assert len(ids) == 4
    assert all(uuid.UUID(one).version == 5 for one in ids)


def test_a_delivery_carries_the_envelope_and_nothing_else() -> None:
    delivery = new_delivery(EVENT, ENDPOINT)
    assert json.loads(delivery.body) == {
        "webhook_event": "generation.completed",
        "webhook_timestamp": "2023-11-14T22:13:20.123Z",
        "webhook_delivery_id": delivery.key.delivery_id,
        "webhook_data": {"generation_id": "gen-1"},
    }


def test_a_body_is_plain_ascii_whatever_it_says() -> None:
    body = new_delivery(replace(EVENT, data={"generation_error": "für nichts 🌊"}), ENDPOINT).body
    assert body.isascii()
    assert json.loads(body)["webhook_data"] == {"generation_error": "für nichts 🌊"}


def test_a_new_delivery_is_pending_due_and_untried() -> None:
    delivery = new_delivery(EVENT, ENDPOINT)
    assert delivery == Delivery(
        key=DeliveryKey("acc-1", 1_700_000_000_123, delivery_id("gen-1:completed", "end-1")),
        endpoint_id="end-1",
        event_id="gen-1:completed",
        event_type=EventType.COMPLETED,
        body=delivery.body,
        status=DeliveryStatus.PENDING,
        attempts=0,
        due_at_ms=0,
    )


def test_a_replay_tells_the_same_under_an_id_and_a_time_of_its_own() -> None:
    first = new_delivery(EVENT, ENDPOINT)
    again = replayed(first, EVENT.occurred_at_ms + 1_000)
    assert (again.event_id, again.endpoint_id, again.event_type) == (
        "gen-1:completed",
        "end-1",
        first.event_type,
    )
    assert again.data == first.data == EVENT.data
    assert again.key.delivery_id != first.key.delivery_id
    envelope = json.loads(again.body)
    assert envelope["webhook_delivery_id"] == again.key.delivery_id
    assert envelope["webhook_timestamp"] == "2023-11-14T22:13:21.123Z"


def test_only_a_test_and_a_queued_event_are_brief() -> None:
    plain = new_delivery(EVENT, ENDPOINT)
    assert not plain.is_brief
    assert replace(plain, event_type=EventType.TEST).is_brief
    assert drained(EVENT, "end-1", Drained("drain-1", 1, "d-1"), 2).is_brief


def test_an_order_to_deliver_gives_a_queued_event_one_fresh_id() -> None:
    one, same = (drained(EVENT, "end-1", Drained("drain-1", 1, "d-1"), 2) for _ in range(2))
    other = drained(EVENT, "end-1", Drained("drain-2", 1, "d-1"), 2)
    assert one == same
    assert one.key.delivery_id not in {"d-1", other.key.delivery_id}
    assert json.loads(one.body)["webhook_timestamp"] == "1970-01-01T00:00:00.002Z"


def test_a_delivery_key_survives_the_queue() -> None:
    key = new_delivery(EVENT, ENDPOINT).key
    assert DeliveryKey.from_message(json.loads(json.dumps(key.to_message()))) == key


def test_secrets_are_32_alphanumerics_and_never_the_same() -> None:
    minted = {mint_secret() for _ in range(50)}
    assert len(minted) == 50
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9]{32}", secret) for secret in minted)


def test_a_masked_secret_shows_four_characters() -> None:
    assert mask_secret("whsec_abcdEFGHijklMNOPqrstUVWXyz012345") == "whsec_abcd…"


def test_an_endpoint_does_not_show_its_sealed_secret_in_logs() -> None:
    assert "sealed" not in repr(ENDPOINT)
