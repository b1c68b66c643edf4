"""Operators change how jobs are routed; functions notice within half a minute."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tidegate.adapters.dynamodb.overrides import OverrideTable
from tidegate.adapters.providers.credentials import CREDENTIALS
from tidegate.domain.catalog import Catalog
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.overrides import Overrides
from tidegate.usecases.credentials import list_credentials

if TYPE_CHECKING:
    from tidegate.adapters.secrets import SecretEditor

_TRIES: Final = 5


def disable_provider(table: OverrideTable, provider: str, known: Collection[str]) -> Overrides:
    """Send nothing to a provider any more; what it works on still ends.

    Raises:
        InvalidInput: there is no such provider.
        ServiceUnavailable: the overrides keep changing.
    """
    check_provider(provider, known)
    return change_overrides(table, lambda stored: stored.without(provider))


def enable_provider(table: OverrideTable, provider: str, known: Collection[str]) -> Overrides:
    """Send jobs to a provider again. Raises as :func:`disable_provider`."""
    check_provider(provider, known)
    return change_overrides(table, lambda stored: stored.including(provider))


def pin_order(table: OverrideTable, catalog: Catalog, model: str, order: Sequence[str]) -> Overrides:
    """Try a model's providers in this order whenever the caller leaves it to us.

    Raises:
        ModelNotFound, InvalidInput: no such model, or the order repeats or names a provider that it lacks.
        ServiceUnavailable: the overrides keep changing.
    """
    providers = catalog.model(model).providers
    if not order or len(set(order)) < len(order) or not set(order) <= set(providers):
        raise InvalidInput(f"the order must name providers of {model} once each: {', '.join(providers)}.")
    return change_overrides(table, lambda stored: stored.pinned(model, order))


def unpin_order(table: OverrideTable, catalog: Catalog, model: str) -> Overrides:
    """Rank a model's providers again by what they do. Raises as :func:`pin_order`."""
    catalog.model(model)
    return change_overrides(table, lambda stored: stored.unpinned(model))


def freeze_order(table: OverrideTable, catalog: Catalog, model: str) -> Overrides:
    """Take a model's orders as they are, whatever is learned. Raises as :func:`pin_order`."""
    catalog.model(model)
    return change_overrides(table, lambda stored: stored.freeze(model))


def thaw_order(table: OverrideTable, catalog: Catalog, model: str) -> Overrides:
    """Undo :func:`freeze_order`. Raises as :func:`pin_order`."""
    catalog.model(model)
    return change_overrides(table, lambda stored: stored.thaw(model))


def note_keys(table: OverrideTable, secret: SecretEditor) -> bool:
    """Tell routing which providers have a key, as the secret says now; False when it knew.

    Whoever writes the secret calls this afterwards. The secret is read after the overrides and these are
    replaced only if nobody else did meanwhile: so the last to do so knows of every earlier change.

    Raises:
        ServiceUnavailable: the overrides keep changing.
    """
    told: list[bool] = []

    def change(stored: Overrides) -> Overrides:
        found = (entry.provider for entry in list_credentials(secret) if entry.is_configured)
        keyed = stored.with_keys(name for name in found if name in CREDENTIALS)  # payments are no providers
        told.append(keyed is not stored)
        return keyed

    change_overrides(table, change)
    return told[-1]


def check_provider(provider: str, known: Collection[str]) -> None:
    """Raise InvalidInput unless there is such a provider."""
    if provider not in known:
        raise InvalidInput(f"there is no provider {provider!r}; there are {', '.join(sorted(known))}.")


def change_overrides(table: OverrideTable, change: Callable[[Overrides], Overrides]) -> Overrides:
    """Change what is stored; nothing is written if ``change`` returns it as it is.

    Raises:
        ServiceUnavailable: they keep changing.
    """
    for _ in range(_TRIES):
        stored = table.get(consistent=True)  # else what is no change to an older version would be left out
        changed = change(stored)
        if changed is stored:
            return stored
        following = replace(changed, version=stored.version + 1)  # however many changes it consists of
        if table.replace(following):
            return following
    raise ServiceUnavailable("Somebody else keeps changing the routing. Nothing was changed; try again.")
