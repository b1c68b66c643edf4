"""Send one delivery of the log again."""

from __future__ import annotations

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhooks import DeliveryKey, DeliveryNotFound, EndpointNotFound, replayed


def replay(
    account_id: str, delivery_id: str, *, webhooks: WebhookTable, queue: Queue, now_ms: int
) -> DeliveryKey:
    """Tell the endpoint of a delivery once more, under a fresh id, time and signature.

    Raises:
        DeliveryNotFound: the account's log has no such delivery.
        EndpointNotFound: its endpoint was removed, or is disabled.
    """
    delivery = webhooks.find_delivery(account_id, delivery_id)
    if delivery is None:
        raise DeliveryNotFound(f"No delivery {delivery_id}.")
    endpoint = webhooks.get_endpoint(account_id, delivery.endpoint_id)
    if endpoint is None or not endpoint.enabled:
        raise EndpointNotFound("The delivery's endpoint was removed, or is disabled.")
    again = replayed(delivery, now_ms)
    webhooks.create_delivery(again)
    queue.send(again.key.to_message())
    return again.key
