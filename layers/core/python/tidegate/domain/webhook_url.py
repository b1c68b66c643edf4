"""Which URLs an account may name as a webhook endpoint (contracts: BabySea §8.1).

This is the early, clear refusal. A name may resolve to anything later, so the HTTP client checks every
address again when it connects; that check is the guard.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from typing import Final

from tidegate.domain.addresses import DEFAULT_PORTS, Target, UnsafeUrl, is_public
from tidegate.domain.errors import InvalidInput

# Names that never belong to the public internet (RFC 6761, RFC 6762, ICANN's reservation of .internal).
_PRIVATE_SUFFIXES: Final = frozenset({"localhost", "local", "internal"})


def check_endpoint_url(url: str, allowed_private: Collection[str] = ()) -> None:
    """Accept a public ``https`` URL on the default port without credentials.

    Args:
        url: what the account gave.
        allowed_private: exact ``host:port`` entries that the operator exempts; ``http`` may be used there.

    Raises:
        InvalidInput: anything else; ``details["field"]`` is ``url``.
    """
    try:
        target = Target.parse(url)
    except UnsafeUrl as error:
        raise _refusal(str(error)) from error
    if target.host_and_port in allowed_private:
        return
    if (target.scheme, target.port) != ("https", DEFAULT_PORTS["https"]):
        raise _refusal("only https on port 443 is allowed")
    if not _may_be_public(target.host):
        raise _refusal("it does not name a public host")


def _may_be_public(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        return len(labels) > 1 and labels[-1] not in _PRIVATE_SUFFIXES
    return is_public(host)


def _refusal(reason: str) -> InvalidInput:
    return InvalidInput(f"The webhook URL is refused: {reason}.", field="url")
