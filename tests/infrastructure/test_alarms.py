"""Somebody is told of whatever needs somebody."""

from __future__ import annotations

import pytest

from tests.infrastructure.synth import ROOT, Resource, Synth
from tests.infrastructure.test_failures import DEAD_LETTER_QUEUES, queues
from tidegate import runtime
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode
from tidegate.domain.money import ZERO
from tidegate.surfaces import payments

# Their handlers raise. A consumer of a queue reports the message instead, and never fails itself.
RAISING = {
    "pipeline.alerts",
    "pipeline.conclude",
    "pipeline.journal",
    "pipeline.outbox",
    "pipeline.reap",
    "pipeline.telemetry",
}
OPERATIONS = ROOT / "docs" / "operations.md"
ATTEMPT = Attempt(
    account_id="account",
    generation_id="0199-generation",
    number=1,
    provider="replicate",
    status=AttemptStatus.FAILED,
    callback_token="token",
    cost=ZERO,
    started_at_ms=0,
    deadline_ms=0,
    lease_until_ms=0,
)


def alarms(synth: Synth, metric: str) -> dict[str, Resource]:
    """The alarms on a metric, by the resource whose metric it is."""
    return {
        synth.text(alarm.props["Dimensions"][0]["Value"]): alarm
        for alarm in synth.all("AWS::CloudWatch::Alarm")
        if alarm.props["MetricName"] == metric
    }


def test_every_dead_letter_queue_alarms_on_its_first_message(prod: Synth) -> None:
    found = alarms(prod, "ApproximateNumberOfMessagesVisible")
    assert set(found) == DEAD_LETTER_QUEUES
    assert {alarm.props["Threshold"] for alarm in found.values()} == {1}


def test_every_work_queue_alarms_when_nobody_takes_its_messages(prod: Synth) -> None:
    found = alarms(prod, "ApproximateAgeOfOldestMessage")
    assert set(found) == set(queues(prod)) - DEAD_LETTER_QUEUES
    assert {alarm.props["Statistic"] for alarm in found.values()} == {"Maximum"}


def test_one_killed_worker_alarms_nobody_and_two_do(prod: Synth, local: Synth) -> None:
    for synth in (prod, local):
        for queue, alarm in alarms(synth, "ApproximateAgeOfOldestMessage").items():
            visibility_s = queues(synth)[queue].props["VisibilityTimeout"]
            # From its third receipt on SQS leaves a message out of this metric.
            assert visibility_s < alarm.props["Threshold"] < 2 * visibility_s


def test_errors_of_functions_that_raise_and_that_nobody_waits_for_alarm(prod: Synth) -> None:
    names = {function.name: name for name, function in prod.functions().items()}
    assert {names[function] for function in alarms(prod, "Errors")} == RAISING


def test_server_errors_lost_executions_and_a_late_outbox_alarm(prod: Synth) -> None:
    metrics = {alarm.props["MetricName"] for alarm in prod.all("AWS::CloudWatch::Alarm")}
    assert {"5xx", "ExecutionsFailed", "IteratorAge"} <= metrics


def test_a_providers_refusal_of_our_account_alarms_by_its_log_line(
    prod: Synth, caplog: pytest.LogCaptureFixture
) -> None:
    lines = next(f for f in prod.all("AWS::Logs::MetricFilter") if "ProviderAccount" in f.name)
    runtime._alert(ATTEMPT, Failure(FailureClass.OUT_OF_FUNDS, FailureCode.BILLING, "no credit"))
    (line,) = (vars(record) for record in caplog.records)  # Powertools writes every extra as a field
    assert lines.props["FilterPattern"] == f'{{ $.alert = "{line["alert"]}" }}'
    assert (line["provider"], line["code"]) == ("replicate", "provider_credits_exhausted")
    own_log = prod.functions()["pipeline.attempt"].props["LoggingConfig"]["LogGroup"]
    assert lines.props["LogGroupName"] == own_log
    alarm = prod.one("AWS::CloudWatch::Alarm", "ProviderAccount")
    (made,) = lines.props["MetricTransformations"]
    assert "DefaultValue" not in made  # a metric that is always there costs $0.30 a month
    watched = (alarm.props["Namespace"], alarm.props["MetricName"])
    assert watched == (made["MetricNamespace"], made["MetricName"]) == (lines.stack, "ProviderAccount")


def test_money_that_no_wallet_could_take_alarms_by_its_log_line(prod: Synth) -> None:
    lines = next(f for f in prod.all("AWS::Logs::MetricFilter") if "PaymentNotCredited" in f.name)
    assert lines.props["FilterPattern"] == f'{{ $.alert = "{payments.ALERT}" }}'
    own_log = prod.functions()["payments.stripe"].props["LoggingConfig"]["LogGroup"]
    assert lines.props["LogGroupName"] == own_log
    alarm = prod.one("AWS::CloudWatch::Alarm", "PaymentNotCredited")
    (made,) = lines.props["MetricTransformations"]
    assert (alarm.props["Namespace"], alarm.props["MetricName"]) == (
        made["MetricNamespace"],
        made["MetricName"],
    )


def test_alarms_go_to_one_topic_which_mails_the_operator_if_there_is_an_address(
    prod: Synth, local: Synth
) -> None:
    for synth in (prod, local):
        for alarm in synth.all("AWS::CloudWatch::Alarm"):
            assert [synth.text(action) for action in alarm.props["AlarmActions"]] == ["AlarmsTopic"]
    (subscription,) = prod.all("AWS::SNS::Subscription")
    assert (subscription.props["Protocol"], subscription.props["Endpoint"]) == ("email", "ops@example.com")
    assert not local.all("AWS::SNS::Subscription")


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


def test_the_operators_guide_has_a_row_for_every_alarm_and_no_other(prod: Synth) -> None:
    rows = [line.split("`")[1] for line in OPERATIONS.read_text().splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(alarm.name for alarm in prod.all("AWS::CloudWatch::Alarm"))
