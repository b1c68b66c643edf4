"""A machine whose name server is hostile: test equipment that Python reads at its start.

A function whose ``PYTHONPATH`` names this folder resolves ``*.hostile.example`` by asking the test, at the
UDP port ``HOSTILE_NAMES``, and tells it every address that any of its sockets is connected to. All other
names, and all code of the function, stay as they are.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Any

ZONE = ".hostile.example"
_TEST = ("127.0.0.1", int(os.environ["HOSTILE_NAMES"]))
_WAIT_S = 5.0
_getaddrinfo = socket.getaddrinfo


def _hostile(host: Any, *rest: Any, **more: Any) -> Any:
    return _getaddrinfo(_ask(host) if str(host).endswith(ZONE) else host, *rest, **more)


def _ask(name: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_WAIT_S)
        asking.sendto(f"resolve {name}".encode(), _TEST)
        return asking.recv(512).decode()


def _tell(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host, port = arguments[1][:2]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as telling:
            telling.sendto(f"connect {host} {port}".encode(), _TEST)


socket.getaddrinfo = _hostile
sys.addaudithook(_tell)
