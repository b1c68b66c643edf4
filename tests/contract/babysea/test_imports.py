"""What a cold start loads. Counted, not timed: modules are what an import costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each would cost a cold start 40 to 200 ms. The AWS client is loaded when the first call is made.
HEAVY = ("pydantic", "boto3", "botocore.session", "botocore.client", "urllib3", "cryptography")


@pytest.mark.parametrize(
    "function",
    [
        "content_cancel",
        "content_delete",
        "content_get",
        "content_list",
        "docs",
        "estimate",
        "generate_image",
        "generate_video",
        "library_models",
        "library_providers",
        "not_found",
        "openapi",
        "status",
        "user_account",
        "user_billing",
    ],
)
def test_importing_a_handler_loads_nothing_heavy(function: str) -> None:
    code = f"import sys, functions.babysea.{function}; print(*sys.modules)"
    path = ":".join(entry for entry in sys.path if entry)
    loaded = subprocess.run(  # noqa: S603  our own interpreter, our own code
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"functions.babysea.{function}" in loaded
    assert not set(HEAVY) & set(loaded)
