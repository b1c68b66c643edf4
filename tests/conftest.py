"""How the tests share several processes."""

from __future__ import annotations

from typing import Any

import pytest

# There is one stack, and one synthesis: each of these folders stays in one process.
_TOGETHER = {"tests/e2e/": "stack", "tests/infrastructure/": "synth"}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files, and those folders whole.

    xdist's own groups need an attribute of items that pytest 9.2 no longer has.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  absent where the tests run in one process

    class Files(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", maxsplit=1)[0]
            return next((scope for folder, scope in _TOGETHER.items() if file.startswith(folder)), file)

    return Files(config, log)
