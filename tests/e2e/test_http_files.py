"""The request files of ``tests/contract/banatie_http``, run from top to bottom on the deployed stack.

What runs them is an HTTP-file client from npm, as a user of the surface would have it; each request says in
the file what its answer must be. Here only that all of them were sent, and none without saying so.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from local.stack.cdk import node
from tests.e2e.customer import Customer
from tidegate.domain.keys import SCOPES, Surface
from tidegate.usecases.accounts import create_key, get_account
from tidegate.usecases.library.projects import first_project

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "tests" / "contract" / "banatie_http"
RUNNER: Final = ROOT / "node_modules" / "httpyac" / "bin" / "httpyac.js"
REQUEST: Final = re.compile(r"^(?:GET|POST|PUT|DELETE|HEAD|OPTIONS) ", re.MULTILINE)
MOST_S: Final = 120


@pytest.mark.parametrize("name", ["library"])
def test_every_request_of_the_file_is_answered_as_it_says(
    name: str, customer: Customer, tmp_path: Path
) -> None:
    file, report = FOLDER / f"{name}.http", tmp_path / "report.json"
    values = [f"base={customer.info.base_url}", f"apiKey={_project_key(customer)}"]
    command = [node(), str(RUNNER), "send", file.name, "--all", "--bail", "--json", "--var", *values]
    with report.open("wb") as told_here:  # to a pipe it ends before all is written
        run = subprocess.run(command, cwd=FOLDER, stdout=told_here, timeout=MOST_S, check=False)  # noqa: S603
    told = json.loads(report.read_bytes())
    asked = [request for request in told["requests"] if request.get("testResults")]
    assert run.returncode == 0, _failures(asked)
    assert len(asked) == len(REQUEST.findall(file.read_text(encoding="utf-8")))
    for request in asked:
        assert any(test["message"].startswith("status == ") for test in request["testResults"])
    assert told["summary"]["successTests"] == told["summary"]["totalTests"]


def _failures(asked: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{request.get('title')}: {test['error']['displayMessage']}"
        for request in asked
        for test in request["testResults"]
        if test["status"] not in {"SUCCESS", "SKIPPED"}
    )


def _project_key(customer: Customer) -> str:
    """A key to the customer's first project."""
    deployed, now_ms = customer.deployed, customer.deployed.now_ms()
    project = first_project(deployed.library, get_account(deployed.wallets, customer.account_id), now_ms)
    text, _ = create_key(
        deployed.keys,
        deployed.wallets,
        account_id=customer.account_id,
        surface=Surface.BANATIE,
        scopes=SCOPES,
        name="requests",
        now_ms=now_ms,
        project=project,
    )
    return text
