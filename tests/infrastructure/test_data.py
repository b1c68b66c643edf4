"""What must outlive every deployment does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.synth import OPERATOR, Resource, Synth, synthesize
from tidegate.adapters.dynamodb.schema import TABLES, TELEMETRY, TableSchema
from tidegate.domain.library.files import library_file
from tidegate.domain.output_key import CLASSES_DAYS

# A change here replaces the resource, and with it what it holds.
STATEFUL = {
    "KeysTableF42AC009": "AWS::DynamoDB::Table",
    "WalletsTableD5A0F0E9": "AWS::DynamoDB::Table",
    "GenerationsTableB359B11A": "AWS::DynamoDB::Table",
    "WebhooksTable55C3C645": "AWS::DynamoDB::Table",
    "TelemetryTableC7A3E736": "AWS::DynamoDB::Table",
    "LibraryTableDD80DB24": "AWS::DynamoDB::Table",
    "OutputsBucket9B9CD849": "AWS::S3::Bucket",
    "CredentialsSecret40F8BB41": "AWS::SecretsManager::Secret",
    "EventsBus45DE4339": "AWS::Events::EventBus",
    "FrontDoorApi9446D656": "AWS::ApiGatewayV2::Api",
}
RETAINED = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"}
DATA = "Tidegate-Prod-Us-Data"
ADDRESS = {"public_base_url": "https://api.example.com"}


def table(synth: Synth, schema: TableSchema) -> Resource:
    return synth.one("AWS::DynamoDB::Table", f"{schema.name.capitalize()}Table")


def exports(synth: Synth) -> dict[str, Any]:
    """What other stacks can import from the Data stack, by name."""
    outputs = synth.templates[DATA]["Outputs"].values()
    return {output["Export"]["Name"]: output["Value"] for output in outputs if "Export" in output}


def test_stateful_resources_keep_their_logical_ids(prod: Synth) -> None:
    data = prod.templates[DATA]["Resources"]
    found = {
        logical_id: body["Type"] for logical_id, body in data.items() if body["Type"] in STATEFUL.values()
    }
    assert found == STATEFUL


def test_stateful_resources_are_in_the_data_stack_only(prod: Synth) -> None:
    for resource in prod.resources():
        assert resource.body["Type"] not in STATEFUL.values() or resource.stack == DATA


def test_data_survives_its_stack_on_aws_and_not_locally(prod: Synth, local: Synth) -> None:
    for synth, policy in ((prod, "Retain"), (local, "Delete")):
        for resource in synth.resources():
            if resource.body["Type"] in RETAINED and resource.name != "TelemetryTable":
                assert resource.body["DeletionPolicy"] == policy
                assert resource.body["UpdateReplacePolicy"] == policy


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_a_table_is_shaped_as_its_schema_says(prod: Synth, schema: TableSchema) -> None:
    props = table(prod, schema).props
    keys = [key["AttributeName"] for key in props["KeySchema"]]
    assert keys == [name for name in (schema.partition, schema.sort) if name]
    assert {attribute["AttributeType"] for attribute in props["AttributeDefinitions"]} == {"S"}
    stream = props.get("StreamSpecification", {}).get("StreamViewType")
    assert stream == ("NEW_AND_OLD_IMAGES" if schema.stream else None)
    ttl = {"AttributeName": schema.ttl, "Enabled": True} if schema.ttl else None
    assert props.get("TimeToLiveSpecification") == ttl


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_an_index_holds_keys_only(prod: Synth, schema: TableSchema) -> None:
    indexes = table(prod, schema).props.get("GlobalSecondaryIndexes", [])
    found = [
        (index["IndexName"], [key["AttributeName"] for key in index["KeySchema"]], index["Projection"])
        for index in indexes
    ]
    index = schema.index
    expected = [(index.name, [index.partition, index.sort], {"ProjectionType": "KEYS_ONLY"})] if index else []
    assert found == expected


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_a_table_bills_on_demand_and_cannot_be_deleted_by_accident(
    prod: Synth, local: Synth, schema: TableSchema
) -> None:
    props = table(prod, schema).props
    kept = not schema.ephemeral
    assert props["BillingMode"] == "PAY_PER_REQUEST"
    assert props["DeletionProtectionEnabled"] is kept
    assert props["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": kept}
    assert "SSESpecification" not in props  # absent: encrypted with the key that DynamoDB owns
    assert table(local, schema).props["DeletionProtectionEnabled"] is False


def test_only_counters_go_with_their_stack(prod: Synth) -> None:
    assert [schema.name for schema in TABLES if schema.ephemeral] == ["telemetry"]
    assert table(prod, TELEMETRY).body["DeletionPolicy"] == "Delete"


def test_what_data_exports_depends_on_no_setting(tmp_path: Path) -> None:
    """An export that vanishes while another stack still imports it makes CloudFormation refuse the change."""
    contexts: tuple[dict[str, str], ...] = ({}, OPERATOR, ADDRESS, OPERATOR | ADDRESS)
    exported = [exports(synthesize(context, tmp_path / str(i))) for i, context in enumerate(contexts)]
    assert exported == [exported[0]] * len(contexts)
    assert {"ApiEndpoint", "AlarmsTopic"} == {
        name for name in ("ApiEndpoint", "AlarmsTopic") if any(name in key for key in exported[0])
    }


def test_the_bucket_is_private_encrypted_tls_only_and_emptied_by_age(prod: Synth) -> None:
    props = prod.one("AWS::S3::Bucket", "OutputsBucket").props
    assert set(props["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(props["PublicAccessBlockConfiguration"]) == 4
    (encryption,) = props["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    (policy,) = prod.all("AWS::S3::BucketPolicy")
    (statement,) = policy.props["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_files_are_deleted_by_their_class_whatever_the_settings_are(prod: Synth, local: Synth) -> None:
    for synth in (prod, local):
        rules = synth.one("AWS::S3::Bucket", "OutputsBucket").props["LifecycleConfiguration"]["Rules"]
        expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
        others = {"0": 7, "inputs/": 1, "uploads/": 1}
        assert expiring == {f"{days}d/": days for days in CLASSES_DAYS} | others
        (aborting,) = (rule for rule in rules if "ExpirationInDays" not in rule)
        assert "Prefix" not in aborting
        assert aborting["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
        assert {rule["Status"] for rule in rules} == {"Enabled"}
        kept = library_file("project", "image", "version", "png")
        assert not any(kept.startswith(prefix) for prefix in expiring)


def test_there_is_one_secret_with_a_generated_sealing_key(prod: Synth) -> None:
    (secret,) = prod.all("AWS::SecretsManager::Secret")
    generated = secret.props["GenerateSecretString"]
    # CloudFormation would generate the value anew if any of this changed.
    assert generated == {
        "SecretStringTemplate": '{"providers":{}}',
        "GenerateStringKey": "sealing_key",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }
