"""Background processes: started once, found again, never mistaken for another program."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import osprocess
from local.stack.errors import PortTaken, ServiceFailed
from local.stack.ports import Ports
from local.stack.service import Service, Spec
from local.stack.waiting import wait_until

# Answers every GET with 200, keeps a child of its own, and says in a file that it was asked to end.
SERVER = """
import http.server, pathlib, signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[2]])
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
def stop(*_):
    pathlib.Path(sys.argv[2], "asked").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop if sys.argv[3] == "polite" else signal.SIG_IGN)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def server(directory: Path, port: int, manner: str = "polite", **settings: str) -> Spec:
    command = (sys.executable, "-c", SERVER, str(port), str(directory), manner)
    return Spec("server", command, settings, port, f"http://127.0.0.1:{port}/")


@pytest.fixture
def port() -> int:
    return Ports.automatic().proxy


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service("server", tmp_path)
    yield service
    service.stop(timeout_s=0.1)


def pid(service: Service) -> int:
    process = service.process()
    assert process is not None
    return process.pid


def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "run" / "server.json"


def test_it_answers_once_it_is_started(service: Service, tmp_path: Path, port: int) -> None:
    assert service.ensure(server(tmp_path, port)) is True
    assert service.is_up(server(tmp_path, port))


def test_starting_it_again_changes_nothing(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    before = pid(service)
    assert service.ensure(server(tmp_path, port)) is False
    assert pid(service) == before


def test_a_later_run_finds_it_again(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    later = Service("server", tmp_path)
    assert later.ensure(server(tmp_path, port)) is False
    assert pid(later) == pid(service)


def test_it_is_replaced_when_it_would_be_started_otherwise(
    service: Service, tmp_path: Path, port: int
) -> None:
    service.ensure(server(tmp_path, port))
    before = pid(service)
    assert service.ensure(server(tmp_path, port, COLOUR="blue")) is True
    assert pid(service) != before


def test_what_a_shell_adds_to_the_environment_does_not_replace_it(
    service: Service, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.ensure(server(tmp_path, port))
    monkeypatch.setenv("SHLVL", "7")
    monkeypatch.setenv("PATH", os.environ["PATH"] + ":/elsewhere")
    assert service.ensure(server(tmp_path, port)) is False


def test_it_is_asked_to_end_before_anything_else(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    assert service.stop() is True
    assert (tmp_path / "asked").exists()
    assert service.process() is None


def test_what_does_not_end_by_itself_is_killed_and_told(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port, "stubborn"))
    assert service.stop(timeout_s=0.2) is False
    assert service.process() is None


def test_its_children_end_with_it(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    (worker,) = service.workers()
    service.stop()
    assert not worker.is_alive()


def test_the_children_of_a_killed_one_are_cleared_away(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    (worker,) = service.workers()
    service.kill()
    assert worker.is_alive()
    service.stop()
    assert not worker.is_alive()


def test_a_killed_one_is_started_again(service: Service, tmp_path: Path, port: int) -> None:
    service.ensure(server(tmp_path, port))
    before = pid(service)
    service.kill()
    assert service.ensure(server(tmp_path, port)) is True
    assert pid(service) != before


def test_it_is_known_when_one_was_started_that_ended_alone(
    service: Service, tmp_path: Path, port: int
) -> None:
    service.ensure(server(tmp_path, port))
    assert service.ended_alone() is None
    service.kill()
    assert service.ended_alone() is not None
    service.stop()
    assert service.ended_alone() is None


def test_stopping_what_does_not_run_is_no_error(service: Service) -> None:
    assert service.stop() is True


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "1234"])
def test_a_broken_pid_file_counts_as_none(service: Service, tmp_path: Path, port: int, text: str) -> None:
    pid_file(tmp_path).parent.mkdir()
    pid_file(tmp_path).write_text(text)
    assert service.process() is None
    assert service.ensure(server(tmp_path, port)) is True


def test_another_program_under_the_recorded_pid_is_left_alone(service: Service, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as stranger:
        pid_file(tmp_path).parent.mkdir()
        pid_file(tmp_path).write_text(
            json.dumps({"pid": stranger.pid, "started": "long ago", "spec": "", "port": 1})
        )
        assert service.process() is None
        service.stop()
        assert stranger.poll() is None
        stranger.communicate(b"\n")
    assert stranger.returncode == 0


def test_a_taken_port_is_told_and_nothing_is_started(service: Service, tmp_path: Path, port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        with pytest.raises(
            PortTaken, match=f"Port {port}, meant for the server, is taken by .*pid {os.getpid()}"
        ):
            service.ensure(server(tmp_path, port))
    assert service.process() is None


def test_one_that_ends_while_starting_shows_the_end_of_its_log(
    service: Service, tmp_path: Path, port: int
) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no coffee')")
    with pytest.raises(ServiceFailed, match=r"ended while starting(?s:.*)no coffee"):
        service.ensure(Spec("server", command, {}, port, f"http://127.0.0.1:{port}/"))


def test_one_that_never_answers_is_stopped(service: Service, tmp_path: Path, port: int) -> None:
    command = (sys.executable, "-c", "import time; time.sleep(600)")
    spec = Spec("server", command, {}, port, f"http://127.0.0.1:{port}/", start_timeout_s=0.3)
    with pytest.raises(ServiceFailed, match="did not answer in time"):
        service.ensure(spec)
    assert service.process() is None


def test_a_process_that_waits_to_be_reaped_has_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = osprocess.find(child.pid)
    assert process is not None
    child.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not process.is_alive(), 5)
    child.communicate()


def test_ps_tells_the_same_as_proc() -> None:
    if not Path("/bin/ps").exists():
        pytest.skip("no ps on this machine")
    (from_ps,) = osprocess._from_ps("-p", str(os.getpid()))
    assert (from_ps.pid, from_ps.group) == (os.getpid(), os.getpgrp())
    assert (from_ps,) == tuple(osprocess._from_ps("-p", str(os.getpid())))
    assert "python" in from_ps.command
