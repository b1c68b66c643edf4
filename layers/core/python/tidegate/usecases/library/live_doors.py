"""The two ways to live pictures: with a key, and by a public URL, within what its scope allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.scopes import Standing
from tidegate.domain.client_address import source_of
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.generation import new_id
from tidegate.domain.keys import Key
from tidegate.domain.library.errors import ProjectNotFound
from tidegate.domain.library.live import PER_ADDRESS, VISITOR_SCOPES, LiveScope, origin_of
from tidegate.domain.library.live_errors import AddressLimited, ScopeClosed, ScopeLimited
from tidegate.domain.library.signed_urls import check_signature, is_signed
from tidegate.domain.limits import HOUR_S, window_number
from tidegate.usecases.library.live_signing import open_secret

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.dynamodb.wallets import WalletTable
    from tidegate.adapters.secrets import Secrets
    from tidegate.domain.account import Account

FULL: Final = "The scope has as many pictures as it may have."
CLOSED: Final = "No new pictures are made here."


class Services(Protocol):
    """What a public URL needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """Scopes and what is counted."""

    @property
    def wallets(self) -> WalletTable:
        """Who pays."""

    @property
    def secrets(self) -> Secrets:
        """What opens the secret that signs URLs."""

    def now_ms(self) -> int:
        """The time."""


@dataclass(slots=True)
class KeyDoor:
    """A caller with a key has made whatever it pays for."""

    key: Key
    project_id: str
    path: str
    scope: str = ""

    def payer(self) -> Key:
        """Return whose key it is."""
        return self.key

    def check(self) -> None:
        """Let everything through: authentication did the rest."""

    def beside(self) -> list[Item]:
        """Count nothing."""
        return []


@dataclass(slots=True)
class PublicDoor:
    """A visitor of a page has new pictures made within limits; a signed URL stands for its owner's word.

    The limits are read before anything is done, all at once, and are conditions of the transaction that
    accepts the picture: what is refused costs nothing, and however many come at once, no limit is passed.
    """

    services: Services
    account_id: str
    project_id: str
    path: str
    scope: str
    query: Mapping[str, str]
    address: str
    page: str | None  # the URL or origin of the page, as its browser tells it
    _standing: Standing | None = field(default=None, init=False)

    @classmethod
    def of(
        cls,
        services: Services,
        path: str,
        scope: str,
        *,
        query: Mapping[str, str],
        address: str,
        page: str | None,
    ) -> PublicDoor:
        """Find the project of a URL.

        Raises:
            ProjectNotFound: there is none of these names.
        """
        organization, _, project = path.partition("/")
        found = services.library.projects.find(organization, project)
        if found is None:
            raise ProjectNotFound("Project not found")
        return cls(services, *found, path, scope, query=query, address=address, page=page)

    def payer(self) -> Account:
        """Return the account that the project belongs to."""
        account = self.services.wallets.get(self.account_id)
        if account is None:
            raise AccountNotFound("The account of this project no longer exists.")
        return account

    def check(self) -> None:
        """Refuse what may not be made.

        Raises:
            SignatureRefused, SignatureExpired: it is signed, and not well.
            AddressLimited: the address had its new pictures for this hour.
            ScopeClosed: new ones are not made here, not for this page, or not in a scope nobody set up.
            ScopeLimited: the scope is full.
        """
        now_ms = self.services.now_ms()
        scopes = self.services.library.scopes
        standing = scopes.standing(self.project_id, self.scope, source_of(self.address), now_ms)
        self._standing = standing
        if is_signed(self.query):
            check_signature(
                open_secret(standing.settings, self.services.secrets, self.project_id),
                secret_id=standing.settings.signing_id,
                path=f"{self.path}/live/{self.scope}",
                query=self.query,
                now_ms=now_ms,
            )
        else:
            self._check_visitor(standing, now_ms)
        if standing.scope is not None and standing.scope.pictures >= standing.scope.limit:
            raise ScopeLimited(FULL)

    def beside(self) -> list[Item]:
        """Count the picture in its scope, which it may begin, and unless it is signed for its address."""
        scopes, now_ms = self.services.library.scopes, self.services.now_ms()
        signed = is_signed(self.query)
        counts = [] if signed else [scopes.take_visit(self.project_id, source_of(self.address), now_ms)]
        if self._standing is not None and self._standing.scope is not None:
            return [*counts, scopes.take(self.project_id, self.scope, signed=signed, now_ms=now_ms)]
        begun = LiveScope(
            project_id=self.project_id,
            scope_id=new_id(now_ms),
            slug=self.scope,
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
            pictures=1,
            last_generated_at_ms=now_ms,
        )
        if not signed:
            counts.append(scopes.take_visitor_scope(self.project_id))
        return [*counts, scopes.insert(begun)]

    def _check_visitor(self, standing: Standing, now_ms: int) -> None:
        if standing.made >= PER_ADDRESS:
            next_hour_s = (window_number(now_ms, HOUR_S) + 1) * HOUR_S
            raise AddressLimited(
                "Too many new pictures from this address. Please retry after the period indicated in the "
                "Retry-After header.",
                limit=PER_ADDRESS,
                retry_after_seconds=max(1, next_hour_s - now_ms // 1000),
            )
        settings, scope = standing.settings, standing.scope
        if scope is None:
            if not settings.allow_new_scopes or settings.visitor_scopes >= VISITOR_SCOPES:
                raise ScopeClosed("There is no such scope, and URLs alone begin no new ones here.")
        elif not scope.allow_new:
            raise ScopeClosed(CLOSED)
        elif scope.origins and (self.page is None or origin_of(self.page) not in scope.origins):
            raise ScopeClosed("No new pictures are made here for this page.")
