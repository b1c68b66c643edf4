"""What the owner of live pictures does: scopes, settings, signatures (contracts: Banatie §8, §10)."""

from __future__ import annotations

from typing import Final

from reference.banatie.live_records import (
    DeletedScope,
    LiveScope,
    LiveScopeWithImages,
    LiveSettings,
    Regenerated,
    SignedUrl,
)
from reference.banatie.operations.terms import OF_BODY, OF_SCOPE, PAGE, PAYS
from reference.operation import Operation, Route

LIVE: Final[dict[Route, Operation]] = {
    ("POST", "/api/v1/live/sign"): Operation(
        "sign_live_url",
        "Live",
        "generation:write",
        "Sign a live URL",
        "It has this one picture made and shown, on any page, until it expires. Nothing is made by signing.",
        SignedUrl,
        (*OF_BODY, "scope_format_invalid"),
        body="sign_live_url",
    ),
    ("GET", "/api/v1/live/settings"): Operation(
        "get_live_settings",
        "Live",
        "library:read",
        "Show what holds for all live URLs",
        "Of the key's project.",
        LiveSettings,
    ),
    ("PUT", "/api/v1/live/settings"): Operation(
        "update_live_settings",
        "Live",
        "generation:write",
        "Say whether URLs alone may begin scopes",
        "Saying that they may lets them begin another ten.",
        LiveSettings,
        OF_BODY,
        body="update_live_settings",
    ),
    ("POST", "/api/v1/live/scopes"): Operation(
        "create_scope",
        "Live",
        "generation:write",
        "Set up a scope",
        "It says how many pictures may come of public URLs, and for which pages.",
        LiveScope,
        (*OF_BODY, "scope_format_invalid", "scope_taken"),
        body="create_scope",
        status=201,
    ),
    ("GET", "/api/v1/live/scopes"): Operation(
        "list_scopes",
        "Live",
        "library:read",
        "List scopes",
        "Newest first.",
        LiveScope,
        ("invalid_input",),
        (*PAGE, "slug_filter"),
        many=True,
    ),
    ("GET", "/api/v1/live/scopes/{slug}"): Operation(
        "get_scope",
        "Live",
        "library:read",
        "Get a scope with its images",
        "The images newest first.",
        LiveScopeWithImages,
        OF_SCOPE,
        ("scope_slug",),
    ),
    ("PUT", "/api/v1/live/scopes/{slug}"): Operation(
        "update_scope",
        "Live",
        "generation:write",
        "Change a scope",
        "What is left out, or null, stays.",
        LiveScope,
        (*OF_SCOPE, *OF_BODY),
        ("scope_slug",),
        body="update_scope",
    ),
    ("DELETE", "/api/v1/live/scopes/{slug}"): Operation(
        "delete_scope",
        "Live",
        "generation:delete",
        "Delete a scope with its images",
        "For good; images with an alias stay. 503 if there are too many for one call: the next goes on.",
        DeletedScope,
        OF_SCOPE,
        ("scope_slug",),
    ),
    ("POST", "/api/v1/live/scopes/{slug}/regenerate"): Operation(
        "regenerate_scope",
        "Live",
        "generation:write",
        "Make a scope's pictures again",
        "All, or one, into the same image ids and URLs. Where the balance ends, those before it are made.",
        Regenerated,
        (*OF_SCOPE, *OF_BODY, *PAYS, "image_not_in_scope", "library_generation_not_found"),
        ("scope_slug", "prefer"),
        body="regenerate_scope",
    ),
}
