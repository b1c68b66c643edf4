"""How long what a generation leaves behind is kept: its files, and the record of it (docs/adr/0050)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tidegate.domain.limits import PLANS

DAY_S: Final = 86_400
NEVER: Final = "never"
HOSTED: Final = "hosted"
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": DAY_S}
_SPAN: Final = re.compile(r"([1-9][0-9]{0,4})([smhd])")
MAX_FILES_S: Final = 3_650 * DAY_S  # the longest class of files (``domain.output_key``)
# Records lapse at so many moments within their retention; the wallet counts each (docs/adr/0051).
_STEPS: Final = 24
_LOG_AT_MOST_S: Final = 365 * DAY_S
# An attempt is no use without its generation, and must not go before it, should that be late to end.
_ATTEMPTS_LONGER_S: Final = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds after which files, and later the record, are gone. None: kept for ever.

    Raises:
        ValueError: the files would outlive their record, or be kept for more than ten years.
    """

    files_s: int | None
    records_s: int | None

    def __post_init__(self) -> None:
        if self.records_s is not None and (self.files_s is None or self.files_s > self.records_s):
            raise ValueError(f"retention {self}: files cannot outlive their record")
        if self.files_s is not None and self.files_s > MAX_FILES_S:
            raise ValueError(
                f"retention {self}: files are kept for {MAX_FILES_S // DAY_S}d at most, or never go"
            )

    def __str__(self) -> str:
        """Write the row as :func:`read_row` reads it."""
        return f"{_written(self.files_s)}:{_written(self.records_s)}"

    @property
    def log_s(self) -> int:
        """How long the log of webhook deliveries is kept: as long as records, a year at the most."""
        return min(self.records_s or _LOG_AT_MOST_S, _LOG_AT_MOST_S)

    def record_until_s(self, ended_at_ms: int) -> int | None:
        """When the record of a generation lapses that ended then: an epoch second; None is never.

        It is rounded up to a multiple of a twenty-fourth of the retention.
        """
        if self.records_s is None:
            return None
        step_s = max(1, self.records_s // _STEPS)
        return -(-(ended_at_ms // 1_000 + self.records_s) // step_s) * step_s

    def attempts_until_s(self, hold_ends_at_ms: int) -> int | None:
        """When attempts may go of a generation whose hold ends then: after its record, whatever happens."""
        until_s = self.record_until_s(hold_ends_at_ms)
        return until_s + _ATTEMPTS_LONGER_S if until_s is not None else None


DEFAULT_RETENTION: Final = Retention(7 * DAY_S, 365 * DAY_S)
# The hosted product's table (contracts: BabySea §9); its top row is our default.
HOSTED_PLANS: Final = {
    "free": Retention(3_600, DAY_S),
    "starter": Retention(12 * 3_600, 7 * DAY_S),
    "pro": Retention(DAY_S, 30 * DAY_S),
    "scale": Retention(5 * DAY_S, 180 * DAY_S),
}


@dataclass(frozen=True, slots=True)
class Retentions:
    """The rows of one deployment."""

    default: Retention = DEFAULT_RETENTION
    plans: Mapping[str, Retention] = field(default_factory=dict)

    def of(self, plan: str) -> Retention:
        """Return the plan's row, or the default."""
        return self.plans.get(plan, self.default)

    @property
    def rows(self) -> tuple[Retention, ...]:
        """Every row."""
        return (self.default, *self.plans.values())


def retentions_from(text: str | None) -> Retentions:
    """Read rows such as ``"7d:365d"``, ``"hosted,7d:never"`` or ``"free=1h:1d,30d:365d"``; the later wins.

    A row is ``files:records``, each a whole number with a unit (s, m, h, d) or ``never``. Before ``=`` stands
    its plan; without one it is the default. ``hosted`` stands for the hosted product's four plans.

    Raises:
        ValueError: not of this form, an unknown plan, or files that outlive their record.
    """
    default, plans = DEFAULT_RETENTION, dict[str, Retention]()
    for part in text.split(",") if text else ():
        if part.strip() == HOSTED:
            plans |= HOSTED_PLANS
            continue
        plan, given, row = part.strip().rpartition("=")
        if not given:
            default = read_row(row)
        elif plan in PLANS:
            plans[plan] = read_row(row)
        else:
            raise ValueError(f"retention {part!r}: there is no plan {plan!r}")
    return Retentions(default, plans)


def read_row(text: str) -> Retention:
    """Read one row, such as ``"7d:365d"``.

    Raises:
        ValueError: not of this form.
    """
    files, _, records = text.partition(":")
    return Retention(_seconds(files, text), _seconds(records, text))


def _seconds(span: str, text: str) -> int | None:
    if span == NEVER:
        return None
    match = _SPAN.fullmatch(span)
    if match is None:
        raise ValueError(f"retention {text!r}: two times are needed, such as 12h:30d")
    return int(match[1]) * _UNITS[match[2]]


def _written(seconds: int | None) -> str:
    if seconds is None:
        return NEVER
    unit = next(unit for unit in reversed(_UNITS) if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"
