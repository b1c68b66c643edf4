"""The simulation's figures as a table, and its hours as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.routing.simulation import HOURS, Ended
from benchmarks.routing.world import HOUR_MS

PATIENCE_MS: Final = 60_000  # as long as a single attempt may take
_COLORS: Final = {"fixed order": "#b3541e", "random order": "#8a8f98", "fastest": "#1f6f8b"}
_WIDTH, _HEIGHT, _LEFT, _TOP = 760, 300, 60, 40


@dataclass(frozen=True, slots=True)
class Summary:
    """One strategy's figures. Latencies are of the generations that came to a picture at all."""

    in_time: float  # the share that had its picture within a minute
    p50_ms: int
    p95_ms: int
    dollars_per_1000: float  # of those that succeeded


def summarize(ended: Sequence[Ended]) -> Summary:
    """Sum up a run."""
    latencies = sorted(entry.latency_ms for entry in ended if entry.succeeded)
    cost = sum(entry.cost_micros for entry in ended)
    return Summary(
        in_time=sum(latency <= PATIENCE_MS for latency in latencies) / len(ended),
        p50_ms=latencies[len(latencies) // 2],
        p95_ms=latencies[len(latencies) * 95 // 100],
        dollars_per_1000=cost / len(latencies) / 1000,
    )


def table(summaries: Mapping[str, Summary]) -> str:
    """Write the figures as a Markdown table."""
    lines = [
        "| Order | Picture within a minute | p50 | p95 | Provider cost of 1,000 pictures |",
        "|---|---|---|---|---|",
    ]
    for name, s in summaries.items():
        seconds = f"{s.p50_ms / 1000:.1f} s | {s.p95_ms / 1000:.1f} s"
        lines.append(f"| {name} | {s.in_time:.2%} | {seconds} | ${s.dollars_per_1000:.3f} |")
    return "\n".join(lines) + "\n"


def plot(runs: Mapping[str, Sequence[Ended]]) -> str:
    """Draw each hour's p95 latency as SVG, a line a strategy."""
    hourly = {name: _p95_by_hour(ended) for name, ended in runs.items()}
    top = max(max(values) for values in hourly.values())
    lines = [_line(values, top, _COLORS[name]) for name, values in hourly.items()]
    legend = [
        f'<text x="{_LEFT + 150 * n}" y="22" fill="{_COLORS[name]}">{name}</text>'
        for n, name in enumerate(hourly)
    ]
    marks = [
        f'<text x="{_x(hour)}" y="{_TOP + _HEIGHT + 18}" text-anchor="middle">{hour}</text>'
        for hour in range(0, HOURS, 4)
    ]
    scale = [
        f'<text x="{_LEFT - 8}" y="{_y(value, top) + 4}" text-anchor="end">{value // 1000} s</text>'
        for value in (0, top // 2, top)
    ]
    width, height = _LEFT + _WIDTH + 20, _TOP + _HEIGHT + 50
    label = f'<text x="{_LEFT + _WIDTH / 2}" y="{height - 8}" text-anchor="middle">hour</text>'
    style = 'font-family="sans-serif" font-size="13" fill="#333"'
    inner = "\n".join([*legend, *scale, *marks, *lines, label])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {style}>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n{inner}\n</svg>\n'
    )


def _p95_by_hour(ended: Sequence[Ended]) -> list[int]:
    values = []
    for hour in range(HOURS):
        latencies = sorted(e.latency_ms for e in ended if e.arrived_ms // HOUR_MS == hour)
        values.append(latencies[len(latencies) * 95 // 100] if latencies else 0)
    return values


def _x(hour: float) -> float:
    return round(_LEFT + hour * _WIDTH / (HOURS - 1), 1)


def _y(value: float, top: float) -> float:
    return round(_TOP + _HEIGHT * (1 - value / top), 1)


def _line(values: Sequence[int], top: int, color: str) -> str:
    points = " ".join(f"{_x(hour)},{_y(value, top)}" for hour, value in enumerate(values))
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>'
