"""Keys of Banatie's surface, as a master key makes, lists and revokes them: those of its own account only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.account import Account
from tidegate.domain.keys import Key, Surface
from tidegate.domain.library.errors import KeyNotFound, OrganizationNotFound, SlugTaken
from tidegate.domain.library.records import Organization, Project
from tidegate.usecases.accounts import confirm_key, create_key, get_account
from tidegate.usecases.library.projects import (
    create_organization,
    create_project,
    get_project,
    own_organization,
    project_at,
    read_slug,
)

DEFAULT_DAYS: Final = 90  # of a project's key (contracts: Banatie §1)
MAX_DAYS: Final = 3650
DAY_MS: Final = 86_400_000


class Services(Protocol):
    """What this works with."""

    @property
    def keys(self) -> KeyTable:
        """The keys."""

    @property
    def wallets(self) -> WalletTable:
        """The accounts."""

    @property
    def library(self) -> LibraryTable:
        """The projects."""


@dataclass(frozen=True, slots=True)
class AskedKey:
    """A key that is to be made. Without ``master`` it opens a project, which is made if it is not there."""

    master: bool
    name: str
    project_id: str | None = None  # of a project that is there; else its slug says which
    project_slug: str | None = None
    organization_id: str | None = None  # of an organization that is there
    organization_slug: str | None = None  # of one that is made if it is not; neither: the account's first
    days: int = DEFAULT_DAYS  # of a project's key


def make_key(services: Services, maker: Key, asked: AskedKey, now_ms: int) -> tuple[str, Key, Project | None]:
    """Make a key of the maker's account, with the maker's scopes; returns its text, this one time.

    Raises:
        InvalidInput: a name or slug that cannot be.
        ProjectNotFound, OrganizationNotFound: the account has no such thing.
        SlugTaken: the organization that would be made is another account's.
        TooManyKeys, ServiceUnavailable: no key was made.
    """
    project = None
    if not asked.master:
        project = _project(services.library, get_account(services.wallets, maker.account_id), asked, now_ms)
    text, key = create_key(
        services.keys,
        services.wallets,
        account_id=maker.account_id,
        surface=Surface.BANATIE,
        scopes=maker.scopes,
        name=asked.name,
        now_ms=now_ms,
        expires_at_ms=None if asked.master else now_ms + asked.days * DAY_MS,
        project=project,
    )
    confirm_key(services.keys, key, maker=maker)
    return text, key, project


def surface_keys(keys: KeyTable, account_id: str) -> list[Key]:
    """All keys of the account for this surface, newest first, those too that do not work any more."""
    return [key for key in reversed(keys.list(account_id)) if key.surface is Surface.BANATIE]


def revoke_surface_key(keys: KeyTable, account_id: str, key_id: str) -> Key:
    """Stop a key at once; returns it as it was before.

    Raises:
        KeyNotFound: the account has no such key for this surface.
    """
    for key in surface_keys(keys, account_id):
        if key.key_id == key_id:
            keys.revoke(key.key_hash)
            return key
    raise KeyNotFound("Key not found")


def _project(library: LibraryTable, account: Account, asked: AskedKey, now_ms: int) -> Project:
    if asked.project_id is not None:
        return get_project(library, account.account_id, asked.project_id)
    slug = read_slug(asked.project_slug or "", "projectSlug")
    organization = _organization(library, account, asked, now_ms)
    found = project_at(library, organization.slug, slug)
    if found is None:
        try:
            return create_project(library, organization, name=slug, slug=slug, now_ms=now_ms)
        except SlugTaken:  # somebody made it just now
            found = project_at(library, organization.slug, slug)
    return get_project(library, account.account_id, found or "")


def _organization(library: LibraryTable, account: Account, asked: AskedKey, now_ms: int) -> Organization:
    if asked.organization_id is not None or asked.organization_slug is None:
        return own_organization(library, account, asked.organization_id, now_ms)
    slug = read_slug(asked.organization_slug, "organizationSlug")
    try:
        return own_organization(library, account, slug, now_ms)
    except OrganizationNotFound:
        pass
    try:
        return create_organization(library, account.account_id, name=slug, slug=slug, now_ms=now_ms)
    except SlugTaken as taken:  # by another account, unless somebody made it just now
        try:
            return own_organization(library, account, slug, now_ms)
        except OrganizationNotFound:
            raise taken from None
