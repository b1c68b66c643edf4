"""The CPU of one submit: ``python -m benchmarks.submit`` prints it on stderr, for its log lines take stdout.

Everything that the Lambda does from the event to the answer is in it: reading, authentication, the window,
validation, price, hold and record, envelope, log line. AWS answers at once: once from a double in place of
the client, once as bytes that the real botocore client, which has built and signed a request, then parses.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final, cast
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.session import get_session

from benchmarks.figure import Figure
from benchmarks.generation import submit_event
from benchmarks.imports import ROOT
from functions.babysea import generate_image
from tidegate.adapters.dynamodb import key_codec
from tidegate.domain.keys import SCOPES, Key, KeyState, Surface, hash_key, mint
from tidegate.runtime import Runtime
from tidegate.runtime import runtime as shared

BATCHES: Final = 11
SUBMITS: Final = 100  # in a batch; the first batch only warms up
_TARGET_MS: Final = 2.5
_OK: Final = 200
_ENV: Final = {
    "TIDEGATE_KEYS_TABLE": "keys",
    "TIDEGATE_WALLETS_TABLE": "wallets",
    "TIDEGATE_GENERATIONS_TABLE": "generations",
    "TIDEGATE_PUBLIC_BASE_URL": "https://api.example.com",
}


def figures() -> list[Figure]:
    """Measure in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.submit"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layers" / "core" / "python"), str(ROOT)]),
        },
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    ours, whole = (float(word) for word in run.stderr.split())
    note = f"median of {BATCHES - 1} x {SUBMITS}; from event to answer, with hold, record, log line"
    return [
        Figure("CPU of one submit", whole, _TARGET_MS, "{:.2f} ms", f"{note}, botocore included, no socket"),
        Figure("same, our own code", ours, None, "{:.2f} ms", "a double in place of the DynamoDB client"),
    ]


class _Answers:
    """DynamoDB as a double: knows one key."""

    def __init__(self) -> None:
        self.item: dict[str, Any] = {}

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Remember the item."""
        self.item = request["Item"]
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Return the key with its first request counted."""
        window = request["ExpressionAttributeNames"]["#current"]
        return {"Attributes": {**self.item, window: {"N": "1"}}}

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        """Take everything."""
        return {}


class _Body(BytesIO):
    """An answer's bytes as urllib3 hands them out."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield them at once."""
        yield self.read()


def _key(answers: _Answers) -> str:
    """Store a key in the double; return its text."""
    text = mint(Surface.BABYSEA)
    key = Key(
        key_hash=hash_key(text),
        key_id="0199c1f2-0000-7000-8000-000000000000",
        account_id="0199c1f2-0000-7000-8000-000000000001",
        surface=Surface.BABYSEA,
        name="benchmark",
        prefix=text[:8],
        scopes=tuple(SCOPES),
        state=KeyState.ACTIVE,
        plan="unlimited",
        window_home=hash_key(text),
        created_at_ms=0,
    )
    answers.put_item(Item=key_codec.to_item(key))
    return text


def _client(answers: _Answers) -> Any:
    """Make a real client whose requests are answered where they would go to the socket."""

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        asked = json.loads(cast("bytes", request.body))
        found = answers.update_item(**asked) if "Key" in asked else {}
        body = json.dumps(found).encode()
        headers = HTTPHeaders.from_dict({"content-type": "application/x-amz-json-1.0"})
        return AWSResponse(str(request.url), _OK, headers, _Body(body))

    session = get_session()
    session.set_credentials("bench", "bench")
    session.set_config_variable("region", "us-east-1")
    client = Runtime({}, session).client("dynamodb")
    client.meta.events.register("before-send.dynamodb", answer)
    return client


def _cpu_ms(dynamodb: object, key: str) -> float:
    """Return the CPU time of a submit over this client, in milliseconds: the median of the batches' means."""
    runtime = Runtime(_ENV)
    vars(runtime)["dynamodb"] = dynamodb
    with patch.dict(vars(shared), vars(runtime), clear=True):
        return statistics.median([_batch(key) for _ in range(BATCHES)][1:])


def _batch(key: str) -> float:
    events = [submit_event(key) for _ in range(SUBMITS)]
    began = time.process_time()
    statuses = {generate_image.handler(event, None)["statusCode"] for event in events}
    spent = time.process_time() - began
    if statuses != {_OK}:
        raise RuntimeError(f"submits were answered with {statuses}")
    return 1000 * spent / SUBMITS


if __name__ == "__main__":
    doubled = _Answers()
    text = _key(doubled)
    sys.stderr.write(f"{_cpu_ms(doubled, text)} {_cpu_ms(_client(doubled), text)}\n")
