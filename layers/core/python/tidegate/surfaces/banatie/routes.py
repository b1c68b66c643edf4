"""The paths of Banatie's surface."""

from __future__ import annotations

from typing import Final

from tidegate.surfaces import paths

# A literal path stands before the pattern that would match it, too.
ROUTES: Final = (
    ("POST", "/api/v1/generations"),
    ("GET", "/api/v1/generations"),
    ("GET", "/api/v1/generations/{id}"),
    ("PUT", "/api/v1/generations/{id}"),
    ("DELETE", "/api/v1/generations/{id}"),
    ("POST", "/api/v1/generations/{id}/retry"),
    ("POST", "/api/v1/generations/{id}/regenerate"),
    ("POST", "/api/v1/flows"),
    ("GET", "/api/v1/flows"),
    ("GET", "/api/v1/flows/{id}"),
    ("DELETE", "/api/v1/flows/{id}"),
    ("GET", "/api/v1/flows/{id}/generations"),
    ("GET", "/api/v1/flows/{id}/images"),
    ("PUT", "/api/v1/flows/{id}/aliases"),
    ("DELETE", "/api/v1/flows/{id}/aliases/{alias}"),
    ("POST", "/api/v1/flows/{id}/regenerate"),
    ("POST", "/api/v1/images/upload"),
    ("POST", "/api/v1/images/upload-url"),
    ("GET", "/api/v1/images/resolve/{alias}"),
    ("GET", "/api/v1/images"),
    ("GET", "/api/v1/images/{id}"),
    ("PUT", "/api/v1/images/{id}"),
    ("DELETE", "/api/v1/images/{id}"),
    ("PUT", "/api/v1/images/{id}/alias"),
    ("DELETE", "/api/v1/images/{id}/alias"),
    ("POST", "/api/v1/images/{id}/restore"),
    ("GET", "/api/v1/live"),
    ("GET", "/api/v1/live/generate"),
    ("POST", "/api/v1/live/sign"),
    ("GET", "/api/v1/live/settings"),
    ("PUT", "/api/v1/live/settings"),
    ("POST", "/api/v1/live/scopes"),
    ("GET", "/api/v1/live/scopes"),
    ("GET", "/api/v1/live/scopes/{slug}"),
    ("PUT", "/api/v1/live/scopes/{slug}"),
    ("DELETE", "/api/v1/live/scopes/{slug}"),
    ("POST", "/api/v1/live/scopes/{slug}/regenerate"),
    ("GET", "/cdn/{organization}/{project}/live/{scope}"),
    ("POST", "/api/admin/keys"),
    ("GET", "/api/admin/keys"),
    ("DELETE", "/api/admin/keys/{id}"),
    ("POST", "/api/admin/organizations"),
    ("GET", "/api/admin/organizations"),
    ("POST", "/api/admin/projects"),
    ("GET", "/api/admin/projects"),
    ("PUT", "/api/admin/projects/{id}"),
    ("POST", "/api/bootstrap/initial-key"),
    ("GET", "/api/info"),
    ("GET", "/health"),
    ("GET", "/cdn/{organization}/{project}/img/{image}"),
    ("HEAD", "/cdn/{organization}/{project}/img/{image}"),
)
# What is asked for at or below them is meant for this surface, unless another has a path of its own there.
PREFIXES: Final = ("/api/v1", "/api/admin", "/api/bootstrap", "/api/info", "/cdn", "/health")
# What the surface says about itself.
REFERENCE_ROUTES: Final = (
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/docs/{file}"),
)


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods of a path; none if there is no such path."""
    return paths.allowed_methods(path, ROUTES + REFERENCE_ROUTES)
