"""The delivery log as a test watches it, and a private service that must not be called."""

from __future__ import annotations

import socket
import threading

from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, Endpoint, Event, EventType
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.endpoints import send_test


class Listener:
    """A private service that must not be called: it counts who connects."""

    def __init__(self, port: int = 0) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", port))
        self.authority = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:
                return
            self.connections += 1

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


def publish(customer: Customer, deployed: Runtime, *names: str) -> None:
    """Have these things happen in the customer's account, in this order."""
    events = [
        Event(name, EventType.COMPLETED, customer.account_id, at_ms, {"generation_id": name})
        for at_ms, name in enumerate(names, deployed.now_ms())
    ]
    deployed.bus.publish([event.to_detail() for event in events])


def logged(customer: Customer, deployed: Runtime, name: str) -> Delivery | None:
    log = deployed.webhooks.deliveries(customer.account_id, limit=100)
    return next((delivery for delivery in log if delivery.event_id == name), None)


def attempts(customer: Customer, deployed: Runtime, name: str) -> tuple[DeliveryAttempt, ...]:
    """What was tried so far."""
    delivery = logged(customer, deployed, name)
    return delivery.log if delivery else ()


def ended(customer: Customer, deployed: Runtime, name: str, within_s: float = 60.0) -> Delivery:
    """Wait for the end of the delivery of an event."""

    def final() -> Delivery | None:
        delivery = logged(customer, deployed, name)
        return delivery if delivery and delivery.status is not DeliveryStatus.PENDING else None

    return until(final, f"the delivery of {name} ends", within_s)


def probe(customer: Customer, deployed: Runtime, endpoint: Endpoint) -> Delivery:
    """Send a test event and wait for its end."""
    event = webhook_test_event(customer.account_id, endpoint.endpoint_id, deployed.now_ms())
    send_test(event, webhooks=deployed.webhooks, bus=deployed.bus)
    return ended(customer, deployed, str(event["event_id"]))
