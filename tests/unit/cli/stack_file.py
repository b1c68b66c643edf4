"""A project folder with the file that the local stack leaves."""

from __future__ import annotations

import json
from pathlib import Path

from cli.target import OUTPUT_KEYS

ENDPOINT = "http://127.0.0.1:4566"


def write_stack_file(project: Path, **changes: object) -> Path:
    """Write ``.local/tidegate.json`` as the stack does, with ``changes``; None drops an entry."""
    stack = {
        "base_url": "http://127.0.0.1:8080",
        "keys": {"babysea": "bye_secret"},
        "account_id": "demo-account",
        "webhook_secret": "whsec_secret",
        "simulator_url": "http://127.0.0.1:8090",
        "aws_endpoint_url": ENDPOINT,
        "region": "us-east-1",
        "outputs": {key: f"the-{key}" for key in OUTPUT_KEYS},
        "allowed_private_hosts": ["127.0.0.1:8090", "127.0.0.1:8091"],
        **changes,
    }
    file = project / ".local" / "tidegate.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({key: value for key, value in stack.items() if value is not None}))
    return file
