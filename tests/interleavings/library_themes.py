"""What a library holds and what is done to it at once: few kinds of operations meet more often than many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

import pytest

from tests.contract.banatie.client import Client
from tests.interleavings.library_operations import OPERATIONS, Operation
from tests.interleavings.library_world import STAGES, World

_USUAL_SEEDS: Final = 6


@dataclass(frozen=True, slots=True)
class Theme:
    """A world and what is done to it.

    ``stages`` are those that its one generation may have reached, none if there is none. An operation that is
    listed twice is drawn twice as often. ``seeds`` is how many are tried.
    """

    stages: tuple[str, ...]
    operations: tuple[str, ...]
    uploads: int = 0
    live: bool = False
    seeds: int = _USUAL_SEEDS

    def world(self, client: Client, random: Random, patch: pytest.MonkeyPatch) -> World:
        """Set the world up."""
        world = World(client, random, patch)
        if self.stages:
            world.add_generation(random.choice(self.stages))
        for _ in range(self.uploads):
            world.add_upload()
        if self.live:
            world.add_live()
        return world

    def draw(self, world: World) -> list[Operation]:
        """Draw two to four operations, each with a name of its own."""
        drawn = [
            OPERATIONS[world.random.choice(self.operations)](world) for _ in range(world.random.randint(2, 4))
        ]
        return [(f"{number} {name}", act) for number, (name, act) in enumerate(drawn, 1)]


def _theme(stages: str, operations: str, *, uploads: int = 0, live: bool = False, seeds: int = 0) -> Theme:
    listed = tuple(word.strip() for word in operations.split(","))
    return Theme(tuple(stages.split()), listed, uploads, live, seeds or _USUAL_SEEDS)


THEMES: Final[Mapping[str, Theme]] = {
    "failed": _theme(
        "failed", "regenerate, regenerate, delete generation, destroy generation, fail", seeds=20
    ),
    "again": _theme(
        "gone-open", "delete generation, destroy generation, edit, conclude, conclude, succeed, regenerate"
    ),
    "gone": _theme(
        "gone",
        "delete generation, destroy generation, edit, succeed, regenerate, alias, upload",
        uploads=1,
    ),
    "ended": _theme(
        "ended open",
        "regenerate, regenerate, conclude, succeed, fail, unalias, alias, upload, delete generation,"
        "delete image, destroy image",
        uploads=1,
    ),
    "made": _theme(
        "made remade-open",
        "regenerate, succeed, conclude, delete image, destroy image, restore, delete generation,"
        "destroy generation, alias, purge, edit",
        uploads=1,
    ),
    "bin": _theme("", "purge, purge, restore, delete image, alias, destroy image, upload", uploads=2),
    "flows": _theme(
        "made ended open gone-open",
        "end flow, cascade flow, edit, edit, conclude, generate, upload, name, delete generation",
        uploads=1,
        seeds=12,
    ),
    "names": _theme(
        "made ended",
        "name, name, unname, delete image, destroy image, restore, cascade flow, conclude",
        uploads=2,
    ),
    "aliases": _theme(
        "ended open made",
        "alias, alias, unalias, upload, generate, conclude, succeed, delete image, restore",
        uploads=2,
    ),
    "live": _theme(
        "",
        "visit, visit, visit, visit, visit, visit, visit, delete generation, destroy generation,"
        "delete image, restore, alias, regenerate scope, delete scope",
        live=True,
    ),
    "all": _theme(
        " ".join(STAGES),
        ", ".join(name for name in OPERATIONS if name not in ("visit", "delete scope", "regenerate scope")),
        uploads=1,
    ),
}
