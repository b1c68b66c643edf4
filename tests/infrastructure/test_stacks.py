"""Names, outputs, tags, cells, and what must not be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.settings import ConfigError
from tests.infrastructure.synth import LOCAL, Synth, synthesize

PARTS = ("Api", "Banatie", "Data", "Delivery", "Pipeline", "SharkApi")
OUTPUT_KEYS = {
    "KeysTable",
    "WalletsTable",
    "GenerationsTable",
    "WebhooksTable",
    "TelemetryTable",
    "LibraryTable",
    "OutputsBucket",
    "AttemptsQueueUrl",
    "DeliveriesQueueUrl",
    "EventBusName",
    "SecretId",
    "StateMachineArn",
    "ApiId",
    "ApiUrl",
    "BedrockOutputs",  # where it is enabled, as in all of these
}
# What the emulator refuses to deploy.
REFUSED_LOCALLY = {
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
    "AWS::Logs::QueryDefinition",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::StepFunctions::StateMachineAlias",
    "AWS::StepFunctions::StateMachineVersion",
    "AWS::WAFv2::WebACLAssociation",
}
ALARM_PRICE, SECRET_PRICE = 0.10, 0.40  # US dollars a month each (AWS price list, us-east-1)
# Five long polls of 20 s at once for each queue's mapping, all month, at $0.40 per million requests.
POLLING_PRICE = 5 * 3 * 60 * 24 * 30 * 0.40 / 1_000_000


def _stacks(synth: Synth) -> list[str]:
    return sorted(synth.templates)


def test_stacks_are_named_by_stage_cell_and_part(prod: Synth, local: Synth) -> None:
    assert _stacks(prod) == [f"Tidegate-Prod-Us-{part}" for part in PARTS]
    assert _stacks(local) == [f"Tidegate-Local-Us-{part}" for part in PARTS]


def test_tools_find_every_resource_by_an_exact_output_key(prod: Synth, local: Synth) -> None:
    assert set(prod.outputs()) == OUTPUT_KEYS
    assert set(local.outputs()) == OUTPUT_KEYS
    assert local.outputs()["ApiUrl"] == "http://127.0.0.1:8080"


def test_every_stack_is_tagged_with_stage_and_cell(prod: Synth) -> None:
    artifacts = json.loads((prod.folder / "manifest.json").read_text())["artifacts"]
    for stack in prod.templates:
        tags = artifacts[stack]["properties"]["tags"]
        assert tags == {"tidegate:stage": "prod", "tidegate:cell": "us"}


def test_only_the_data_stack_of_aws_is_protected_from_termination(prod: Synth, local: Synth) -> None:
    for synth, expected in ((prod, ["Tidegate-Prod-Us-Data"]), (local, [])):
        artifacts = json.loads((synth.folder / "manifest.json").read_text())["artifacts"]
        protected = [
            stack for stack in synth.templates if artifacts[stack]["properties"].get("terminationProtection")
        ]
        assert protected == expected


def test_there_is_no_custom_resource(prod: Synth, local: Synth) -> None:
    for synth in (prod, local):
        kinds = {resource.body["Type"] for resource in synth.resources()}
        assert not {kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::"))}


def test_the_emulator_accepts_every_type_of_the_local_stage(local: Synth) -> None:
    assert not {resource.body["Type"] for resource in local.resources()} & REFUSED_LOCALLY


def test_local_policies_do_not_ask_for_tls_that_the_emulator_lacks(local: Synth) -> None:
    assert "aws:SecureTransport" not in json.dumps(dict(local.templates))


def test_doing_nothing_costs_less_than_five_dollars_a_month(prod: Synth) -> None:
    kinds = [resource.body["Type"] for resource in prod.resources()]
    billed_by_the_hour = ("AWS::EC2::", "AWS::KMS::", "AWS::WAFv2::", "AWS::ElastiCache::", "AWS::RDS::")
    assert not [kind for kind in kinds if kind.startswith(billed_by_the_hour)]
    sources = [str(mapping.props) for mapping in prod.all("AWS::Lambda::EventSourceMapping")]
    queue_consumers = [source for source in sources if "ReportBatchItemFailures" in source]
    cost = (
        kinds.count("AWS::CloudWatch::Alarm") * ALARM_PRICE
        + kinds.count("AWS::SecretsManager::Secret") * SECRET_PRICE
        + len(queue_consumers) * POLLING_PRICE
    )
    assert cost < 4.25


def test_traces_are_taken_only_when_asked_for(plain: Synth) -> None:
    templates = json.dumps(dict(plain.templates))
    assert "xray:" not in templates
    assert '"TracingConfig"' not in templates
    machine = plain.one("AWS::StepFunctions::StateMachine", "MachineGeneration")
    assert machine.props["TracingConfiguration"] == {"Enabled": False}


def test_each_region_gets_a_cell_of_its_own(tmp_path: Path) -> None:
    cells = '{"us": "us-east-1", "eu": "eu-central-1"}'
    synth = synthesize({"cells": cells}, tmp_path)
    assert _stacks(synth) == [f"Tidegate-Prod-{cell}-{part}" for cell in ("Eu", "Us") for part in PARTS]
    artifacts = json.loads((tmp_path / "manifest.json").read_text())["artifacts"]
    assert artifacts["Tidegate-Prod-Eu-Data"]["environment"] == "aws://unknown-account/eu-central-1"


def test_the_same_sources_give_the_same_templates(local: Synth, tmp_path: Path) -> None:
    assert synthesize(LOCAL, tmp_path).templates == local.templates


@pytest.mark.parametrize(
    ("context", "complaint"),
    [
        ({"stage": "Prod-1"}, "lower-case"),
        ({"cells": "{}"}, "at least one cell"),
        ({"cells": "us"}, "not JSON"),
        ({"cells": "[]"}, "JSON object"),
        ({"allowed_private_hosts": "10.0.0.1:80"}, "local stage"),
        ({"provider_base_urls": "{}"}, "local stage"),
        ({"cors_origins": "*,https://app.example.com"}, "cors_origins"),
        ({"cors_origins": "https://app.example.com/"}, "cors_origins"),
        ({"cors_origins": "https://*.example.com"}, "cors_origins"),
        ({"cors_origins": "null"}, "cors_origins"),
        ({"public_base_url": "https://x", "cells": '{"us": null, "eu": "eu-west-1"}'}, "several cells"),
        ({"cells": '{"us": "virginia"}'}, "cells: us: an AWS region"),
        ({"public_base_url": "api.example.com"}, "absolute URL"),
        ({"public_base_url": "ftp://api.example.com"}, "absolute URL"),
        ({"public_base_url": "https://api.example.com?stage=1"}, "absolute URL"),
        ({"alarm_email": "ops"}, "e-mail address"),
        ({"surface_hosts": '{"a.example.com": "shark"}'}, "surface_hosts: 'shark'"),
        ({"surface_hosts": "[]"}, "JSON object"),
        ({"image_budget": "60"}, "image_budget: '60'"),
        ({"image_budget": "1m:2m"}, "image_budget: '1m:2m'"),
        ({"image_budget": "90:60"}, "the hold must outlast"),
        ({"video_budget": "0:60"}, "video_budget: '0:60'"),
        ({"webhook_times": "3:10"}, "webhook_times: '3:10'"),
        ({"webhook_times": "nan:10:15"}, "webhook_times: 'nan:10:15'"),
        ({"webhook_times": "3:10:0"}, "must be positive"),
        ({"webhook_times": "3:901:15"}, "900"),
        ({"webhook_times": "60:10:15"}, "stopped after 60 s"),
        ({"retention": "7"}, "retention: '7'"),
        ({"retention": "gold=1d:2d"}, "no plan 'gold'"),
        ({"retention": "1h:23h"}, "a day at least"),
        ({"retention": "8d:7d"}, "cannot outlive"),
        ({"output_days": "30"}, "retention=30d:365d"),
        ({"tracing": "maybe"}, "true or false"),
        ({"stage": "local", "provider_base_urls": '{"fal": "fal"}'}, "provider_base_urls: fal"),
        ({"stage": "local", "allowed_private_hosts": "127.0.0.1"}, "host:port"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(
    context: dict[str, object], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        synthesize(context, tmp_path)
