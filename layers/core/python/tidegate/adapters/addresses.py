"""From a URL to the addresses that a request may connect to: resolved once, every one checked."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

from tidegate.adapters.http_errors import ConnectFailed
from tidegate.domain.addresses import DEFAULT_PORTS, Target, UnsafeUrl, is_public

Resolver = Callable[[str, float], Sequence[str]]  # (name, seconds it may take) -> addresses
_MAX_ADDRESSES: Final = 4  # a name with more is not worth more tries


def system_resolver(name: str, timeout_s: float) -> Sequence[str]:
    """Ask the system's resolver, IPv4 addresses first: Lambda has no IPv6 route outside a VPC.

    Raises:
        ConnectFailed: the name does not resolve, or not in time.
    """
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()
    # getaddrinfo knows no timeout; a thread of its own keeps a slow name server from holding us up.
    threading.Thread(target=_look_up, args=(name, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=max(timeout_s, 0))
    except queue.Empty as error:
        raise ConnectFailed(f"{name} did not resolve in time") from error
    if isinstance(answer, OSError):
        raise ConnectFailed(f"{name} does not resolve") from answer
    return answer


def _look_up(name: str, answers: queue.SimpleQueue[list[str] | OSError]) -> None:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answers.put(OSError(str(error)))
        return
    v4_first = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    answers.put([str(entry[4][0]) for entry in v4_first])


def admit(
    target: Target,
    *,
    allowed_private: Collection[str],
    https_only: bool,
    resolve: Resolver,
    timeout_s: float,
) -> Sequence[str]:
    """Return the addresses to connect to, in order.

    Args:
        target: what the URL says.
        allowed_private: exact ``host:port`` entries that the operator exempts from every rule here.
        https_only: refuse anything but ``https`` on port 443 (webhooks: contracts, BabySea §8.1).
        resolve: asked once, and only for names; the caller connects to what was checked.
        timeout_s: for the name lookup.

    Raises:
        UnsafeUrl: any one of its addresses is not public, or the scheme or port is not allowed.
        ConnectFailed: the name does not resolve.
    """
    exempt = target.host_and_port in allowed_private
    if https_only and not exempt and (target.scheme, target.port) != ("https", DEFAULT_PORTS["https"]):
        raise UnsafeUrl("only https on port 443 is allowed")
    addresses = _literal(target.host) or list(dict.fromkeys(resolve(target.host, timeout_s)))
    if not addresses:
        raise ConnectFailed(f"{target.host} has no address")
    if not exempt and not all(is_public(address) for address in addresses):
        raise UnsafeUrl(f"{target.host} is not a public host")
    return addresses[:_MAX_ADDRESSES]


def _literal(host: str) -> list[str]:
    with suppress(ValueError):
        return [str(ip_address(host))]
    return []
