"""Whatever fails is tried again, and kept in the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.constructs.state_machine import DEFINITION
from tests.infrastructure.synth import ROOT, Resource, Synth
from tidegate.domain.webhook_retries import RetryPlan
from tidegate.surfaces.messages import HIDE_S, hide_s
from tidegate.usecases.launch import BACKSTOP_S

DEAD_LETTER_QUEUES = {
    "AttemptsDeadLettersQueue",
    "EventsDeadLettersQueue",
    "DeliveriesDeadLettersQueue",
    "EndingsDeadLettersQueue",
    "PurgeFailuresQueue",
    "OutboxFailuresQueue",
    "TelemetryFailuresQueue",
    "JournalFailuresQueue",
    "AlertsFailuresQueue",
    "ReapFailuresQueue",
}
HOUR_S = 3600
TWO_WEEKS_S = 14 * 24 * HOUR_S


def queues(synth: Synth) -> dict[str, Resource]:
    return {queue.name: queue for queue in synth.all("AWS::SQS::Queue")}


def mappings(synth: Synth) -> dict[str, Resource]:
    """Event source mappings by the function that they feed."""
    names = {function.name: name for name, function in synth.functions().items()}
    return {
        names[synth.text(mapping.props["FunctionName"])]: mapping
        for mapping in synth.all("AWS::Lambda::EventSourceMapping")
    }


def test_every_work_queue_gives_up_into_its_dead_letter_queue(prod: Synth) -> None:
    redriven = {
        name: prod.text(queue.props["RedrivePolicy"]["deadLetterTargetArn"])
        for name, queue in queues(prod).items()
        if name not in DEAD_LETTER_QUEUES
    }
    assert redriven == {
        "AttemptsQueue": "AttemptsDeadLettersQueue",
        "EventsQueue": "EventsDeadLettersQueue",
        "DeliveriesQueue": "DeliveriesDeadLettersQueue",
        "EndingsQueue": "EndingsDeadLettersQueue",
    }


def receives(synth: Synth, queue: str) -> int:
    """How often a queue hands a message over before it gives up."""
    count: int = queues(synth)[queue].props["RedrivePolicy"]["maxReceiveCount"]
    return count


def test_a_delivery_ends_by_its_own_rules_before_its_queue_gives_up(prod: Synth, local: Synth) -> None:
    for synth in (prod, local):
        assert (
            receives(synth, "DeliveriesQueue") > RetryPlan().max_attempts + 1
        )  # the last one may be interrupted


def test_a_step_that_fails_is_tried_for_longer_than_the_state_machine_waits_in_addition(prod: Synth) -> None:
    tries = receives(prod, "AttemptsQueue")
    assert sum(hide_s(number) for number in range(1, tries)) >= 2 * BACKSTOP_S


def test_a_step_that_fails_hides_for_less_than_one_whose_worker_was_killed(prod: Synth) -> None:
    assert max(HIDE_S) < queues(prod)["AttemptsQueue"].props["VisibilityTimeout"]


@pytest.mark.parametrize("queue", ["EventsQueue", "DeliveriesQueue"])
def test_an_outage_of_twenty_minutes_puts_no_webhook_aside(prod: Synth, queue: str) -> None:
    tries = receives(prod, queue)
    assert sum(hide_s(number) for number in range(1, tries)) >= 20 * 60


def test_dead_letters_outlive_the_queue_they_came_from(prod: Synth) -> None:
    for name, queue in queues(prod).items():
        kept_s = queue.props["MessageRetentionPeriod"]
        assert kept_s == TWO_WEEKS_S if name in DEAD_LETTER_QUEUES else kept_s < TWO_WEEKS_S


def test_every_queue_is_encrypted_and_refuses_plain_http(prod: Synth) -> None:
    refusing = set()
    for policy in prod.all("AWS::SQS::QueuePolicy"):
        for statement in policy.props["PolicyDocument"]["Statement"]:
            if statement["Effect"] == "Deny":
                assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                refusing |= {prod.text(queue) for queue in policy.props["Queues"]}
    assert refusing == set(queues(prod))
    assert all(queue.props["SqsManagedSseEnabled"] for queue in queues(prod).values())


def test_streams_give_up_into_a_dead_letter_queue(prod: Synth) -> None:
    destinations = {
        name: prod.text(mapping.props["DestinationConfig"]["OnFailure"]["Destination"])
        for name, mapping in mappings(prod).items()
        if "DestinationConfig" in mapping.props
    }
    assert destinations == {
        "pipeline.outbox": "OutboxFailuresQueue",
        "pipeline.telemetry": "TelemetryFailuresQueue",
        "pipeline.journal": "JournalFailuresQueue",
        "pipeline.alerts": "AlertsFailuresQueue",
    }


def test_every_rule_target_has_a_dead_letter_queue(prod: Synth) -> None:
    targets = {
        rule.name: prod.text(target["DeadLetterConfig"]["Arn"])
        for rule in prod.all("AWS::Events::Rule")
        for target in rule.props["Targets"]
    }
    assert targets == {
        "AllEvents": "EventsDeadLettersQueue",
        "LibraryEvents": "EndingsDeadLettersQueue",
        "PurgeSchedule": "PurgeFailuresQueue",
        "ReapSchedule": "ReapFailuresQueue",
    }


def test_the_reaper_which_is_called_asynchronously_has_a_dead_letter_queue(prod: Synth) -> None:
    target = prod.functions()["pipeline.reap"].props["DeadLetterConfig"]["TargetArn"]
    assert prod.text(target) == "ReapFailuresQueue"


@pytest.mark.parametrize("function", ["delivery.fan_out", "delivery.deliver"])
def test_a_queue_hides_a_message_six_times_as_long_as_its_worker_may_run(prod: Synth, function: str) -> None:
    mapping = mappings(prod)[function]
    queue = queues(prod)[prod.text(mapping.props["EventSourceArn"])]
    timeout_s = prod.functions()[function].props["Timeout"]
    assert queue.props["VisibilityTimeout"] >= 6 * timeout_s


def test_an_attempts_message_comes_back_before_the_state_machine_gives_the_attempt_up(prod: Synth) -> None:
    queue = queues(prod)[prod.text(mappings(prod)["pipeline.attempt"].props["EventSourceArn"])]
    visibility_s = queue.props["VisibilityTimeout"]
    assert visibility_s > prod.functions()["pipeline.attempt"].props["Timeout"]
    assert visibility_s < BACKSTOP_S


def test_a_local_queue_hides_a_message_for_longer_than_its_worker_may_run(local: Synth) -> None:
    for function, mapping in mappings(local).items():
        source = local.text(mapping.props["EventSourceArn"])
        if source in queues(local):
            timeout_s = local.functions()[function].props["Timeout"]
            assert timeout_s < queues(local)[source].props["VisibilityTimeout"] <= 30


def test_a_disabled_endpoint_is_counted(prod: Synth) -> None:
    counted = next(f for f in prod.all("AWS::Logs::MetricFilter") if "EndpointsDisabled" in f.name)
    assert prod.text(counted.props["LogGroupName"]) == prod.text(
        prod.functions()["delivery.deliver"].props["LoggingConfig"]["LogGroup"]
    )
    assert counted.props["FilterPattern"] == '{ $.message = "webhook endpoint disabled" }'
    assert '"webhook endpoint disabled"' in (ROOT / "functions" / "delivery" / "deliver.py").read_text()
    (metric,) = counted.props["MetricTransformations"]
    assert (metric["MetricNamespace"], metric["MetricName"]) == ("Tidegate", "EndpointsDisabled")


def test_a_worker_has_the_time_to_wait_for_a_slow_receiver(prod: Synth) -> None:
    assert prod.functions()["delivery.deliver"].props["Timeout"] > 2 * RetryPlan().timeout_s


def test_queue_consumers_report_single_failures_and_are_bounded(prod: Synth) -> None:
    for name in ("pipeline.attempt", "delivery.fan_out", "delivery.deliver"):
        props = mappings(prod)[name].props
        assert props["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert 2 <= props["ScalingConfig"]["MaximumConcurrency"] <= 200


@pytest.mark.parametrize("name", ["pipeline.outbox", "pipeline.journal", "pipeline.alerts"])
def test_streams_are_read_from_the_start_halved_on_failure_and_tried_as_long_as_they_keep_their_records(
    prod: Synth, name: str
) -> None:
    props = mappings(prod)[name].props
    assert props["StartingPosition"] == "TRIM_HORIZON"
    assert props["BisectBatchOnFunctionError"] is True
    assert props["MaximumRetryAttempts"] == -1
    assert 23 * HOUR_S <= props["MaximumRecordAgeInSeconds"] < 24 * HOUR_S


@pytest.mark.parametrize("name", ["pipeline.outbox", "pipeline.journal"])
def test_what_a_stream_function_sets_aside_and_what_lambda_gives_up_share_a_queue(
    prod: Synth, name: str
) -> None:
    told = prod.functions()[name].props["Environment"]["Variables"]["TIDEGATE_FAILURES_QUEUE_URL"]
    given_up = mappings(prod)[name].props["DestinationConfig"]["OnFailure"]["Destination"]
    assert prod.text(told) == prod.text(given_up)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        (
            "pipeline.outbox",
            {
                "eventName": ["INSERT", "MODIFY"],
                "dynamodb": {"NewImage": {"entity": {"S": ["generation"]}}},
            },
        ),
        (
            "pipeline.journal",
            {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"item": {"S": ["wallet"]}}}},
        ),
        (
            "pipeline.alerts",
            {"eventName": ["MODIFY"], "dynamodb": {"Keys": {"item": {"S": ["wallet"]}}}},
        ),
    ],
)
def test_streams_wake_a_function_only_for_what_concerns_it(
    prod: Synth, name: str, pattern: dict[str, object]
) -> None:
    (given,) = mappings(prod)[name].props["FilterCriteria"]["Filters"]
    assert json.loads(given["Pattern"]) == pattern


def test_telemetry_sees_where_attempts_begin_and_end_and_when_they_are_given_up(prod: Synth) -> None:
    def sees(name: str, new: str, old: str | None = None) -> bool:
        record = {"eventName": [name], "status": {"new": new, "old": old}}
        filters = mappings(prod)["pipeline.telemetry"].props["FilterCriteria"]["Filters"]
        return any(_matches(json.loads(given["Pattern"]), record) for given in filters)

    assert sees("INSERT", "submitting")
    assert sees("MODIFY", "orphaned", "submitted")
    assert not sees("MODIFY", "orphaned", "orphaned")  # a poll of an orphan
    assert not sees("MODIFY", "submitted", "submitting")
    for end in ("used", "failed", "cancelled", "discarded"):
        assert sees("MODIFY", end, "submitted")
        assert sees("MODIFY", end, "orphaned")


def _matches(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    images = pattern["dynamodb"]
    assert images["NewImage"]["entity"] == {"S": ["attempt"]}
    allowed = {
        which: images.get(image, {}).get("status", {}).get("S")
        for which, image in (("new", "NewImage"), ("old", "OldImage"))
    }
    fits = all(states is None or record["status"][which] in states for which, states in allowed.items())
    return fits and pattern["eventName"] == record["eventName"]


def test_a_batch_of_telemetry_is_gathered_and_comes_again_as_it_was(prod: Synth) -> None:
    props = mappings(prod)["pipeline.telemetry"].props
    assert props["BisectBatchOnFunctionError"] is False  # its name is what keeps it from counting twice
    assert 1 <= props["MaximumBatchingWindowInSeconds"] <= 10
    assert props["MaximumRetryAttempts"] == -1


def test_no_stream_has_more_than_two_readers(prod: Synth) -> None:
    streams = [
        prod.text(mapping.props["EventSourceArn"])
        for mapping in mappings(prod).values()
        if "StartingPosition" in mapping.props
    ]
    assert max(streams.count(stream) for stream in streams) <= 2


def test_the_machine_gives_conclude_more_time_than_it_may_take(prod: Synth) -> None:
    conclude = json.loads(DEFINITION.read_text())["States"]["Conclude"]
    assert conclude["TimeoutSeconds"] > prod.functions()["pipeline.conclude"].props["Timeout"]
