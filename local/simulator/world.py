"""Everything that the vendors share: one simulated world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from local.simulator.catalog import Catalog, load_catalog
from local.simulator.clock import Clock
from local.simulator.engine import Engine
from local.simulator.faults import FaultScript
from local.simulator.identity import Identity
from local.simulator.jobs import Event, Job
from local.simulator.journal import Journal
from local.simulator.media.studio import Studio
from local.simulator.settings import Settings

PutObject = Callable[[str, str, bytes, str], None]  # bucket, key, data, content type
PROVIDERS = (
    "replicate",
    "fal",
    "byteplus",
    "alibabacloud",
    "runway",
    "cloudflare",
    "bedrock",
    "bfl",
    "openai",
    "google",
)


@dataclass(slots=True)
class World:
    """The state of one simulator.

    ``on_event`` is told of every job's transitions. ``put_object`` writes into the buckets of the AWS account
    whose credentials the callers have; without it nothing does.
    """

    identity: Identity
    settings: Settings
    on_event: Callable[[Job, Event], None] = lambda _job, _event: None
    put_object: PutObject | None = None
    catalog: Catalog = field(default_factory=load_catalog)
    clock: Clock = field(default_factory=Clock)
    faults: FaultScript = field(default_factory=FaultScript)
    journal: Journal = field(default_factory=Journal)
    studio: Studio = field(default_factory=Studio)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        """Wire the engine to the clock and to what may change later: the settings and the listener."""
        self.engine = Engine(self.clock, lambda: self.settings, self._tell)

    def _tell(self, job: Job, event: Event) -> None:
        self.on_event(job, event)

    def reset(self) -> None:
        """Forget jobs, faults and what was received. Settings, time and keys stay."""
        self.engine.reset()
        self.faults.clear()
        self.journal.clear()

    def origin(self, request: Request) -> str:
        """``http://host:port`` under which this caller reaches us."""
        return self.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"

    def job(self, provider: str, job_id: str) -> Job | None:
        """That vendor's job."""
        job = self.engine.jobs.get(job_id)
        return job if job and job.provider == provider else None
