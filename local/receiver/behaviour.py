"""How a hook answers, as scripted by a test."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Behaviour(BaseModel):
    """What the hook at ``path`` does for its next ``times`` deliveries; None means for good."""

    model_config = ConfigDict(extra="forbid")

    path: str
    status: Annotated[int, Field(ge=200, le=599)] = 200
    times: Annotated[int, Field(ge=1)] | None = None
    delay_s: Annotated[float, Field(ge=0)] = 0
    redirect_to: str | None = None


class Behaviours:
    """The script of every path. A path without one answers 200 at once."""

    def __init__(self) -> None:
        self._by_path: dict[str, Behaviour] = {}

    def script(self, behaviour: Behaviour) -> None:
        """Replace what that path does."""
        self._by_path[behaviour.path] = behaviour

    def take(self, path: str) -> Behaviour:
        """What to do with this delivery; counts it."""
        behaviour = self._by_path.get(path)
        if behaviour is None:
            return Behaviour(path=path)
        if behaviour.times == 1:
            del self._by_path[path]
        elif behaviour.times:
            self._by_path[path] = behaviour.model_copy(update={"times": behaviour.times - 1})
        return behaviour

    def list(self) -> list[dict[str, object]]:
        """The scripts in force."""
        return [behaviour.model_dump() for behaviour in self._by_path.values()]

    def clear(self) -> None:
        """Let every path answer 200 again."""
        self._by_path.clear()
