"""What operations on live pictures take and answer, by example."""

from __future__ import annotations

from typing import Any, Final

from reference.banatie.examples import AT, IMAGE, PROJECT, STORED, THEN

_SCOPE: Final = "01987b2f-1a2b-7c3d-8e4f-5a6b7c8d9e0f"
_SHOWN: Final[dict[str, Any]] = {
    "id": _SCOPE,
    "projectId": PROJECT,
    "slug": "hero",
    "allowNewGenerations": True,
    "newGenerationsLimit": 30,
    "currentGenerations": 1,
    "allowedOrigins": ["https://www.example.com"],
    "lastGeneratedAt": THEN,
    "meta": {"page": "home"},
    "createdAt": AT,
    "updatedAt": THEN,
}
_SIGNED: Final = "exp=1778837400&kid=3f9a1c07&sig=…"

ANSWERS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "LiveScope": {"a scope": _SHOWN},
    "LiveScopeWithImages": {"with an image": {**_SHOWN, "images": [STORED]}},
    "DeletedScope": {"gone": {"id": _SCOPE}},
    "Regenerated": {"one": {"regenerated": 1, "images": [STORED]}},
    "LiveSettings": {
        "as they are at first": {"allowNewLiveScopes": True, "visitorScopes": 0, "signingKeyId": None},
        "closed": {"allowNewLiveScopes": False, "visitorScopes": 0, "signingKeyId": "3f9a1c07"},
    },
    "SignedUrl": {
        "for a day": {
            "url": f"https://api.example.com/cdn/acme/main/live/hero?prompt=An%20eagle&{_SIGNED}",
            "scope": "hero",
            "expiresAt": "2026-05-15T09:30:00.000Z",
        }
    },
}
REQUESTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "sign_live_url": {
        "for a day": {"scope": "hero", "prompt": "An eagle over mountains", "aspectRatio": "16:9"},
        "for a year": {
            "scope": "hero",
            "prompt": "An eagle",
            "template": "photorealistic",
            "expiresIn": 31_536_000,
        },
    },
    "update_live_settings": {"URLs begin no scopes": {"allowNewLiveScopes": False}},
    "create_scope": {
        "for one page": {"slug": "hero", "allowedOrigins": ["https://www.example.com"]},
        "for signed URLs": {"slug": "banner", "allowNewGenerations": False, "newGenerationsLimit": 100},
    },
    "update_scope": {"closed": {"allowNewGenerations": False}, "notes": {"meta": {"page": "home"}}},
    "regenerate_scope": {"all": {}, "one": {"imageId": IMAGE}},
}
