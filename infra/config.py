"""Everything that can be configured, in one typed object; ``infra.context`` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk

from infra.library import LibrarySettings

LOCAL_STAGE = "local"
ANY_ORIGIN = "*"


@dataclass(frozen=True, slots=True)
class Cell:
    """One independent deployment: its own tables, queues and URL. ``region`` None is the caller's own."""

    label: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A queue's worker: how long it may run, how long its message stays hidden meanwhile, how many at once.

    After ``receives`` receipts a message goes to the dead-letter queue; when one has waited for ``late_s``,
    an alarm tells that nobody takes them. From its third receipt on SQS may leave a message out of the
    queue's age (developer guide, "Available CloudWatch metrics"), hence less than two visibilities; and more
    than one, so that a single killed worker alarms nobody.

    AWS asks for a visibility of at least six times the timeout (Lambda developer guide, "Using Lambda with
    Amazon SQS"), so that throttled retries do not meet a message that is still being worked on. Attempts keep
    less: their messages may come twice at any time, and one of a killed worker has to come back before the
    state machine gives the attempt up (``usecases.launch``). The limit keeps a full queue from taking the
    account's concurrency away from the API.
    """

    timeout_s: int
    visibility_s: int
    concurrency: int
    late_s: int
    receives: int = 5


# A delivery ends by itself after its last try, which may be interrupted.
DELIVERIES = Worker(timeout_s=60, visibility_s=360, concurrency=100, late_s=600, receives=30)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one deployment. Built by ``infra.context``; the defaults are production's."""

    stage: str = "prod"
    cells: tuple[Cell, ...] = (Cell("us"),)

    # Addresses. Empty means: the API's own URL, each vendor's own URL, no private address at all.
    public_base_url: str | None = None
    provider_base_urls: Mapping[str, str] = field(default_factory=dict)
    allowed_private_hosts: tuple[str, ...] = ()

    # Whether generations may run on Amazon Bedrock in this account: it is billed here, and it takes no key.
    bedrock: bool = False

    # Times.
    api_timeout_s: int = 15
    # Looking at input pictures takes up to 10 s of it (usecases.check_inputs); the front door waits for 30.
    submit_timeout_s: int = 25
    # A synchronous provider answers within the worker's time: 300 s for the submit, 60 s for the files. What
    # fails hides for seconds only (tidegate.surfaces.messages): 20 receipts are 15 minutes, 30 are 25.
    attempts: Worker = Worker(timeout_s=360, visibility_s=380, concurrency=200, late_s=600, receives=20)
    library: Worker = Worker(timeout_s=30, visibility_s=180, concurrency=50, late_s=300, receives=30)
    events: Worker = Worker(timeout_s=30, visibility_s=180, concurrency=50, late_s=300, receives=30)
    deliveries: Worker = DELIVERIES
    stream_timeout_s: int = 60
    stream_record_age_s: int = 23 * 3600  # a stream keeps its records for 24 h
    reap_every_min: int = 5
    image_budget: str | None = None
    video_budget: str | None = None
    webhook_times: str | None = None

    # Which surface a host stands for: JSON, as ``tidegate.surfaces.dispatch`` reads it.
    surface_hosts: str | None = None

    # What is sold, and what is refused.
    sharkapi_modes: str | None = None
    moderation: str | None = None
    banatie: LibrarySettings = field(default_factory=LibrarySettings)

    # What is kept, and what it takes to lose it.
    keep_data: bool = True
    point_in_time_recovery: bool = True
    log_days: int = 30
    retention: str | None = None  # of files and records (``tidegate.domain.retention``)

    # The front door: requests per second over all callers; each key has its own limit in the handlers.
    rate_limit: int = 500
    burst_limit: int = 1000
    cors_origins: tuple[str, ...] = (ANY_ORIGIN,)  # whose pages may call from a browser

    # X-Ray traces of every function. It is billed by the trace (docs/costs.md).
    tracing: bool = False

    # Who is told. Without an address the alarms exist but call nobody.
    alarm_email: str | None = None

    # How it is deployed.
    require_tls: bool = True
    emulated_iam: bool = False
    api_id_tag: str | None = None
    lambda_platform: str | None = "aarch64-manylinux2014"
    bootstrap_roles: bool = True

    @property
    def is_local(self) -> bool:
        """Whether this is the embedded stack rather than AWS."""
        return self.stage == LOCAL_STAGE

    @property
    def removal(self) -> cdk.RemovalPolicy:
        """What happens to tables, bucket and secret when their stack goes."""
        return cdk.RemovalPolicy.RETAIN if self.keep_data else cdk.RemovalPolicy.DESTROY
