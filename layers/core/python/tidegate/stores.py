"""The part of the runtime that keeps records and files."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.telemetry import Telemetry

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.alerts import AlertTable
    from tidegate.adapters.dynamodb.generations import GenerationTable
    from tidegate.adapters.dynamodb.keys import KeyTable
    from tidegate.adapters.dynamodb.ledger import LedgerReader
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.dynamodb.listing import GenerationListing
    from tidegate.adapters.dynamodb.wallets import WalletTable
    from tidegate.adapters.dynamodb.webhooks import WebhookTable
    from tidegate.adapters.s3 import OutputStore


class Stores(Telemetry):
    """Tables and the bucket. A property that nobody touches costs nothing."""

    @cached_property
    def keys(self) -> KeyTable:
        """API keys and their request windows."""
        from tidegate.adapters.dynamodb.keys import KeyTable  # noqa: PLC0415

        return KeyTable(self.dynamodb, self.setting("KEYS_TABLE"), self.usage)

    @cached_property
    def wallets(self) -> WalletTable:
        """Accounts and their prepaid wallets."""
        from tidegate.adapters.dynamodb.wallets import WalletTable  # noqa: PLC0415

        return WalletTable(self.dynamodb, self.setting("WALLETS_TABLE"))

    @cached_property
    def alerts(self) -> AlertTable:
        """Low-balance alerts."""
        from tidegate.adapters.dynamodb.alerts import AlertTable  # noqa: PLC0415

        return AlertTable(self.dynamodb, self.setting("WALLETS_TABLE"))

    @cached_property
    def ledger(self) -> LedgerReader:
        """What the books rest on, to verify them."""
        from tidegate.adapters.dynamodb.ledger import LedgerReader  # noqa: PLC0415

        return LedgerReader(self.dynamodb, self.setting("WALLETS_TABLE"), self.setting("GENERATIONS_TABLE"))

    @cached_property
    def generations(self) -> GenerationTable:
        """Generations, their attempts, and idempotency records."""
        from tidegate.adapters.dynamodb.generations import GenerationTable  # noqa: PLC0415

        return GenerationTable(
            self.dynamodb, self.setting("GENERATIONS_TABLE"), self.setting("WALLETS_TABLE")
        )

    @cached_property
    def listing(self) -> GenerationListing:
        """Generations by their place in their account's listing."""
        from tidegate.adapters.dynamodb.listing import GenerationListing  # noqa: PLC0415

        return GenerationListing(self.dynamodb, self.setting("GENERATIONS_TABLE"))

    @cached_property
    def library(self) -> LibraryTable:
        """What projects hold: flows, images, aliases, and the records of their generations."""
        from tidegate.adapters.dynamodb.library.table import LibraryTable  # noqa: PLC0415

        return LibraryTable(self.dynamodb, self.setting("LIBRARY_TABLE"))

    @cached_property
    def webhooks(self) -> WebhookTable:
        """Webhook endpoints and the delivery log."""
        from tidegate.adapters.dynamodb.webhooks import WebhookTable  # noqa: PLC0415

        return WebhookTable(self.dynamodb, self.setting("WEBHOOKS_TABLE"))

    @cached_property
    def outputs(self) -> OutputStore:
        """The bucket of produced files."""
        from tidegate.adapters.s3 import OutputStore  # noqa: PLC0415

        return OutputStore(self._s3, self.setting("OUTPUTS_BUCKET"))
