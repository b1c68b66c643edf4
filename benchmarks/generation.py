"""One image generation through the real handlers on an account in this process, step by step, metered.

The way of nearly every picture: the first provider serves it, its first poll comes too early, its callback
tells when it is done. The customer has one webhook endpoint, looks once, and fetches the picture. All
environments are warm: the secret was read before.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from unittest.mock import patch

from benchmarks.doubles import Provider, Watched, Web
from benchmarks.metering import Meter, metering
from functions.babysea import content_get, generate_image
from functions.callbacks import replicate as callback
from functions.delivery import deliver, fan_out
from functions.outputs import redirect
from functions.pipeline import alerts, attempt, journal, outbox, telemetry
from tidegate.adapters.sealing import Sealer
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.runtime import runtime as shared
from tidegate.usecases.accounts import create_account, create_key, grant
from tidegate.usecases.endpoints import add_endpoint
from tidegate.usecases.steering import Steering

MODEL: Final = "bfl/flux-schnell"
PROMPT: Final = "A baby seal playing on Arctic ice, golden hour, 35 mm photograph, shallow depth of field"
_OK: Final = {200, 302}


class Trigger(StrEnum):
    """What wakes a function, and thereby what is billed beside its own calls."""

    API = "api"
    STREAM = "stream"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Step:
    """One invocation. ``sent_by_aws``: Step Functions or EventBridge sent its message, not a function."""

    name: str
    function: str
    trigger: Trigger
    meter: Meter
    sent_by_aws: bool = False


def open_account(runtime: Runtime) -> tuple[str, str]:
    """Open an account with money; return its id and a key."""
    now_ms = runtime.now_ms()
    account_id = create_account(runtime.wallets, name="Acme", plan="unlimited", now_ms=now_ms).account_id
    wallets = runtime.wallets
    grant(wallets, account_id=account_id, amount=Money.of("10"), reference="welcome", now_ms=now_ms)
    key, _ = create_key(
        runtime.keys,
        wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="benchmark",
        now_ms=now_ms,
    )
    return account_id, key


def api_event(
    method: str, path: str, params: Mapping[str, str], *, route: str | None = None, **headers: str
) -> dict[str, Any]:
    """Write a request as API Gateway does (payload format 2.0); ``route`` is its pattern, if it has one."""
    return {
        "routeKey": f"{method} {route or path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "pathParameters": dict(params),
        "requestContext": {"http": {"method": method, "sourceIp": "203.0.113.9"}},
        "body": json.dumps({"generation_prompt": PROMPT}) if method == "POST" else "",
    }


def warm_up(runtime: Runtime) -> None:
    """Let the environment know about routing, which it reads anew every few seconds, and not again."""
    knowing = Steering(runtime.models, runtime.overrides, lambda: 0)
    knowing.order(MODEL, ("replicate", "fal"), ranked=True, seed="")
    vars(runtime).update(steering=knowing)


def submit_event(key: str, **headers: str) -> dict[str, Any]:
    """Write the request for a picture."""
    path = f"/v1/generate/image/{MODEL}"
    params, route = {"model_identifier": MODEL}, "/v1/generate/image/{model_identifier+}"
    return api_event("POST", path, params, route=route, authorization=f"Bearer {key}", **headers)


def walk(runtime: Runtime) -> tuple[Step, ...]:
    """Take a generation from its submit to the picture in the customer's hands.

    Meanwhile the runtime that all handlers share is this one.
    """
    with patch.dict(vars(shared), vars(runtime), clear=True):
        return _Walk(shared).go()


class _Walk:
    """Does what API Gateway, streams, queues and the state machine do between the functions."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._steps: list[Step] = []
        self._provider = Provider()
        self._queue, self._deliveries = Watched(runtime.attempts), Watched(runtime.deliveries)
        self._bus = Watched(runtime.bus)
        vars(runtime).update(  # cached properties: what is there is not built
            providers=self._provider,
            attempts=self._queue,
            deliveries=self._deliveries,
            bus=self._bus,
            http=Web(),
        )
        warm_up(runtime)
        self._account_id, self._key = open_account(runtime)
        self._id = ""
        self._images: dict[str, Any] = {"wallet": self._wallet()}
        add_endpoint(
            self._account_id,
            "https://hooks.example.com/tidegate",
            webhooks=runtime.webhooks,
            sealer=Sealer(runtime.secrets.sealing_key),
            now_ms=runtime.now_ms(),
        )

    def go(self) -> tuple[Step, ...]:
        self._submit()
        self._attempt("Attempt: start", self._message("start", task_token="token"), sent_by_aws=True)  # noqa: S106
        self._attempt("Attempt: a poll too early", self._queue.last)
        late = self._queue.last
        self._provider.is_done = True
        self._call_back()
        self._attempt("Attempt: the poll that settles", self._queue.last)
        self._attempt("Attempt: a poll too late", late)
        for event in self._bus.sent:
            self._deliver(event)
        output = self._look()
        self._api("Redirect to the picture", "outputs.redirect", redirect.handler, output)
        return tuple(self._steps)

    # ── API Gateway ──────────────────────────────────────────────────────────────────────────────────────

    def _submit(self) -> None:
        answer = self._api(
            "Submit", "babysea.generate_image", generate_image.handler, submit_event(self._key)
        )
        self._id = json.loads(answer["body"])["data"]["generation_id"]
        self._follow_streams()

    def _call_back(self) -> None:
        stored = self._runtime.generations.attempts.get(self._id, 1)
        assert stored is not None  # noqa: S101  the first step has made it
        params = {"generation_id": self._id, "number": "1", "token": stored.callback_token}
        event = api_event("POST", "/callbacks/replicate", params)
        self._api("Provider's callback", "callbacks.replicate", callback.handler, event)

    def _look(self) -> dict[str, Any]:
        """Read the record as the customer does; return the request for its picture."""
        bearer = {"authorization": f"Bearer {self._key}"}
        event = api_event("GET", f"/v1/content/{self._id}", {"generation_id": self._id}, **bearer)
        answer = self._api("Poll", "babysea.content_get", content_get.handler, event)
        (url,) = json.loads(answer["body"])["data"]["generation_output_file"]
        path = url.removeprefix(self._runtime.public_base_url)
        return api_event("GET", path, {"key": path.removeprefix("/outputs/")})

    def _api(
        self, name: str, function: str, handler: Callable[..., Any], event: Mapping[str, Any]
    ) -> dict[str, Any]:
        answer: dict[str, Any] = self._invoke(name, function, Trigger.API, lambda: handler(event, None))
        if answer["statusCode"] not in _OK:
            raise RuntimeError(f"{name}: answered {answer}")
        return answer

    # ── queues and streams ───────────────────────────────────────────────────────────────────────────────

    def _message(self, kind: str, **fields: object) -> dict[str, object]:
        named = {"account_id": self._account_id, "generation_id": self._id, "number": 1}
        return {"kind": kind, **named, **fields}

    def _attempt(self, name: str, message: Mapping[str, Any], *, sent_by_aws: bool = False) -> None:
        self._consume(name, "pipeline.attempt", attempt.handler, message, sent_by_aws=sent_by_aws)
        self._follow_streams()

    def _deliver(self, event: Mapping[str, Any]) -> None:
        name = "Fan-out of an event to one endpoint"
        self._consume(name, "delivery.fan_out", fan_out.handler, {"detail": event}, sent_by_aws=True)
        self._consume("Delivery of a webhook", "delivery.deliver", deliver.handler, self._deliveries.last)

    def _consume(
        self,
        name: str,
        function: str,
        handler: Callable[..., Any],
        message: Mapping[str, Any],
        *,
        sent_by_aws: bool = False,
    ) -> None:
        event = {"Records": [{"messageId": "1", "body": json.dumps(message)}]}
        answer = self._invoke(
            name, function, Trigger.QUEUE, lambda: handler(event, None), sent_by_aws=sent_by_aws
        )
        if answer["batchItemFailures"]:
            raise RuntimeError(f"{name}: the message failed")

    def _follow_streams(self) -> None:
        """Hand what changed to the functions behind the streams, one record a batch, as at low rates."""
        new = {"wallet": self._wallet(), "generation": self._generation()}
        old, self._images = self._images, new
        if new["wallet"] != old["wallet"]:
            self._stream("Journal: one movement", "pipeline.journal", journal.handler, new["wallet"], None)
            before = old.get("wallet")
            self._stream("Alerts: one movement", "pipeline.alerts", alerts.handler, new["wallet"], before)
        if "generation" not in old:
            name = "Outbox: start the execution"
            self._stream(name, "pipeline.outbox", outbox.handler, new["generation"], None)
        elif new["generation"] != old["generation"]:
            name = "Outbox: publish an event"
            self._stream(name, "pipeline.outbox", outbox.handler, new["generation"], old["generation"])

        self._follow_attempt(old.get("attempt"))

    def _follow_attempt(self, was: Any) -> None:
        """Telemetry sees an attempt that was written down, and one that ended, and nothing between."""
        if not self._id or (now := self._find("generations", {"pk": self._id, "sk": "attempt#01"})) is None:
            return
        self._images["attempt"] = now
        name = "Telemetry: an attempt begins" if was is None else "Telemetry: an attempt ends"
        ends = now["status"] != (was or now)["status"] and now["status"]["S"] in {"used", "failed"}
        if was is None or ends:
            self._stream(name, "pipeline.telemetry", telemetry.handler, now, was)

    def _stream(self, name: str, function: str, handler: Callable[..., Any], new: Any, old: Any) -> None:
        images = {"NewImage": new} if old is None else {"NewImage": new, "OldImage": old}
        written = {"ApproximateCreationDateTime": time.time(), **images}
        record = {"eventID": name, "eventName": "MODIFY" if old else "INSERT", "dynamodb": written}
        event = {"Records": [record]}
        self._invoke(name, function, Trigger.STREAM, lambda: handler(event, None))

    def _wallet(self) -> Any:
        return self._item("wallets", {"account_id": self._account_id, "item": "wallet"})

    def _generation(self) -> Any:
        return self._item("generations", {"pk": self._account_id, "sk": self._id})

    def _item(self, table: str, key: Mapping[str, str]) -> Any:
        return self._find(table, key) or {}

    def _find(self, table: str, key: Mapping[str, str]) -> Any:
        wire: dict[str, Any] = {name: {"S": value} for name, value in key.items()}
        return self._runtime.dynamodb.get_item(TableName=table, Key=wire).get("Item")

    def _invoke(
        self,
        name: str,
        function: str,
        trigger: Trigger,
        call: Callable[[], Any],
        *,
        sent_by_aws: bool = False,
    ) -> Any:
        with metering() as meter:
            answer = call()
        self._steps.append(Step(name, function, trigger, meter, sent_by_aws))
        return answer


def named(steps: Sequence[Step]) -> dict[str, Meter]:
    """Return what each step took. Steps of one name take the same, else this raises ValueError."""
    found: dict[str, Meter] = {}
    for step in steps:
        if found.setdefault(step.name, step.meter) != step.meter:
            raise ValueError(f"the steps named {step.name!r} differ")
    return found
