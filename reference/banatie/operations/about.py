"""What the surface says of itself, and the way to the first master key (contracts: Banatie §9)."""

from __future__ import annotations

from typing import Final

from reference.banatie.admin_records import Health, Info, InitialKey
from reference.banatie.headers import CACHE
from reference.banatie.operations.terms import BOOTSTRAP, KEY, MASTER
from reference.operation import Operation, Route

ABOUT: Final[dict[Route, Operation]] = {
    ("POST", "/api/bootstrap/initial-key"): Operation(
        "create_initial_key",
        "About",
        "",
        "Make the first master key",
        "Once, for whoever has the secret of `tidegate key bootstrap`. Closed before and after that.",
        InitialKey,
        ("bootstrap_closed", "account_not_found", "too_many_keys", "service_unavailable"),
        status=201,
        bare=True,
        headers=CACHE,
        keys=(BOOTSTRAP,),
    ),
    ("GET", "/api/info"): Operation(
        "get_info",
        "About",
        "",
        "Describe the API, and the key that is sent",
        "For everybody; a key that works is told of, and its requests are not counted here.",
        Info,
        ("address_rate_limited", "service_unavailable"),
        bare=True,
        keys=("", KEY, MASTER),
    ),
    ("GET", "/health"): Operation(
        "get_health",
        "About",
        "",
        "Say that the gateway answers",
        "No store is asked.",
        Health,
        bare=True,
        headers=CACHE,
    ),
}
