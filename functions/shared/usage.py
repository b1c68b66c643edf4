"""GET /v1/usage, which BabySea and SharkApi both have."""

from __future__ import annotations

from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea import endpoint as babysea
from tidegate.surfaces.babysea.usage import present_usage, read_days
from tidegate.surfaces.dispatch import Dispatcher, Row
from tidegate.surfaces.endpoints import NAMES
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi import dialects as sharkapi
from tidegate.surfaces.sharkapi.history import MAX_JOBS, present_history, read_question
from tidegate.usecases.accounts import get_account
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.list_generations import list_surface
from tidegate.usecases.usage import read_usage


@babysea.endpoint(runtime, scope="account:read", bucket=Bucket.GENERAL)
def count_up(request: Request, caller: Caller, services: Runtime) -> babysea.Answer:
    """Count up what the account did in the last days, this request included."""
    account_id = caller.key.account_id
    usage = read_usage(
        services.usage,
        services.keys,
        account_id=account_id,
        days=read_days(request),
        names=NAMES,
        now_ms=services.now_ms(),
    )
    balance = get_account(services.wallets, account_id).wallet.balance
    return babysea.Answer(present_usage(account_id, usage, balance), "Usage retrieved")


@sharkapi.endpoint(runtime, sharkapi.D1, scope="generation:read", bucket=Bucket.GENERAL)
def look_back(request: Request, caller: Caller, services: Runtime) -> sharkapi.Answer:
    """Show the account's past jobs and what they cost."""
    now_ms = services.now_ms()
    question = read_question(request, now_ms)
    jobs = list_surface(
        services.listing,
        Surface.SHARKAPI,
        account_id=caller.key.account_id,
        since_ms=question.since_ms,
        until_ms=question.until_ms,
        limit=MAX_JOBS,
        now_ms=now_ms,
    )
    shown = present_history(question, jobs, services.output_url, lambda job: job.is_removed(now_ms))
    return sharkapi.Answer(shown)


handler = Dispatcher(runtime, (Row("", look_back, Surface.SHARKAPI), Row("", count_up)))
