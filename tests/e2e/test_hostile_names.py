"""Webhook URLs whose names resolve into private space, at once or only when it is time to connect.

The deployed delivery function runs as it is, on a machine whose name server is the test's; every address
that it connects to is told by the interpreter itself.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.customer import Customer
from tests.e2e.deliveries import Listener, probe
from tests.e2e.lambdas import name_of
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import DeliveryStatus, Endpoint
from tidegate.runtime import Runtime
from tidegate.usecases.endpoints import add_endpoint

EQUIPMENT = Path(__file__).parent / "hostile_names"
NAME = "receiver.hostile.example"
NOWHERE = "3ffe:831f::1"  # global, and routed to nobody: the 6bone was given back (RFC 3701)


class NameServer:
    """Answers one address after the other, the last one for ever, and notes who connected where."""

    def __init__(self) -> None:
        self.answers: Sequence[str] = ()
        self.asked = 0
        self.connected: list[tuple[str, int]] = []
        self.ever: set[tuple[str, int]] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answer(self, *addresses: str) -> None:
        """Answer these from now on, and forget what was seen."""
        self.answers, self.asked = addresses, 0
        self.connected.clear()

    def _serve(self) -> None:
        while True:
            message, sender = self._socket.recvfrom(512)
            word, *rest = message.decode().split()
            if word == "stop":
                return
            if word == "connect":
                self.connected.append((rest[0], int(rest[1])))
                self.ever.add(self.connected[-1])
            else:
                answer = self.answers[min(self.asked, len(self.answers) - 1)]
                self.asked += 1
                self._socket.sendto(answer.encode(), sender)

    def close(self) -> None:
        """Stop answering."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopping:
            stopping.sendto(b"stop", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture(scope="module")
def names(deployed: Runtime) -> Iterator[NameServer]:
    """The delivery function's name server."""
    server = NameServer()
    functions = deployed.client("lambda")
    name = name_of(functions, "delivery.deliver.handler")
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    hostile = {"PYTHONPATH": str(EQUIPMENT), "HOSTILE_NAMES": str(server.port)}
    try:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables | hostile}
        )
        yield server
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
        functions.close()
        server.close()


@pytest.fixture
def trap() -> Iterator[Listener | None]:
    """A private service on the only port that a webhook may name, where this machine lets us have it."""
    listener = None
    with suppress(OSError):
        listener = Listener(443)
    yield listener
    if listener:
        assert listener.connections == 0
        listener.close()


@pytest.fixture
def endpoint(customer: Customer, deployed: Runtime) -> Endpoint:
    """An endpoint whose name the guard at the door has no reason to refuse."""
    created = add_endpoint(
        customer.account_id,
        f"https://{NAME}/hook",
        webhooks=deployed.webhooks,
        sealer=Sealer(deployed.secrets.sealing_key),
        now_ms=deployed.now_ms(),
    )
    return created.endpoint


def _called(names: NameServer, customer: Customer) -> list[tuple[str, int]]:
    """Where the function connected to, beside the AWS endpoint."""
    aws = urlsplit(customer.info.aws_endpoint_url)
    ours = (aws.hostname, aws.port)
    assert ours in names.ever  # the equipment works: the function's own calls are seen
    return [where for where in names.connected if where != ours]


@pytest.mark.usefixtures("trap")
@pytest.mark.parametrize(
    "private", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::ffff:127.0.0.1", "fd00::1"]
)
def test_a_name_that_resolves_to_a_private_address_is_not_called(
    customer: Customer, deployed: Runtime, names: NameServer, endpoint: Endpoint, private: str
) -> None:
    names.answer(private)
    delivery = probe(customer, deployed, endpoint)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.FAILED, 1)
    assert delivery.error == f"the URL is not allowed: {NAME} is not a public host"
    assert names.asked == 1
    assert _called(names, customer) == []


@pytest.mark.usefixtures("trap")
def test_a_name_that_changes_its_answer_is_connected_where_it_was_checked(
    customer: Customer, deployed: Runtime, names: NameServer, endpoint: Endpoint
) -> None:
    names.answer(NOWHERE, "127.0.0.1")
    delivery = probe(customer, deployed, endpoint)
    assert delivery.status is DeliveryStatus.FAILED
    first, second = delivery.log  # each attempt asks once, checks, and connects to what it checked
    assert first.error == "the connection failed"
    assert second.error == f"the URL is not allowed: {NAME} is not a public host"
    assert names.asked == 2
    assert _called(names, customer) == [(NOWHERE, 443)]
