"""Least privilege: what each function may call, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.stacks.api import REFERENCES
from infra.stacks.banatie import RUNS
from tests.infrastructure.synth import Resource, Synth, synthesize

STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
CONSUME = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}
READ_SECRET = {"secretsmanager:GetSecretValue"}
SEND = {"sqs:SendMessage"}
HIDE = {"sqs:ChangeMessageVisibility"}
AUTHENTICATE = {"KeysTable": {"dynamodb:UpdateItem"}, "TelemetryTable": {"dynamodb:UpdateItem"}}
READ_HEALTH = {**AUTHENTICATE, "TelemetryTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"}}
READ_ACCOUNT = {**AUTHENTICATE, "WalletsTable": {"dynamodb:GetItem"}}
SUBMIT = {
    **AUTHENTICATE,
    "TelemetryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    "WalletsTable": {"dynamodb:UpdateItem"},
    "GenerationsTable": {"dynamodb:GetItem", "dynamodb:PutItem"},
}
CALLBACK = {
    "GenerationsTable": {"dynamodb:GetItem"},
    "CredentialsSecret": READ_SECRET,
    "AttemptsQueue": SEND,
}
LOOK = {"dynamodb:GetItem", "dynamodb:Query"}
NAME = {*LOOK, "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
DELETE_FILES = {"OutputsBucket/library/*": {"s3:DeleteObject"}}
CONCLUDE = {
    "LibraryTable": NAME - {"dynamodb:Query"},
    "GenerationsTable": {"dynamodb:GetItem"},
    "OutputsBucket/*": {"s3:GetObject"},
    "OutputsBucket/library/*": {"s3:DeleteObject", "s3:PutObject"},
}
RUN = {**CONCLUDE, **SUBMIT, "LibraryTable": {*NAME, "dynamodb:BatchGetItem"}}
MAKE_KEY = {
    "KeysTable": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"},
    "WalletsTable": {"dynamodb:ConditionCheckItem", "dynamodb:GetItem"},
}
LIST_KEYS = {
    **AUTHENTICATE,
    "KeysTable": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"},
    "KeysTable/index/by_account": {"dynamodb:Query"},
}
TRACE = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
RETRIES = "arn:AWS::Partition:scheduler:AWS::Region:AWS::AccountId:schedule/RetriesGroup/*"
WRITE_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
EXECUTIONS = "arn:AWS::Partition:states:AWS::Region:AWS::AccountId:execution:tidegate-prod-us-generation:*"
BEDROCK = "arn:AWS::Partition:bedrock:"

# Besides tracing, and writing to its own log group. "*" only where AWS offers no resource.
CALLS: dict[str, dict[str, set[str]]] = {
    "babysea.generate_image": SUBMIT,
    "babysea.generate_video": SUBMIT,
    "babysea.content_get": {**AUTHENTICATE, "GenerationsTable": {"dynamodb:GetItem"}},
    "babysea.content_cancel": {
        **AUTHENTICATE,
        "WalletsTable": {"dynamodb:UpdateItem"},
        "GenerationsTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "AttemptsQueue": SEND,
    },
    "babysea.content_list": {**READ_ACCOUNT, "GenerationsTable": {"dynamodb:Query"}},
    "babysea.content_delete": {
        **AUTHENTICATE,
        "GenerationsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "OutputsBucket/*": {"s3:DeleteObject"},
    },
    "shared.usage": {
        **READ_ACCOUNT,
        "GenerationsTable": {"dynamodb:Query"},
        "KeysTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
        "KeysTable/index/by_account": {"dynamodb:Query"},
        "TelemetryTable": {"dynamodb:Query", "dynamodb:UpdateItem"},
    },
    "babysea.health_providers": READ_HEALTH,
    "babysea.health_models": READ_HEALTH,
    "babysea.health_storage": {**AUTHENTICATE, "OutputsBucket": {"s3:ListBucket"}},
    "babysea.health_cache": {**AUTHENTICATE, "TelemetryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"}},
    "babysea.user_account": READ_ACCOUNT,
    "babysea.user_billing": READ_ACCOUNT,
    "babysea.estimate": READ_ACCOUNT,
    "babysea.status": AUTHENTICATE,
    "babysea.library_models": AUTHENTICATE,
    "babysea.library_providers": AUTHENTICATE,
    "shared.not_found": {},
    **{f"{surface}.{name}": {} for surface in REFERENCES for name in ("openapi", "docs")},
    "sharkapi.generate": {**SUBMIT, "OutputsBucket/*": {"s3:PutObject"}},
    "sharkapi.image": {**SUBMIT, "OutputsBucket/*": {"s3:PutObject"}},
    "sharkapi.job": {**AUTHENTICATE, "GenerationsTable": {"dynamodb:GetItem"}},
    "sharkapi.api_job": {**AUTHENTICATE, "GenerationsTable": {"dynamodb:GetItem"}},
    "sharkapi.wallet_balance": READ_ACCOUNT,
    "sharkapi.wallet_topup": {**READ_ACCOUNT, "CredentialsSecret": READ_SECRET},
    "sharkapi.keys": {
        **AUTHENTICATE,
        "KeysTable": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "WalletsTable": {"dynamodb:ConditionCheckItem", "dynamodb:GetItem"},
    },
    "payments.stripe": {
        "WalletsTable": {"dynamodb:PutItem", "dynamodb:UpdateItem"},
        "CredentialsSecret": READ_SECRET,
    },
    **{
        f"banatie.{name}": {**AUTHENTICATE, "LibraryTable": calls}
        for name, calls in {
            "flows_create": {"dynamodb:PutItem"},
            "flows_list": {"dynamodb:Query"},
            "flows_get": LOOK,
            "flows_images": LOOK,
            "flows_aliases_set": {*LOOK, "dynamodb:ConditionCheckItem", "dynamodb:UpdateItem"},
            "flows_alias_remove": {*LOOK, "dynamodb:UpdateItem"},
            "images_list": {"dynamodb:Query"},
            "images_resolve": LOOK,
            "images_get": LOOK,
            "images_update": NAME,
            "images_alias_set": NAME,
            "images_alias_remove": NAME,
            "images_restore": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
            "live_settings_get": {"dynamodb:GetItem"},
            "live_settings_set": {"dynamodb:UpdateItem"},
            "scopes_create": {"dynamodb:PutItem"},
            "scopes_list": {"dynamodb:Query"},
            "scopes_get": {*LOOK, "dynamodb:BatchGetItem"},
            "scopes_update": {"dynamodb:UpdateItem"},
        }.items()
    },
    **{
        f"banatie.{name}": {**AUTHENTICATE, "LibraryTable": NAME - {"dynamodb:PutItem"}, **DELETE_FILES}
        for name in ("flows_delete", "images_delete", "scopes_delete")
    },
    "banatie.live_get": {**RUN, "LibraryTable": CONCLUDE["LibraryTable"]},
    "banatie.live_public": {
        **{table: calls for table, calls in RUN.items() if table != "KeysTable"},
        "LibraryTable": {*CONCLUDE["LibraryTable"], "dynamodb:BatchGetItem"},
        "TelemetryTable": {"dynamodb:GetItem"},
        "WalletsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "CredentialsSecret": READ_SECRET,
    },
    "banatie.live_sign": {
        **AUTHENTICATE,
        "LibraryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "CredentialsSecret": READ_SECRET,
    },
    "banatie.scopes_regenerate": RUN,
    **{f"banatie.{name}": RUN for name in RUNS},
    "banatie.generations_list": {**AUTHENTICATE, "LibraryTable": {"dynamodb:BatchGetItem", "dynamodb:Query"}},
    "banatie.flows_generations": {**AUTHENTICATE, "LibraryTable": {*LOOK, "dynamodb:BatchGetItem"}},
    "banatie.generations_get": {
        **AUTHENTICATE,
        **CONCLUDE,
        "LibraryTable": {*CONCLUDE["LibraryTable"], "dynamodb:BatchGetItem"},
    },
    "banatie.generations_delete": {
        **AUTHENTICATE,
        "LibraryTable": NAME - {"dynamodb:PutItem"},
        **DELETE_FILES,
    },
    "library.purge": {
        "LibraryTable/index/purges": {"dynamodb:Query"},
        "LibraryTable": NAME - {"dynamodb:PutItem"},
        **DELETE_FILES,
        "PurgeFailuresQueue": SEND,
    },
    "library.conclude": {**CONCLUDE, "EndingsQueue": CONSUME | HIDE},
    "banatie.images_upload": {
        **AUTHENTICATE,
        "LibraryTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "OutputsBucket/library/*": {"s3:DeleteObject", "s3:PutObject"},
        "OutputsBucket/uploads/*": {"s3:GetObject"},
    },
    "banatie.images_upload_url": {**AUTHENTICATE, "OutputsBucket/uploads/*": {"s3:PutObject"}},
    "banatie.admin_keys_create": {
        **MAKE_KEY,
        "KeysTable": {*MAKE_KEY["KeysTable"], "dynamodb:UpdateItem"},
        "TelemetryTable": {"dynamodb:UpdateItem"},
        "LibraryTable": {*LOOK, "dynamodb:PutItem"},
    },
    "banatie.admin_keys_list": {**LIST_KEYS, "LibraryTable": {"dynamodb:Query"}},
    "banatie.admin_keys_revoke": LIST_KEYS,
    "banatie.admin_organizations_create": {**AUTHENTICATE, "LibraryTable": {"dynamodb:PutItem"}},
    "banatie.admin_organizations_list": {**AUTHENTICATE, "LibraryTable": {"dynamodb:Query"}},
    "banatie.admin_projects_create": {**READ_ACCOUNT, "LibraryTable": {*LOOK, "dynamodb:PutItem"}},
    "banatie.admin_projects_list": {**AUTHENTICATE, "LibraryTable": {"dynamodb:Query"}},
    "banatie.admin_projects_update": {
        **AUTHENTICATE,
        "LibraryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    },
    "banatie.bootstrap": {**MAKE_KEY, "LibraryTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"}},
    "banatie.info": {"KeysTable": {"dynamodb:UpdateItem"}},
    "banatie.health": {},
    "banatie.cdn_image": {
        "LibraryTable": {"dynamodb:GetItem"},
        "OutputsBucket/library/*": {"s3:GetObject"},
    },
    "outputs.redirect": {"OutputsBucket/*": {"s3:GetObject"}},
    "callbacks.replicate": CALLBACK,
    "callbacks.bfl": CALLBACK,
    "callbacks.fal": CALLBACK,
    "callbacks.google": CALLBACK,
    "pipeline.outbox": {
        "GenerationsTable": STREAM,
        "*": {"dynamodb:ListStreams"},
        "MachineGeneration": {"states:StartExecution"},
        "EventsBus": {"events:PutEvents"},
        "OutboxFailuresQueue": SEND,
    },
    "pipeline.telemetry": {
        "GenerationsTable": {*STREAM, "dynamodb:GetItem", "dynamodb:PutItem"},
        "*": {"dynamodb:ListStreams"},
        "TelemetryTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        },
        "TelemetryFailuresQueue": SEND,
    },
    "pipeline.journal": {
        "WalletsTable": {*STREAM, "dynamodb:PutItem"},
        "*": {"dynamodb:ListStreams"},
        "JournalFailuresQueue": SEND,
    },
    "pipeline.alerts": {
        "WalletsTable": {*STREAM, "dynamodb:GetItem", "dynamodb:UpdateItem"},
        "*": {"dynamodb:ListStreams"},
        "EventsBus": {"events:PutEvents"},
        "AlertsFailuresQueue": SEND,
    },
    "pipeline.attempt": {
        "GenerationsTable": {
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        },
        "TelemetryTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "WalletsTable": {"dynamodb:UpdateItem"},
        "OutputsBucket/*": {"s3:DeleteObject", "s3:PutObject"},
        "OutputsBucket/bedrock/*": {"s3:GetObject"},
        f"{BEDROCK}us-east-1::foundation-model/amazon.nova-reel-v1:1": {"bedrock:InvokeModel"},
        f"{BEDROCK}us-west-2::foundation-model/stability.sd3-5-large-v1:0": {"bedrock:InvokeModel"},
        f"{BEDROCK}us-east-1:AWS::AccountId:async-invoke/*": {"bedrock:GetAsyncInvoke"},
        f"{BEDROCK}us-west-2:AWS::AccountId:async-invoke/*": {"bedrock:GetAsyncInvoke"},
        "*": {"bedrock:ListAsyncInvokes"},
        "OutputsBucket/inputs/*": {"s3:GetObject"},
        "OutputsBucket/library/*": {"s3:GetObject"},
        "CredentialsSecret": READ_SECRET,
        "AttemptsQueue": CONSUME | HIDE | SEND,
        "MachineGeneration": {"states:SendTaskFailure", "states:SendTaskSuccess"},
    },
    "pipeline.conclude": {
        "GenerationsTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "WalletsTable": {"dynamodb:UpdateItem"},
        "AttemptsQueue": SEND,
    },
    "pipeline.reap": {
        "WalletsTable/index/accounts": {"dynamodb:Query"},
        "WalletsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "GenerationsTable": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "AttemptsQueue": SEND,
        "MachineGeneration": {"states:StartExecution"},
        EXECUTIONS: {"states:DescribeExecution"},
        "ReapFailuresQueue": SEND,
    },
    "delivery.fan_out": {
        "WebhooksTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"},
        "DeliveriesQueue": SEND,
        "EventsQueue": CONSUME | HIDE,
    },
    "delivery.deliver": {
        "WebhooksTable": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"},
        "CredentialsSecret": READ_SECRET,
        "DeliveriesQueue": CONSUME | HIDE | SEND,
        RETRIES: {"scheduler:CreateSchedule"},
        "RetriesRole": {"iam:PassRole"},
    },
}


def allowed(synth: Synth, role: Resource) -> dict[str, set[str]]:
    """Resource → actions, over all statements of a role."""
    calls: dict[str, set[str]] = {}
    for policy in role.props["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in _list(statement["Resource"]):
                calls.setdefault(synth.text(resource), set()).update(_list(statement["Action"]))
    return calls


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _role_of(synth: Synth, function: Resource) -> Resource:
    return synth.one("AWS::IAM::Role", synth.text(function.props["Role"]))


def test_the_table_names_every_function(prod: Synth) -> None:
    assert set(prod.functions()) == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_function_may_call_exactly_what_it_calls(prod: Synth, name: str) -> None:
    function = prod.functions()[name]
    own_log = prod.text(function.props["LoggingConfig"]["LogGroup"])
    expected = {resource: set(actions) for resource, actions in CALLS[name].items()}
    expected.setdefault("*", set()).update(TRACE)
    expected[own_log] = WRITE_LOG
    assert allowed(prod, _role_of(prod, function)) == expected


def test_every_function_has_a_role_and_a_log_group_of_its_own(prod: Synth) -> None:
    functions = prod.functions().values()
    assert len({prod.text(function.props["Role"]) for function in functions}) == len(functions)
    log_groups = {prod.text(function.props["LoggingConfig"]["LogGroup"]) for function in functions}
    assert len(log_groups) == len(functions)


def test_the_machine_may_send_attempts_and_call_conclude(prod: Synth) -> None:
    calls = allowed(prod, prod.one("AWS::IAM::Role", "MachineRole"))
    unnameable = {action.partition(":")[0] for action in calls.pop("*")}
    assert unnameable == {"logs", "xray"}
    assert calls == {
        "AttemptsQueue": {"sqs:SendMessage"},
        "FunctionsPipelineConclude": {"lambda:InvokeFunction"},
    }


def test_the_scheduler_may_send_to_the_deliveries_queue_and_its_dead_letters(prod: Synth) -> None:
    role = prod.one("AWS::IAM::Role", "RetriesRole")
    (trust,) = role.props["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    condition = {name: prod.text(value) for name, value in trust["Condition"]["StringEquals"].items()}
    assert condition == {"aws:SourceAccount": "AWS::AccountId", "aws:SourceArn": "RetriesGroup"}
    assert allowed(prod, role) == {"DeliveriesQueue": SEND, "DeliveriesDeadLettersQueue": SEND}


@pytest.mark.parametrize("name", CALLS)
def test_a_local_role_differs_only_where_the_emulator_does(prod: Synth, local: Synth, name: str) -> None:
    on_aws, here = (allowed(synth, _role_of(synth, synth.functions()[name])) for synth in (prod, local))
    for resource in list(here):
        if resource.endswith(":secret:CredentialsSecret-??????"):
            here["CredentialsSecret"] = here.pop(resource)
    if RETRIES in on_aws:  # the emulator takes every schedule for one of the default group
        here[RETRIES] = here.pop(RETRIES.replace("RetriesGroup", "default"))
    for resource in list(here):
        here[resource.replace("tidegate-local-us", "tidegate-prod-us")] = here.pop(resource)
    if answers := here["*"] & {"states:SendTaskFailure", "states:SendTaskSuccess"}:
        here["*"] -= answers
        here["MachineGeneration"] = answers
    assert here == on_aws


def test_bedrock_is_not_allowed_unless_it_is_enabled(tmp_path: Path) -> None:
    closed = synthesize({}, tmp_path)
    worker = closed.functions()["pipeline.attempt"]
    calls = allowed(closed, _role_of(closed, worker))
    assert not [action for actions in calls.values() for action in actions if action.startswith("bedrock:")]
    told = [function.props["Environment"]["Variables"] for function in closed.functions().values()]
    assert not [variables for variables in told if "TIDEGATE_BEDROCK_OUTPUTS" in variables]
    assert "BedrockOutputs" not in closed.outputs()


def test_no_role_has_a_managed_policy_or_a_wildcard_action(prod: Synth) -> None:
    assert not prod.all("AWS::IAM::Policy")
    for role in prod.all("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.props
        actions = set().union(*allowed(prod, role).values())
        assert not {action for action in actions if "*" in action}
