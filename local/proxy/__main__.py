"""``python -m local.proxy``: the deployed API at a base URL of its own on 127.0.0.1."""

from __future__ import annotations

import argparse

from local.proxy.app import create_app
from local.serving import run


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m local.proxy", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--target", required=True, help="the URL that stands before every path")
    parser.add_argument("--connections", type=int, default=32, help="requests under way at a time")
    given = parser.parse_args()
    try:
        app = create_app(given.target, given.connections)
    except ValueError as error:
        parser.error(str(error))
    run(app, given.port, "proxy")


if __name__ == "__main__":
    main()
