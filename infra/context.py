"""Reads the CDK context (``-c name=value``, or ``cdk.json``). Nothing else does."""

from __future__ import annotations

import json
import re
from typing import TypedDict

from constructs import Node

from infra import settings
from infra.config import ANY_ORIGIN, DELIVERIES, LOCAL_STAGE, Cell, Config, Worker
from infra.library import LibrarySettings, read_library
from infra.settings import ConfigError
from tidegate.domain.budget import budgets_from
from tidegate.domain.idempotency import LIFETIME_S
from tidegate.domain.retention import retentions_from
from tidegate.domain.webhook_retries import retry_plan_from
from tidegate.surfaces.dispatch import read_hosts
from tidegate.surfaces.sharkapi.modes import load_modes

DEFAULT_CELLS = '{"us": null}'
# An origin as browsers write it (RFC 6454 §6.2): lower case, no path, no slash at the end.
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
LOCAL_WEBHOOK_TIMES = "3:10:15,20"


class Times(TypedDict):
    """Overrides of times, as the functions read them. Absent: the domain's own."""

    image_budget: str | None
    video_budget: str | None
    webhook_times: str | None


class Given(TypedDict):
    """What every stage reads in the same way."""

    cells: tuple[Cell, ...]
    public_base_url: str | None
    cors_origins: tuple[str, ...]
    tracing: bool
    surface_hosts: str | None
    sharkapi_modes: str | None
    moderation: str | None
    banatie: LibrarySettings


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
    given = _given(node)
    if given["public_base_url"] and len(given["cells"]) > 1:
        raise ConfigError("public_base_url: several cells cannot share one address; deploy them one by one")
    return Config(
        stage=settings.word("stage", stage),
        alarm_email=settings.checked(node, "alarm_email", settings.address),
        bedrock=settings.flag(node, "bedrock", default=False),
        retention=settings.checked(node, "retention", _lasting),
        **given,
        **_times(node, DELIVERIES),
    )


def _local(node: Node) -> Config:
    """The embedded stack: short times so that tests need not wait, nothing kept."""
    deliveries = Worker(timeout_s=20, visibility_s=25, concurrency=4, late_s=45, receives=30)
    times = _times(node, deliveries)
    return Config(
        stage=LOCAL_STAGE,
        provider_base_urls=_base_urls(node),
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
        keep_data=False,
        point_in_time_recovery=False,
        log_days=1,
        # The emulator speaks plain HTTP, and with AUTH=true it obeys the policies that refuse that.
        require_tls=False,
        emulated_iam=True,
        api_id_tag="tidegate",
        lambda_platform=None,
        bootstrap_roles=False,
        **_given(node),
        **times | {"webhook_times": times["webhook_times"] or LOCAL_WEBHOOK_TIMES},
    )


def _given(node: Node) -> Given:
    return {
        "cells": _cells(node),
        "public_base_url": settings.checked(node, "public_base_url", settings.url),
        "cors_origins": _origins(node),
        "tracing": settings.flag(node, "tracing", default=False),
        "surface_hosts": _surface_hosts(node),
        "sharkapi_modes": _modes(node),
        "moderation": _moderation(node),
        "banatie": read_library(node),
    }


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
