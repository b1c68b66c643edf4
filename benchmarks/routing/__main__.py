"""``python -m benchmarks.routing``: play the simulation and write its table and picture into the docs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.routing.report import plot, summarize, table
from benchmarks.routing.simulation import Run
from benchmarks.routing.strategies import Fastest, Fixed, Shuffled

DOCS = Path(__file__).parents[2] / "docs"


def main() -> None:
    """Play every strategy through the same world."""
    runs = {strategy.name: Run(strategy).play() for strategy in (Fixed(), Shuffled(), Fastest())}
    (DOCS / "routing-simulation.svg").write_text(plot(runs), encoding="utf-8")
    print(table({name: summarize(ended) for name, ended in runs.items()}), end="")  # noqa: T201


if __name__ == "__main__":
    main()
