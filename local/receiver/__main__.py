"""``python -m local.receiver``: a webhook receiver on 127.0.0.1."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from local.receiver.app import Receiver
from local.serving import run


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m local.receiver", description=__doc__)
    parser.add_argument("--port", type=int, default=8091)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--secret-file", type=Path, help="a file that holds the endpoint's secret")
    source.add_argument("--state-file", type=Path, help="a JSON file whose `webhook_secret` is the secret")
    parser.add_argument("--log", type=Path, help="append every delivery to this JSON-lines file")
    given = parser.parse_args()

    def secret() -> str | None:
        return _secret(given.secret_file, given.state_file)

    run(Receiver(secret, given.log).app(), given.port, "receiver")


def _secret(secret_file: Path | None, state_file: Path | None) -> str | None:
    """The secret as the file holds it now; None while there is none."""
    try:
        if secret_file:
            return secret_file.read_text(encoding="utf-8").strip() or None
        if state_file:
            return str(json.loads(state_file.read_text(encoding="utf-8"))["webhook_secret"])
    except (OSError, ValueError, KeyError):
        return None
    return None


if __name__ == "__main__":
    main()
