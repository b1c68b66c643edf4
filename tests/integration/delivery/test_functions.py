"""The two Lambdas, from the bus through both queues to the receiver."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import get_session

import functions.delivery.deliver
import functions.delivery.fan_out
from tests.integration.delivery.conftest import World
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhooks import DeliveryStatus, Event
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.drain import start_drain
from tidegate.usecases.endpoints import send_test


@pytest.fixture
def sqs(aws: dict[str, str]) -> Any:
    return get_session().create_client("sqs", region_name="us-east-1")


@pytest.fixture(autouse=True)
def deployed(world: World, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """Both functions run on the in-process AWS, with the receiver allowed by the operator's setting."""
    deployed = Runtime(aws | {"TIDEGATE_ALLOWED_PRIVATE_HOSTS": world.receiver.authority})
    monkeypatch.setattr(functions.delivery.fan_out, "runtime", deployed)
    monkeypatch.setattr(functions.delivery.deliver, "runtime", deployed)
    return deployed


def records(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"m-{number}", "body": body} for number, body in enumerate(bodies)]}


def received(sqs: Any, queue_url: str) -> list[str]:
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in messages]


def envelope(event: Event) -> str:
    return json.dumps({"source": "tidegate", "detail-type": event.event_type, "detail": event.to_detail()})


def test_a_test_event_travels_from_the_bus_to_the_receiver(
    world: World, deployed: Runtime, sqs: Any, aws: dict[str, str]
) -> None:
    events_url = sqs.create_queue(QueueName="events")["QueueUrl"]
    bus: Any = get_session().create_client("events", region_name="us-east-1")
    bus.put_rule(Name="all", EventBusName="tidegate", EventPattern='{"source": ["tidegate"]}')
    target = "arn:aws:sqs:us-east-1:123456789012:events"
    bus.put_targets(Rule="all", EventBusName="tidegate", Targets=[{"Id": "events", "Arn": target}])
    endpoint = world.add().endpoint

    send_test(
        webhook_test_event("acc-1", endpoint.endpoint_id, world.clock.ms),
        webhooks=deployed.webhooks,
        bus=deployed.bus,
    )
    told = functions.delivery.fan_out.handler(records(*received(sqs, events_url)), None)
    posted = functions.delivery.deliver.handler(
        records(*received(sqs, aws["TIDEGATE_DELIVERIES_QUEUE_URL"])), None
    )

    assert told == posted == {"batchItemFailures": []}
    (request,) = world.receiver.received
    assert json.loads(request.body)["webhook_event"] == "webhook.test"
    (delivery,) = world.webhooks.deliveries("acc-1")
    assert delivery.status is DeliveryStatus.DELIVERED


def test_a_record_that_cannot_be_read_comes_back_alone(
    world: World, event: Event, sqs: Any, aws: dict[str, str]
) -> None:
    world.add()
    answer = functions.delivery.fan_out.handler(records("no json", envelope(event), "{}"), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}, {"itemIdentifier": "m-2"}]}

    (message,) = received(sqs, aws["TIDEGATE_DELIVERIES_QUEUE_URL"])
    answer = functions.delivery.deliver.handler(records("no json", message), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    assert len(world.receiver.received) == 1


def test_no_log_line_shows_the_secret_or_the_sealing_key(
    world: World, event: Event, sqs: Any, aws: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    secret = world.add().secret
    functions.delivery.fan_out.handler(records(envelope(event)), None)
    functions.delivery.deliver.handler(
        records(*received(sqs, aws["TIDEGATE_DELIVERIES_QUEUE_URL"]), "broken"), None
    )

    written = "".join(capsys.readouterr())
    (request,) = world.receiver.received
    for hidden in (secret, "0123456789abcdef", request.headers["X-BabySea-Signature"]):
        assert hidden not in written


def test_the_operator_reads_of_a_disabled_endpoint_in_the_log(
    world: World, event: Event, sqs: Any, aws: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    endpoint_id = world.add().endpoint.endpoint_id
    world.receiver.answer(410)
    functions.delivery.fan_out.handler(records(envelope(event)), None)
    functions.delivery.deliver.handler(records(*received(sqs, aws["TIDEGATE_DELIVERIES_QUEUE_URL"])), None)

    (told,) = [vars(record) for record in caplog.records if record.levelname == "WARNING"]
    assert told["message"] == "webhook endpoint disabled"
    assert (told["account_id"], told["endpoint_id"]) == ("acc-1", endpoint_id)
    assert told["reason"] == "it answered 410"


def test_a_queue_is_delivered_by_the_same_function(
    world: World, deployed: Runtime, event: Event, sqs: Any, aws: dict[str, str]
) -> None:
    endpoint_id = world.add().endpoint.endpoint_id
    world.webhooks.set_enabled("acc-1", endpoint_id, enabled=False)
    functions.delivery.fan_out.handler(records(envelope(event)), None)
    world.webhooks.set_enabled("acc-1", endpoint_id, enabled=True)
    start_drain(
        "acc-1",
        endpoint_id,
        webhooks=deployed.webhooks,
        queue=deployed.deliveries,
        now_ms=deployed.now_ms(),
    )

    url = aws["TIDEGATE_DELIVERIES_QUEUE_URL"]
    for _ in ("begin", "post", "go on"):
        bodies = received(sqs, url)
        assert functions.delivery.deliver.handler(records(*bodies), None) == {"batchItemFailures": []}

    assert len(world.receiver.received) == 1
    (waited,) = world.webhooks.queued_events("acc-1", endpoint_id)
    assert waited.delivered_at_ms is not None
    assert received(sqs, url) == []


@pytest.mark.parametrize("function", [functions.delivery.fan_out, functions.delivery.deliver])
def test_what_failed_comes_again_after_seconds(
    deployed: Runtime, sqs: Any, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, function: Any
) -> None:
    events_url = sqs.create_queue(QueueName="events")["QueueUrl"]
    monkeypatch.setitem(deployed.__dict__, "events", Queue(deployed._sqs, events_url))
    url = events_url if function is functions.delivery.fan_out else aws["TIDEGATE_DELIVERIES_QUEUE_URL"]
    hidden: list[int] = []
    deployed._sqs.meta.events.register(
        "provide-client-params.sqs.ChangeMessageVisibility",
        lambda params, **_: hidden.append(params["VisibilityTimeout"]),
    )
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
    }
    for receipts in ("1", "3"):
        event = {"Records": [{**record, "attributes": {"ApproximateReceiveCount": receipts}}]}
        failed = [{"itemIdentifier": message["MessageId"]}]
        assert function.handler(event, None) == {"batchItemFailures": failed}
    assert hidden == [2, 10]
