"""The webhooks table: an account's endpoints, the log of deliveries to them, and what waits for them."""

from __future__ import annotations

from tidegate.adapters.dynamodb.webhook_deliveries import DeliveryRows
from tidegate.adapters.dynamodb.webhook_endpoints import EndpointRows
from tidegate.adapters.dynamodb.webhook_queue import QueueRows


class WebhookTable(EndpointRows, DeliveryRows, QueueRows):
    """Reads and writes everything about webhooks. Every method is one call, or one per page."""
