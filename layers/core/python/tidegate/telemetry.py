"""The part of the runtime that counts and steers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.settings import Settings

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.loads import LoadTable
    from tidegate.adapters.dynamodb.models import ModelTable
    from tidegate.adapters.dynamodb.overrides import OverrideTable
    from tidegate.adapters.dynamodb.spending import SpendingTable
    from tidegate.adapters.dynamodb.tallies import TallyTable
    from tidegate.adapters.dynamodb.usage import UsageTable
    from tidegate.usecases.limit_providers import Places
    from tidegate.usecases.steering import Steering


class Telemetry(Settings):
    """Usage, health, routing. A property that nobody touches costs nothing."""

    @cached_property
    def usage(self) -> UsageTable:
        """What accounts do, counted by the day."""
        from tidegate.adapters.dynamodb.usage import UsageTable  # noqa: PLC0415

        return UsageTable(self.dynamodb, self.setting("TELEMETRY_TABLE"))

    @cached_property
    def models(self) -> ModelTable:
        """How each model's providers do: health, statistics, breakers."""
        from tidegate.adapters.dynamodb.models import ModelTable  # noqa: PLC0415

        return ModelTable(self.dynamodb, self.setting("TELEMETRY_TABLE"))

    @cached_property
    def tallies(self) -> TallyTable:
        """Counters of what became of attempts."""
        from tidegate.adapters.dynamodb.tallies import TallyTable  # noqa: PLC0415

        return TallyTable(self.dynamodb, self.setting("TELEMETRY_TABLE"))

    @cached_property
    def spending(self) -> SpendingTable:
        """What each provider cost us, by the day."""
        from tidegate.adapters.dynamodb.spending import SpendingTable  # noqa: PLC0415

        return SpendingTable(self.dynamodb, self.setting("TELEMETRY_TABLE"))

    @cached_property
    def loads(self) -> LoadTable:
        """How many jobs each limited provider has of us."""
        from tidegate.adapters.dynamodb.loads import LoadTable  # noqa: PLC0415

        return LoadTable(self.dynamodb, self.setting("TELEMETRY_TABLE"))

    @cached_property
    def places(self) -> Places:
        """Keeps attempts within the limits."""
        from tidegate.usecases.limit_providers import Places  # noqa: PLC0415

        return Places(
            self.loads,
            lambda: self.steering.overrides.limits,
            lambda: self.now_ms(),  # noqa: PLW0108  a test's clock
        )

    @cached_property
    def overrides(self) -> OverrideTable:
        """What the operator decided about routing."""
        from tidegate.adapters.dynamodb.overrides import OverrideTable  # noqa: PLC0415

        return OverrideTable(self.dynamodb, self.setting("GENERATIONS_TABLE"))

    @cached_property
    def steering(self) -> Steering:
        """Which provider next."""
        from tidegate.usecases.steering import Steering  # noqa: PLC0415

        return Steering(
            self.models,
            self.overrides,
            lambda: self.now_ms(),  # noqa: PLW0108  a test's clock
            bedrock="TIDEGATE_BEDROCK_OUTPUTS" in self._env,
        )
