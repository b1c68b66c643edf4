"""What can go wrong with live pictures and their scopes."""

from __future__ import annotations

from tidegate.domain.errors import InvalidInput, TidegateError


class ScopeNotFound(TidegateError):
    """No such scope in this project."""

    code = "scope_not_found"

    def __init__(self) -> None:
        super().__init__("Scope not found")


class ScopeFormatInvalid(InvalidInput):
    """Nothing can have such a name."""

    code = "scope_format_invalid"


class ScopeTaken(TidegateError):
    """The project has a scope of this name."""

    code = "scope_taken"

    def __init__(self) -> None:
        super().__init__("Scope already exists")


class ImageNotInScope(InvalidInput):
    """The image was not made by a URL of this scope."""

    code = "image_not_in_scope"


class AddressLimited(TidegateError):
    """An address had its pictures for this hour. ``details``: ``limit`` and ``retry_after_seconds``."""

    code = "live_address_limited"


class ScopeLimited(TidegateError):
    """The scope has as many pictures as it may have."""

    code = "scope_limited"


class ScopeClosed(TidegateError):
    """Only what was made before is shown here: for everybody, or for pages of this origin."""

    code = "scope_closed"


class SignatureRefused(TidegateError):
    """The URL was changed after it was signed, or signed with a secret that is no longer in force."""

    code = "signature_refused"


class SignatureExpired(TidegateError):
    """The URL was signed for a time that is over."""

    code = "signature_expired"


class LivePictureFailed(TidegateError):
    """The picture could not be made. Nothing was charged; the next request may try again."""

    code = "live_picture_failed"
