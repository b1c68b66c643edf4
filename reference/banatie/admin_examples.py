"""What administration takes and answers, by example, and what the surface says of itself."""

from __future__ import annotations

from typing import Any, Final

from reference.banatie.examples import AT, PROJECT, THEN

_KEY: Final = "6a1e0f2c-3b4d-4e5f-8a9b-0c1d2e3f4a5b"
_MASTER: Final = "7b2f1a3d-4c5e-4f60-9bac-1d2e3f4a5b6c"
_ORGANIZATION: Final = "01987b2d-0a1b-7c2d-8e3f-4a5b6c7d8e9f"
_TEXT: Final = f"bnt_{'0123456789abcdef' * 4}"
_UNTIL: Final = "2026-08-12T09:29:56.500Z"
_ONCE: Final = "The key is shown this once: store it now."
_OF_PROJECT: Final[dict[str, Any]] = {
    "id": _KEY,
    "type": "project",
    "name": "site",
    "projectId": PROJECT,
    "organizationId": _ORGANIZATION,
    "expiresAt": _UNTIL,
}
_MASTERS: Final[dict[str, Any]] = {
    "id": _MASTER,
    "type": "master",
    "name": "master key",
    "projectId": None,
    "organizationId": None,
    "expiresAt": None,
}
_LISTED: Final[dict[str, Any]] = {
    "keyPrefix": "bnt_0123…",
    "scopes": ["generation:write", "generation:read", "library:read"],
    "isActive": True,
    "createdAt": AT,
    "lastUsedAt": THEN,
}
_PROJECT: Final[dict[str, Any]] = {
    "id": PROJECT,
    "organizationId": _ORGANIZATION,
    "organizationSlug": "acme",
    "name": "Main",
    "slug": "main",
    "aliasConflict": "reject",
    "createdAt": AT,
}
_INFO: Final[dict[str, Any]] = {
    "name": "Tidegate",
    "version": "0.1.0",
    "description": "A self-hosted gateway for AI image generation, speaking Banatie's API.",
    "endpoints": {"generations": "/api/v1/generations", "images": "/api/v1/images"},
    "limits": {"maxFileSize": "5MB", "maxFiles": 3, "supportedFormats": ["PNG", "JPEG", "JPG", "WebP"]},
}
_TOLD_OF: Final = {name: _OF_PROJECT[name] for name in ("id", "type", "name", "projectId", "expiresAt")}

ANSWERS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "NewKey": {
        "of a project": {"apiKey": _TEXT, "metadata": _OF_PROJECT, "message": _ONCE},
        "a master key": {"apiKey": _TEXT, "metadata": _MASTERS, "message": _ONCE},
    },
    "KeyRecord": {"of a project": {**_OF_PROJECT, **_LISTED}},
    "RevokedKey": {"stopped": {"id": _KEY, "isActive": False}},
    "Organization": {
        "one": {"id": _ORGANIZATION, "name": "Acme", "slug": "acme", "email": None, "createdAt": AT}
    },
    "Project": {"one": _PROJECT},
    "InitialKey": {
        "the key": {
            "apiKey": _TEXT,
            "type": "master",
            "name": "Initial master key",
            "expiresAt": None,
            "message": _ONCE,
        }
    },
    "Info": {
        "without a key": {**_INFO, "authenticated": False},
        "with a key": {**_INFO, "authenticated": True, "keyInfo": _TOLD_OF},
    },
    "Health": {
        "healthy": {
            "status": "healthy",
            "timestamp": AT,
            "uptime": 12.345,
            "environment": "production",
            "version": "0.1.0",
        }
    },
}
REQUESTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "create_key": {
        "of a project": {"type": "project", "projectSlug": "spring", "name": "site", "expiresInDays": 30},
        "a master key": {"type": "master", "name": "deployment"},
    },
    "create_organization": {"one": {"name": "Acme", "email": "studio@example.com"}},
    "create_project": {"one": {"name": "Spring", "slug": "spring-2026"}},
    "update_project": {"another name": {"name": "Autumn"}, "aliases move": {"aliasConflict": "move"}},
}
