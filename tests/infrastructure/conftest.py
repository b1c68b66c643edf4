"""Both stages, synthesised once per session."""

from __future__ import annotations

import pytest
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from tests.infrastructure.synth import LOCAL, OPERATOR, Synth, synthesize


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """What AWS gets, with everything optional turned on, under all checks."""
    packs = (AwsSolutionsChecks(), ServerlessChecks())
    return synthesize(OPERATOR, tmp_path_factory.mktemp("prod"), packs=packs)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """What AWS gets when nothing optional is turned on, but files and records are kept as set."""
    return synthesize({"retention": "hosted,30d:never"}, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    """What the embedded stack gets."""
    return synthesize(LOCAL, tmp_path_factory.mktemp("local"))
