"""What a project settles for all its live URLs (contracts: Banatie §8, "unknown scope")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tidegate.domain.library.live import LiveSettings
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.reading import read_truth
from tidegate.surfaces.body import read_object
from tidegate.surfaces.http import Request

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable


class Services(Protocol):
    """What settings need of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """Where they are."""


def show_settings(_request: Request, tenant: Tenant, services: Services) -> Answer:
    """Show what holds for all live URLs of the project."""
    return Answer(present_settings(services.library.scopes.settings(tenant.project_id)))


def change_settings(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Say whether URLs alone may begin scopes. Saying so again lets them begin another ten."""
    allow = read_truth(read_object(request).get("allowNewLiveScopes"), "allowNewLiveScopes")
    sets = {"allow_new_scopes": allow, "visitor_scopes": 0}
    return Answer(present_settings(services.library.scopes.settle(tenant.project_id, sets)))


def present_settings(settings: LiveSettings) -> dict[str, object]:
    """What holds for all live URLs of a project."""
    return {
        "allowNewLiveScopes": settings.allow_new_scopes,
        "visitorScopes": settings.visitor_scopes,
        "signingKeyId": settings.signing_id,
    }
