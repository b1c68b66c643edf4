"""Everything that can be configured, in one typed object. Nothing else reads the CDK context."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import aws_cdk as cdk
from constructs import Node

from infra import settings
from infra.library import LibrarySettings, read_library
from infra.settings import ConfigError
from tidegate.domain.budget import budgets_from
from tidegate.domain.idempotency import LIFETIME_S
from tidegate.domain.retention import retentions_from
from tidegate.domain.webhook_retries import retry_plan_from
from tidegate.surfaces.dispatch import read_hosts
from tidegate.surfaces.sharkapi.modes import load_modes

LOCAL_STAGE = "local"
DEFAULT_CELLS = '{"us": null}'
ANY_ORIGIN = "*"
# An origin as browsers write it (RFC 6454 §6.2): lower case, no path, no slash at the end.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
LOCAL_WEBHOOK_TIMES = "3:10:15,20"


class Times(TypedDict):
    """Overrides of times, as the functions read them. Absent: the domain's own."""

    image_budget: str | None
    video_budget: str | None
    webhook_times: str | None


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
    """The settings of one deployment. Built by ``read_config``; the defaults are production's."""

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


def read_config(node: Node) -> Config:
    """Read the CDK context (``-c name=value``, or ``cdk.json``).

    Names: ``stage``, ``cells`` (JSON, label to region), ``public_base_url``, ``alarm_email``, ``tracing``,
    ``bedrock`` (``true``), ``cors_origins`` (separated by commas); for the local stage also
    ``provider_base_urls`` (JSON, provider to URL) and ``allowed_private_hosts`` (``host:port``, separated by
    commas). ``retention`` (``tidegate.domain.retention``), ``image_budget`` and ``video_budget``
    (``attempt:hold`` in seconds, ``tidegate.domain.budget``) and ``webhook_times`` (``timeout:longest wait in
    the queue:tail,…`` in seconds, ``tidegate.domain.webhook_retries``) override the domain's own.
    ``surface_hosts`` (JSON, host to surface) says whose clients come to a host, on paths that surfaces share;
    ``sharkapi_modes`` (JSON, as ``sharkapi.json``) says what the SharkApi surface sells at which price;
    ``moderation`` (``openai``, or ``bedrock:<guardrail id>:<version>``) has prompts looked at first.
    ``enhancer``, ``library_models`` and ``library_wait_s`` are Banatie's (``infra.library``).

    Raises:
        ConfigError: a value cannot be meant, or a local address is given to another stage.
    """
    stage = str(node.try_get_context("stage") or "prod")
    return _local(node) if stage == LOCAL_STAGE else _aws(node, stage)


def _aws(node: Node, stage: str) -> Config:
    for name in ("allowed_private_hosts", "provider_base_urls"):
        if node.try_get_context(name):
            raise ConfigError(f"{name} is for the local stage: it would send {stage}'s requests elsewhere")
    if settings.text(node, "output_days"):
        raise ConfigError("output_days: say retention=30d:365d instead, files and records together")
    cells, public_base_url = _cells(node), settings.checked(node, "public_base_url", settings.url)
    if public_base_url and len(cells) > 1:
        raise ConfigError("public_base_url: several cells cannot share one address; deploy them one by one")
    return Config(
        stage=settings.word("stage", stage),
        cells=cells,
        public_base_url=public_base_url,
        alarm_email=settings.checked(node, "alarm_email", settings.address),
        bedrock=settings.flag(node, "bedrock", default=False),
        cors_origins=_origins(node),
        retention=settings.checked(node, "retention", _lasting),
        tracing=settings.flag(node, "tracing", default=False),
        surface_hosts=_surface_hosts(node),
        sharkapi_modes=_modes(node),
        moderation=_moderation(node),
        banatie=read_library(node),
        **_times(node, DELIVERIES),
    )


