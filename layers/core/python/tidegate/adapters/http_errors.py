"""How an outgoing request can end without an answer. Whether anything was sent is part of the meaning."""

from __future__ import annotations

from tidegate.domain.addresses import UnsafeUrl

__all__ = ["BodyTooLarge", "ConnectFailed", "ResponseLost", "UnexpectedStatus", "UnsafeUrl"]


class ConnectFailed(Exception):
    """No connection was made: the name, the port or the TLS handshake failed. Not a byte was sent."""


class ResponseLost(Exception):
    """The request went out, at least in part, and no complete answer came back. It may have taken effect."""


class BodyTooLarge(Exception):
    """The answer is larger than the caller accepts; reading stopped. ``status`` is what it began with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class UnexpectedStatus(Exception):
    """A download was answered with something else than the file."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answered {status}")
        self.status = status
