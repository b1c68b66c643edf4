"""The names of all endpoints of all surfaces, by the code under which their requests are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.domain.usage import endpoint_code, endpoint_name
from tidegate.surfaces.babysea.routes import ROUTES as BABYSEA
from tidegate.surfaces.banatie.routes import ROUTES as BANATIE
from tidegate.surfaces.sharkapi.routes import ROUTES as SHARKAPI

# What surfaces share, such as ``GET /v1/usage``, is one endpoint.
ROUTES: Final = frozenset((*BABYSEA, *SHARKAPI, *BANATIE))
NAMES: Final[Mapping[str, str]] = {
    endpoint_code(name): name for name in (endpoint_name(f"{method} {path}") for method, path in ROUTES)
}
