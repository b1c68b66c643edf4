"""What can be configured of Banatie's surface."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs import Node

from infra import settings
from infra.settings import ConfigError

LONGEST_WAIT_S = 25  # API Gateway gives up after 30 s, and the picture has to be copied


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """How prompts are rewritten, which models make the pictures, and how long an answer waits for one."""

    enhancer: str | None = None
    models: str | None = None
    wait_s: int = LONGEST_WAIT_S


def read_library(node: Node) -> LibrarySettings:
    """Read ``enhancer``, ``library_models`` and ``library_wait_s``.

    Raises:
        ConfigError: one of them cannot be meant.
    """
    enhancer, models = settings.text(node, "enhancer"), settings.text(node, "library_models")
    if enhancer is not None and not re.fullmatch(r"(openai|bedrock):[A-Za-z0-9._:/-]+", enhancer):
        raise ConfigError("enhancer: openai:<model>, or bedrock:<model id>")
    if models is not None and not re.fullmatch(r"[a-z0-9./-]+,[a-z0-9./-]+", models):
        raise ConfigError("library_models: the model for prompts alone, a comma, the one for references")
    wait = settings.text(node, "library_wait_s") or str(LONGEST_WAIT_S)
    if not wait.isdecimal() or int(wait) > LONGEST_WAIT_S:
        raise ConfigError(f"library_wait_s: whole seconds, at most {LONGEST_WAIT_S}")
    return LibrarySettings(enhancer, models, int(wait))
