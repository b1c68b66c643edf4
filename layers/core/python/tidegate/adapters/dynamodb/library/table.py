"""The library table: what projects hold, one module an entity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tidegate.adapters.dynamodb import transaction
from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.aliases import AliasTable
from tidegate.adapters.dynamodb.library.bootstrap import BootstrapTable
from tidegate.adapters.dynamodb.library.flows import FlowTable
from tidegate.adapters.dynamodb.library.generations import LibraryGenerationTable
from tidegate.adapters.dynamodb.library.images import ImageTable
from tidegate.adapters.dynamodb.library.live import LiveTable
from tidegate.adapters.dynamodb.library.projects import ProjectTable
from tidegate.adapters.dynamodb.library.rows import Rows
from tidegate.adapters.dynamodb.library.scopes import ScopeTable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class LibraryTable:
    """The entities of the library, and transactions over several of them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self.rows = Rows(client, table)
        self.projects = ProjectTable(self.rows)
        self.flows = FlowTable(self.rows)
        self.images = ImageTable(self.rows)
        self.generations = LibraryGenerationTable(self.rows)
        self.aliases = AliasTable(self.rows)
        self.live = LiveTable(self.rows)
        self.scopes = ScopeTable(self.rows)
        self.bootstrap = BootstrapTable(self.rows)

    def write(self, actions: Sequence[Item]) -> None:
        """Write all actions or none.

        Raises:
            transaction.ConditionsFailed: says which of them did not hold.
            transaction.StillInConflict: try again later.
        """
        transaction.write(self.rows.client, actions)
