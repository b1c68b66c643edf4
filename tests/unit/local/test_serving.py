"""Starting and stopping the local parts as processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from local.serving import serve
from local.simulator.app import create_app

ROOT = Path(__file__).parents[3]
COMMANDS = {
    "simulator": [],
    "receiver": [],
    "proxy": ["--target", "http://127.0.0.1:9/x"],
}


def start(name: str, port: int, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", f"local.{name}", "--port", str(port), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_a_part_starts_on_the_loopback_and_stops_cleanly(name: str, http: urllib3.PoolManager) -> None:
    with start(name, 0, *COMMANDS[name]) as process:
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        assert said.startswith(f"{name}: http://127.0.0.1:")
        url = said.partition(": ")[2]
        health = http.request("GET", f"{url}/healthz", retries=urllib3.Retry(20, backoff_factor=0.05))
        assert health.status == 200
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "")


def test_a_hanging_request_does_not_hold_up_the_stop(http: urllib3.PoolManager) -> None:
    with serve(create_app()) as served, pytest.raises(urllib3.exceptions.ReadTimeoutError):
        http.request(
            "POST",
            f"{served.url}/fal/fal-ai/flux/schnell",
            headers={"authorization": "Key x"},
            body=json.dumps({"prompt": "[[fault:hang]]"}),
            timeout=0.2,
        )


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start("simulator", port) as process:
            said, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert said.startswith(f"simulator: cannot listen on 127.0.0.1:{port}")


def test_the_receiver_reads_its_secret_from_the_state_file(http: urllib3.PoolManager, tmp_path: Path) -> None:
    state = tmp_path / "tidegate.json"
    with start("receiver", 0, "--state-file", str(state)) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().partition(": ")[2]
        verdicts = []
        for _ in range(2):
            http.request("POST", f"{url}/hooks/a", retries=urllib3.Retry(20, backoff_factor=0.05))
            verdicts.append(http.request("GET", f"{url}/deliveries").json()["deliveries"][-1]["verified"])
            state.write_text(json.dumps({"webhook_secret": "whsec_x"}))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert verdicts == [None, False]


def test_a_served_app_is_gone_after_the_block() -> None:
    with serve(create_app()) as served:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port))
