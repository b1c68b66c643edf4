"""The deployed functions, found by their handlers: their names are CloudFormation's."""

from __future__ import annotations

from typing import Any


def name_of(client: Any, handler: str) -> str:
    """Return the name of the function with this handler, such as ``pipeline.telemetry.handler``.

    Args:
        client: of Lambda; it lists at most fifty functions a page.
        handler: as deployed.
    """
    pages = client.get_paginator("list_functions").paginate()
    found = [each for page in pages for each in page["Functions"] if each["Handler"] == handler]
    assert len(found) == 1, handler
    return str(found[0]["FunctionName"])
