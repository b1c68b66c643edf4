"""The ports of the stack, and the message about one that is taken."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from local.stack import ports as ports_module
from local.stack.errors import PortTaken, StackError
from local.stack.ports import Ports, is_taken, occupant


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_defaults_are_those_of_the_readme() -> None:
    assert Ports() == Ports(emulator=4566, proxy=8080, simulator=8090, receiver=8091)


def test_named_ports_change_and_the_others_stay() -> None:
    assert Ports.parse("proxy=9000,receiver=9001", Ports(emulator=5000)) == Ports(5000, 9000, 8090, 9001)


@pytest.mark.parametrize("text", ["gateway=9000", "proxy=web", "proxy=0", "proxy=65536", "proxy"])
def test_what_is_no_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(StackError, match=r"is not a port of emulator, proxy, simulator, receiver"):
        Ports.parse(text)


def test_automatic_ports_are_free_and_differ() -> None:
    chosen = Ports.parse("auto")
    numbers = {chosen.emulator, chosen.proxy, chosen.simulator, chosen.receiver}
    assert len(numbers) == 4
    assert not any(is_taken(number) for number in numbers)


def test_a_port_with_a_listener_is_taken(listening: int) -> None:
    assert is_taken(listening)


def test_the_listener_is_named(listening: int) -> None:
    assert occupant(listening) is not None
    assert f"(pid {os.getpid()})" in str(occupant(listening))


def test_nobody_is_named_on_a_free_port() -> None:
    assert occupant(Ports.automatic().proxy) is None


def test_without_proc_and_lsof_nobody_is_named(listening: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert ports_module._occupant_from_lsof(listening) is None


def test_the_error_says_who_and_how_to_choose_another() -> None:
    told = str(PortTaken("proxy", 8080, "nginx (pid 7)"))
    assert "Port 8080, meant for the proxy, is taken by nginx (pid 7)." in told
    assert "make up PORTS=proxy=9080" in told
    assert "make up PORTS=auto" in told
