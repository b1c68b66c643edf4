"""The paths of the SharkApi surface, by dialect."""

from __future__ import annotations

from typing import Final

from tidegate.surfaces import paths

FIRST: Final = (
    ("POST", "/v1/generate"),
    ("GET", "/v1/jobs/{job_id}"),
    ("GET", "/v1/usage"),  # BabySea has it, too
    ("GET", "/v1/wallet/balance"),
    ("POST", "/v1/wallet/topup"),
)
SECOND: Final = (
    ("POST", "/api/v1/image"),
    ("GET", "/api/v1/jobs/{job_id}"),
    ("POST", "/api/keys"),
)
ROUTES: Final = FIRST + SECOND
# What the surface says about itself, beside the paths that it shares with others.
REFERENCE_ROUTES: Final = (
    ("GET", "/sharkapi/openapi.json"),
    ("GET", "/sharkapi/docs"),
    ("GET", "/sharkapi/docs/{file}"),
)


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods of a path; none if there is no such path."""
    return paths.allowed_methods(path, ROUTES + REFERENCE_ROUTES)