def _local(node: Node) -> Config:
    """The embedded stack: short times so that tests need not wait, nothing kept."""
    deliveries = Worker(timeout_s=20, visibility_s=25, concurrency=4, late_s=45, receives=30)
    times = _times(node, deliveries)
    return Config(
        stage=LOCAL_STAGE,
        cells=_cells(node),
        public_base_url=settings.checked(node, "public_base_url", settings.url),
        provider_base_urls=_base_urls(node),
        cors_origins=_origins(node),
        allowed_private_hosts=_private_hosts(node),
        bedrock=True,
        attempts=Worker(timeout_s=20, visibility_s=25, concurrency=10, late_s=45, receives=10),
        library=Worker(timeout_s=10, visibility_s=15, concurrency=4, late_s=25, receives=30),
        events=Worker(timeout_s=10, visibility_s=15, concurrency=4, late_s=25, receives=30),
        deliveries=deliveries,
        stream_timeout_s=20,
        stream_record_age_s=600,  # a small machine with its hands full is late, and loses nothing for that
        reap_every_min=1,
        retention=settings.checked(node, "retention", retentions_from),
        tracing=settings.flag(node, "tracing", default=False),
        surface_hosts=_surface_hosts(node),
        sharkapi_modes=_modes(node),
        moderation=_moderation(node),
        banatie=read_library(node),
        keep_data=False,
        point_in_time_recovery=False,
        log_days=1,
        # The emulator speaks plain HTTP, and with AUTH=true it obeys the policies that refuse that.
        require_tls=False,
        emulated_iam=True,
        api_id_tag="tidegate",
        lambda_platform=None,
        bootstrap_roles=False,
        **times | {"webhook_times": times["webhook_times"] or LOCAL_WEBHOOK_TIMES},
    )


def _modes(node: Node) -> str | None:
    """The SharkApi surface's table, if it says what it must."""
    if not node.try_get_context("sharkapi_modes"):
        return None
    text = json.dumps(settings.mapping(node, "sharkapi_modes", "{}"), separators=(",", ":"))
    try:
        load_modes(text)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"sharkapi_modes: not as in sharkapi.json: {error!r}") from error
    return text


def _surface_hosts(node: Node) -> str | None:
    """The hosts that stand for a surface, if each surface exists."""
    if not node.try_get_context("surface_hosts"):
        return None
    text = json.dumps(settings.mapping(node, "surface_hosts", "{}"), separators=(",", ":"))
    try:
        read_hosts(text)
    except ValueError as error:
        raise ConfigError(f"surface_hosts: {error}") from error
    return text


def _moderation(node: Node) -> str | None:
    service = settings.text(node, "moderation")
    if service is None or service == "openai" or re.fullmatch(r"bedrock:[a-z0-9]+:(\d+|DRAFT)", service):
        return service
    raise ConfigError("moderation: openai, or bedrock:<guardrail id>:<version>")


def _times(node: Node, deliveries: Worker) -> Times:
    """The overrides of times that functions read; each is tried here."""

    def webhook_times(value: str) -> None:
        if retry_plan_from(value).timeout_s >= deliveries.timeout_s:
            raise ValueError(f"a delivery's worker is stopped after {deliveries.timeout_s} s")

    return {
        "image_budget": settings.checked(node, "image_budget", lambda text: budgets_from({"IMAGE": text})),
        "video_budget": settings.checked(node, "video_budget", lambda text: budgets_from({"VIDEO": text})),
        "webhook_times": settings.checked(node, "webhook_times", webhook_times),
    }


def _lasting(value: str) -> None:
    """Outside tests a record outlives the idempotency record that names it."""
    for row in retentions_from(value).rows:
        if row.records_s is not None and row.records_s < LIFETIME_S:
            raise ValueError("records are kept for a day at least: so long a submit can be repeated")


def _base_urls(node: Node) -> dict[str, str]:
    given = settings.mapping(node, "provider_base_urls", "{}")
    for provider, base_url in given.items():
        try:
            settings.url(str(base_url))
        except ValueError as error:
            raise ConfigError(f"provider_base_urls: {provider}: {error}") from error
    return given


def _private_hosts(node: Node) -> tuple[str, ...]:
    def hosts(value: str) -> None:
        for host in filter(None, value.split(",")):
            settings.host_port(host)

    given = settings.checked(node, "allowed_private_hosts", hosts) or ""
    return tuple(filter(None, given.split(",")))


def _cells(node: Node) -> tuple[Cell, ...]:
    regions = settings.mapping(node, "cells", DEFAULT_CELLS)
    if not regions:
        raise ConfigError("cells: at least one cell is needed")
    for label, region in regions.items():
        try:
            settings.region(str(region or "eu-central-1"))
        except ValueError as error:
            raise ConfigError(f"cells: {label}: {error}") from error
    return tuple(Cell(settings.word("cells", label), region or None) for label, region in regions.items())


def _origins(node: Node) -> tuple[str, ...]:
    """Which pages may call: every one, or those that are listed."""
    origins = tuple(
        origin.strip() for origin in (settings.text(node, "cors_origins") or ANY_ORIGIN).split(",")
    )
    wrong = [origin for origin in origins if not _ORIGIN.fullmatch(origin)]
    if origins != (ANY_ORIGIN,) and wrong:
        raise ConfigError(
            f"cors_origins: '*' alone, or origins such as https://app.example.com, not {wrong[0]!r}"
        )
    return origins
