"""The machinery itself is hit: workers are killed, messages come twice; the books stay exact."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local.stack.info import StackInfo
from local.stack.stack import Stack
from tests.e2e.customer import Customer, http
from tests.e2e.waiting import until
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime

PRICE = Money.of("0.005")


def _jobs(info: StackInfo, prompt: str) -> list[dict[str, Any]]:
    answer = http.request("GET", f"{info.simulator_url}/control/jobs?limit=1000")
    return [job for job in json.loads(answer.data)["jobs"] if prompt in json.dumps(job)]


def _kill_workers(stack: Stack) -> int:
    killed = 0
    for pid in stack.lambda_workers("PipelineAttempt"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


def test_a_worker_killed_between_submit_and_save_pays_the_provider_once(
    customer: Customer, stack: Stack, info: StackInfo
) -> None:
    prompt = f"Kill {customer.account_id} [[replicate:submit_delay:6*1]] [[fault:no_callback]]"
    generation_id = customer.generate(prompt, generation_provider_order="replicate")
    until(lambda: _jobs(info, customer.account_id), "the provider has the job")
    assert customer.attempts(generation_id)[0].status == "submitting"
    assert _kill_workers(stack) > 0
    assert customer.finish(generation_id, within_s=150)["generation_status"] == "succeeded"
    assert len(_jobs(info, customer.account_id)) == 1
    assert customer.spent == PRICE


def test_workers_killed_while_a_generation_runs_change_nothing(customer: Customer, stack: Stack) -> None:
    generation_id = customer.generate("A seal [[fault:slow:4]]")
    until(
        lambda: customer.content(generation_id)["generation_status"] == "processing", "a provider is at work"
    )
    assert _kill_workers(stack) > 0
    assert customer.finish(generation_id, within_s=150)["generation_status"] == "succeeded"
    assert customer.spent == PRICE


@pytest.fixture
def every_message_twice(deployed: Runtime, info: StackInfo) -> Iterator[None]:
    """Take the attempts queue from its consumer, and hand every message over twice at the same time."""
    functions = deployed.client("lambda")
    queue = deployed.client("sqs")
    url = info.outputs["AttemptsQueueUrl"]
    mapping = next(
        m
        for m in functions.list_event_source_mappings()["EventSourceMappings"]
        if m["EventSourceArn"].endswith(":" + url.rsplit("/", 1)[1])
    )
    _switch(functions, mapping["UUID"], on=False)
    stop = threading.Event()
    thread = threading.Thread(
        target=_twice, args=(functions, queue, url, mapping["FunctionArn"], stop), daemon=True
    )
    thread.start()
    yield
    stop.set()
    thread.join(60)
    _switch(functions, mapping["UUID"], on=True)
    functions.close()
    queue.close()


def _switch(functions: Any, uuid: str, *, on: bool) -> None:
    functions.update_event_source_mapping(UUID=uuid, Enabled=on)
    state = "Enabled" if on else "Disabled"
    until(lambda: functions.get_event_source_mapping(UUID=uuid)["State"] == state, f"the consumer is {state}")


def _twice(functions: Any, queue: Any, url: str, function: str, stop: threading.Event) -> None:
    def invoke(event: dict[str, Any]) -> None:
        functions.invoke(FunctionName=function, Payload=json.dumps(event).encode())["Payload"].read()

    while not stop.is_set():
        answer = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            event = {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}
            copies = [threading.Thread(target=invoke, args=(event,)) for _ in range(2)]
            for copy in copies:
                copy.start()
            for copy in copies:
                copy.join()
            queue.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@pytest.mark.usefixtures("every_message_twice")
def test_every_message_delivered_twice_changes_nothing_in_the_books(
    customer: Customer, info: StackInfo
) -> None:
    marker = customer.account_id
    served = customer.generate(f"Twice {marker} one")
    failed_over = customer.generate(
        f"Twice {marker} two [[replicate:failed]]", generation_provider_order="replicate, fal"
    )
    refused = customer.generate(f"Twice {marker} three [[fault:moderation]]")
    assert customer.finish(served)["generation_status"] == "succeeded"
    assert customer.finish(failed_over)["generation_provider_used"] == "fal"
    assert customer.finish(refused)["generation_status"] == "failed"
    assert len(_jobs(info, marker)) == 4
    assert customer.spent == PRICE * 2


def test_an_orphan_keeps_the_hold_until_it_answers(customer: Customer, info: StackInfo) -> None:
    prompt = f"Orphan {customer.account_id} [[fal:lost]] [[fal:slow:15]]"
    generation_id = customer.generate(prompt, generation_provider_order="fal")
    until(lambda: customer.trail(generation_id) == [("fal", "orphaned")], "the attempt is an orphan")
    assert customer.account.wallet.held == PRICE
    assert customer.finish(generation_id)["generation_status"] == "succeeded"  # its callback came
    assert customer.spent == PRICE
    assert customer.account.wallet.held == ZERO
    assert len(_jobs(info, customer.account_id)) == 1
