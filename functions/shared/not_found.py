"""Every request that no route takes (``$default``), answered in the words of the surface that it meant."""

from __future__ import annotations

from tidegate.domain.keys import Surface
from tidegate.runtime import runtime
from tidegate.surfaces.babysea import routes as babysea
from tidegate.surfaces.babysea.endpoint import BABYSEA
from tidegate.surfaces.banatie import routes as banatie
from tidegate.surfaces.banatie.dialect import BANATIE
from tidegate.surfaces.dispatch import Dispatcher, Row
from tidegate.surfaces.endpoint import open_endpoint
from tidegate.surfaces.paths import nowhere
from tidegate.surfaces.sharkapi import routes as sharkapi
from tidegate.surfaces.sharkapi.dialects import D1, D2

first = open_endpoint(runtime, D1)(nowhere(sharkapi.allowed_methods))
second = open_endpoint(runtime, D2)(nowhere(sharkapi.allowed_methods))
library = open_endpoint(runtime, BANATIE)(nowhere(banatie.allowed_methods))
elsewhere = open_endpoint(runtime, BABYSEA)(nowhere(babysea.allowed_methods))

handler = Dispatcher(
    runtime,
    (
        Row("/v1/jobs", first),
        Row("/v1/wallet", first),
        Row("/sharkapi", first),
        Row("/api/v1/image", second),
        Row("/api/v1/jobs", second),
        Row("/api/keys", second),
        *(Row(prefix, library) for prefix in banatie.PREFIXES),
        # What several surfaces have goes by whose client asks.
        Row("/v1", first, Surface.SHARKAPI),
        Row("/api", second, Surface.SHARKAPI),
        Row("", elsewhere),
    ),
)
