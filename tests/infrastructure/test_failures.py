"""Whatever fails is kept, and somebody is told."""

from __future__ import annotations

import json

import pytest

from infra.constructs.state_machine import DEFINITION
from tests.infrastructure.synth import ROOT, Resource, Synth
from tidegate.domain.webhook_retries import RetryPlan
from tidegate.usecases.launch import BACKSTOP_S

DEAD_LETTER_QUEUES = {
    "AttemptsDeadLettersQueue",
    "EventsDeadLettersQueue",
    "DeliveriesDeadLettersQueue",
    "OutboxFailuresQueue",
    "JournalFailuresQueue",
    "AlertsFailuresQueue",
    "ReapFailuresQueue",
}
WATCHED_FUNCTIONS = {
    "pipeline.alerts",
    "pipeline.attempt",
    "pipeline.conclude",
    "pipeline.journal",
    "pipeline.outbox",
    "pipeline.reap",
    "delivery.fan_out",
    "delivery.deliver",
}
TWO_WEEKS_S = 14 * 24 * 3600


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
    }


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
        "pipeline.journal": "JournalFailuresQueue",
        "pipeline.alerts": "AlertsFailuresQueue",
    }


def test_every_rule_target_has_a_dead_letter_queue(prod: Synth) -> None:
    targets = {
        rule.name: prod.text(target["DeadLetterConfig"]["Arn"])
        for rule in prod.all("AWS::Events::Rule")
        for target in rule.props["Targets"]
    }
    assert targets == {"AllEvents": "EventsDeadLettersQueue", "ReapSchedule": "ReapFailuresQueue"}


def test_the_reaper_which_is_called_asynchronously_has_a_dead_letter_queue(prod: Synth) -> None:
    target = prod.functions()["pipeline.reap"].props["DeadLetterConfig"]["TargetArn"]
    assert prod.text(target) == "ReapFailuresQueue"


def test_every_dead_letter_queue_alarms_on_its_first_message(prod: Synth) -> None:
    watched = set()
    for alarm in prod.all("AWS::CloudWatch::Alarm"):
        if alarm.props["MetricName"] == "ApproximateNumberOfMessagesVisible":
            assert alarm.props["Threshold"] == 1
            watched.add(prod.text(alarm.props["Dimensions"][0]["Value"]))
    assert watched == DEAD_LETTER_QUEUES


def test_errors_of_functions_that_nobody_waits_for_alarm(prod: Synth) -> None:
    names = {function.name: name for name, function in prod.functions().items()}
    watched = {
        names[prod.text(alarm.props["Dimensions"][0]["Value"])]
        for alarm in prod.all("AWS::CloudWatch::Alarm")
        if alarm.props["MetricName"] == "Errors"
    }
    assert watched == WATCHED_FUNCTIONS


def test_server_errors_lost_executions_and_a_late_outbox_alarm(prod: Synth) -> None:
    metrics = {alarm.props["MetricName"] for alarm in prod.all("AWS::CloudWatch::Alarm")}
    assert {"5xx", "ExecutionsFailed", "IteratorAge"} <= metrics


def test_alarms_call_the_operator_if_there_is_an_address(prod: Synth, local: Synth) -> None:
    for alarm in prod.all("AWS::CloudWatch::Alarm"):
        assert [prod.text(action) for action in alarm.props["AlarmActions"]] == ["AlarmsTopic"]
    assert not local.all("AWS::SNS::Topic")


def test_cloudwatch_may_publish_to_the_topic(prod: Synth) -> None:
    (policy,) = prod.all("AWS::SNS::TopicPolicy")
    services = [
        statement["Principal"].get("Service")
        for statement in policy.props["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert services == ["cloudwatch.amazonaws.com"]


def test_silence_never_alarms(prod: Synth) -> None:
    treated = {alarm.props["TreatMissingData"] for alarm in prod.all("AWS::CloudWatch::Alarm")}
    assert treated == {"notBreaching"}


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
    (counted,) = prod.all("AWS::Logs::MetricFilter")
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
def test_streams_are_read_from_the_start_halved_on_failure_and_limited_in_time(
    prod: Synth, name: str
) -> None:
    props = mappings(prod)[name].props
    assert props["StartingPosition"] == "TRIM_HORIZON"
    assert props["BisectBatchOnFunctionError"] is True
    assert props["MaximumRetryAttempts"] == -1
    assert props["MaximumRecordAgeInSeconds"] == 1800


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


def test_the_machine_gives_conclude_more_time_than_it_may_take(prod: Synth) -> None:
    conclude = json.loads(DEFINITION.read_text())["States"]["Conclude"]
    assert conclude["TimeoutSeconds"] > prod.functions()["pipeline.conclude"].props["Timeout"]
