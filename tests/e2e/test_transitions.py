"""State transitions are what Step Functions bills."""

from __future__ import annotations

from local.stack.info import StackInfo
from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tests.integration.test_costs import COSTS
from tidegate.runtime import Runtime


def _transitions(deployed: Runtime, info: StackInfo, generation_id: str) -> int:
    machine = info.outputs["StateMachineArn"]
    arn = machine.replace(":stateMachine:", ":execution:") + f":{generation_id}"
    client = deployed.client("stepfunctions")
    until(lambda: client.describe_execution(executionArn=arn)["status"] == "SUCCEEDED", "the execution ends")
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    entered = [e for page in pages for e in page["events"] if e["type"].endswith("StateEntered")]
    client.close()
    return len(entered) + 1  # AWS counts the start too


def test_a_generation_without_failover_is_at_most_three_transitions(
    customer: Customer, deployed: Runtime, info: StackInfo
) -> None:
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    transitions = _transitions(deployed, info, generation_id)
    assert transitions <= 3
    assert f"| State transitions, first provider serves | {transitions} |" in COSTS


def test_each_failover_adds_three(customer: Customer, deployed: Runtime, info: StackInfo) -> None:
    generation_id = customer.generate("A seal [[replicate:401]]", generation_provider_order="replicate, fal")
    customer.finish(generation_id)
    transitions = _transitions(deployed, info, generation_id)
    assert f"| State transitions, one failover | {transitions} |" in COSTS
