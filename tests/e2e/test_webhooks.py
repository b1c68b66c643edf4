"""Webhooks of the deployed stack, verified as a customer would."""

from __future__ import annotations

import json

import stripe

from tests.e2e.customer import Customer, http
from tests.e2e.waiting import until


def test_every_webhook_is_signed_for_its_endpoint(customer: Customer) -> None:
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    delivery = customer.delivery("generation.completed", generation_id)
    headers = {name.lower(): value for name, value in delivery["headers"].items()}
    assert stripe.WebhookSignature.verify_header(  # the same scheme: t=…,v1=…
        delivery["text"], headers["x-babysea-signature"], customer.webhook_secret, 300
    )
    assert headers["x-babysea-event"] == "generation.completed"
    assert headers["x-babysea-delivery-id"] == delivery["body"]["webhook_delivery_id"]
    assert headers["x-babysea-timestamp"] == delivery["body"]["webhook_timestamp"]


def test_a_receiver_that_fails_is_tried_again_with_the_same_delivery_id(customer: Customer) -> None:
    behaviour = {"path": customer.hook, "status": 503, "times": 2}
    http.request("PUT", f"{customer.info.receiver_url}/behaviour", body=json.dumps(behaviour).encode())
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    until(
        lambda: len([d for d in customer.deliveries(generation_id) if d["status"] == 200]) == 2,
        "both events are delivered",
    )
    by_event: dict[str, set[str]] = {}
    for delivery in customer.deliveries(generation_id):
        event = delivery["body"]["webhook_event"]
        by_event.setdefault(event, set()).add(delivery["body"]["webhook_delivery_id"])
    assert {event: len(ids) for event, ids in by_event.items()} == {
        "generation.started": 1,
        "generation.completed": 1,
    }
    assert len(customer.deliveries(generation_id)) == 4
