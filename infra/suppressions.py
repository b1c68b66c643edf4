"""cdk-nag findings that are accepted, each with its reason. There is no other place for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
from constructs import IConstruct

FUNCTIONS: Final = (
    "Pipeline/Functions",
    "Delivery/Functions",
    "Api/Functions",
    "SharkApi/Functions",
    "Banatie/Functions",
)

LIBRARY_RUNNERS: Final = (
    "Banatie/Functions/BanatieGenerationsGetRole",
    "Banatie/Functions/BanatieGenerationsCreateRole",
    "Banatie/Functions/BanatieGenerationsUpdateRole",
    "Banatie/Functions/BanatieGenerationsRetryRole",
    "Banatie/Functions/BanatieGenerationsRegenerateRole",
    "Banatie/Functions/BanatieFlowsRegenerateRole",
    "Banatie/Functions/BanatieLiveGetRole",
    "Banatie/Functions/BanatieLivePublicRole",
    "Banatie/Functions/BanatieScopesRegenerateRole",
    "Banatie/Functions/LibraryConcludeRole",
)
LIBRARY_WRITERS: Final = (
    *LIBRARY_RUNNERS,
    "Banatie/Functions/BanatieGenerationsDeleteRole",
    "Banatie/Functions/BanatieFlowsDeleteRole",
    "Banatie/Functions/BanatieImagesDeleteRole",
    "Banatie/Functions/BanatieImagesUploadRole",
    "Banatie/Functions/BanatieScopesDeleteRole",
    "Banatie/Functions/LibraryPurgeRole",
)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One accepted finding, at and below the construct paths ``where``, whose stack is named by its part.

    ``{cell}`` in a rule stands for the stacks' common name, such as ``Tidegate-Prod-Us``, and ``{slug}`` for
    the same in lower case.
    """

    rule: str
    where: tuple[str, ...]
    reason: str


SUPPRESSIONS: Final = (
    Suppression(
        "AwsSolutions-APIG4",
        ("Api", "SharkApi", "Banatie"),
        "Keys are checked in the handlers: each surface has its own 401/403/429 envelope, and a revoked key "
        "must stop at once, which a caching authorizer would not do. Callbacks verify their signature.",
    ),
    Suppression(
        "AwsSolutions-S1",
        ("Data/Outputs",),
        "Files leave only by functions and by presigned URLs that they hand out, and their routes are in the "
        "API's access log. A second log bucket would add cost and nothing that is read.",
    ),
    Suppression(
        "AwsSolutions-DDB3",
        ("Data/Telemetry",),
        "Counters that fill again and expire within hours to a hundred days: nobody would restore them.",
    ),
    Suppression(
        "AwsSolutions-SMG4",
        ("Data/Credentials",),
        "Nothing here can rotate by itself: providers issue their keys by hand, and the sealing key must "
        "stay as long as anything sealed with it.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::*]",
        (*FUNCTIONS, "Pipeline/Machine/Role"),
        "AWS offers no resource for X-Ray writes, dynamodb:ListStreams, bedrock:ListAsyncInvokes and "
        "CloudWatch log delivery. A test holds every role to its exact list of actions and resources.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::{cell}-Data:ExportsOutputFnGetAttOutputsBucket9B9CD849Arn952D6BA3/*]",
        (
            "Pipeline/Functions/PipelineAttemptRole",
            "Api/Functions/OutputsRedirectRole",
            "Api/Functions/BabyseaContentDeleteRole",
            "SharkApi/Functions/SharkapiGenerateRole",
            "SharkApi/Functions/SharkapiImageRole",
            *LIBRARY_RUNNERS,
        ),
        "Objects are named by generation, so a role can only name the bucket: one writes, one reads, one "
        "deletes.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::{cell}-Data:ExportsOutputFnGetAttOutputsBucket9B9CD849Arn952D6BA3/"
        "bedrock/*]",
        ("Pipeline/Functions/PipelineAttemptRole",),
        "Bedrock names what it writes, so a role can only name its folder.",
    ),
    *(
        Suppression(
            f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:{region}:<AWS::AccountId>:async-invoke/*]",
            ("Pipeline/Functions/PipelineAttemptRole",),
            "Bedrock names its jobs, so a role can only name their kind.",
        )
        for region in ("us-east-1", "us-west-2")
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::{cell}-Data:ExportsOutputFnGetAttOutputsBucket9B9CD849Arn952D6BA3/"
        "library/*]",
        (
            "Pipeline/Functions/PipelineAttemptRole",
            "Banatie/Functions/BanatieCdnImageRole",
            *LIBRARY_WRITERS,
        ),
        "Images are named by project, so a role can only name the folder of all libraries.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::{cell}-Data:ExportsOutputFnGetAttOutputsBucket9B9CD849Arn952D6BA3/"
        "uploads/*]",
        ("Banatie/Functions/BanatieImagesUploadRole", "Banatie/Functions/BanatieImagesUploadUrlRole"),
        "Uploads are named by project, so a role can only name the folder of all uploads.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::{cell}-Data:ExportsOutputFnGetAttOutputsBucket9B9CD849Arn952D6BA3/"
        "inputs/*]",
        ("Pipeline/Functions/PipelineAttemptRole",),
        "Source images are named at random, so a role can only name their folder.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/"
        "<RetriesGroupD2409B79>/*]",
        ("Delivery/Functions/DeliveryDeliverRole",),
        "A schedule is named by the delivery that it wakes, so a role can only name their group.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:"
        "{slug}-generation:*]",
        ("Pipeline/Functions/PipelineReapRole",),
        "Executions are named by generation, so a role can only name their machine.",
    ),
    Suppression(
        "Serverless-LambdaStarPermissions",
        FUNCTIONS,
        "The same three kinds of action for which AWS offers no resource; see AwsSolutions-IAM5.",
    ),
    Suppression(
        "AwsSolutions-L1",
        FUNCTIONS,
        "Python 3.13 is chosen, and supported until 2029: the dependency layer is built for this version.",
    ),
    Suppression(
        "Serverless-LambdaLatestVersion",
        FUNCTIONS,
        "Python 3.13 is chosen, and supported until 2029: the dependency layer is built for this version.",
    ),
    Suppression(
        "Serverless-LambdaDLQ",
        FUNCTIONS,
        "A function's own dead-letter queue serves asynchronous calls only. The reaper, called so, has one. "
        "API Gateway, Step Functions, queues and streams, which call the others, report or keep failures.",
    ),
    Suppression(
        "Serverless-LambdaEventSourceMappingDestination",
        (
            "Pipeline/AttemptMessages",
            "Delivery/EventMessages",
            "Delivery/DeliveryMessages",
            "Banatie/EndingMessages",
        ),
        "Lambda supports no failure destination for SQS; the queue's own redrive policy keeps what fails.",
    ),
    Suppression(
        "AwsSolutions-SF1",
        ("Pipeline/Machine/Generation",),
        "Step Functions keeps the whole history of an execution for 90 days, and shows it. Logging all of it "
        "once more would be a third of a generation's log: only errors are logged.",
    ),
    Suppression(
        "AwsSolutions-SQS3",
        (
            "Pipeline/OutboxFailures",
            "Pipeline/TelemetryFailures",
            "Pipeline/JournalFailures",
            "Pipeline/AlertsFailures",
        ),
        "These are dead-letter queues, of event source mappings, where the rule does not look.",
    ),
    Suppression(
        "Serverless-SQSRedrivePolicy",
        (
            "Pipeline/Attempts/DeadLetters",
            "Pipeline/OutboxFailures",
            "Pipeline/TelemetryFailures",
            "Pipeline/JournalFailures",
            "Pipeline/AlertsFailures",
            "Pipeline/ReapFailures",
            "Delivery/Events/DeadLetters",
            "Delivery/Deliveries/DeadLetters",
            "Banatie/Endings/DeadLetters",
            "Banatie/PurgeFailures",
        ),
        "These are dead-letter queues: the end of the line, with an alarm.",
    ),
    Suppression(
        "Serverless-SNSRedrivePolicy",
        ("Data/Alarms",),
        "The only subscriber is the operator's mailbox. The alarm itself stays red until it is mended.",
    ),
)


def acknowledge(app: cdk.App) -> None:
    """Tell cdk-nag what is accepted, in every cell."""
    stacks = [child for child in app.node.children if isinstance(child, cdk.Stack)]
    for suppression in SUPPRESSIONS:
        for stack in stacks:
            cell, _, part = stack.node.id.rpartition("-")
            rule = suppression.rule.replace("{cell}", cell).replace("{slug}", cell.lower())
            for construct in _found(stack, part, suppression.where):
                accepted = cdk.Acknowledgment(id=rule, reason=suppression.reason)
                cdk.Validations.of(construct).acknowledge(accepted)


def _found(stack: cdk.Stack, part: str, where: Iterable[str]) -> Iterator[IConstruct]:
    """The stack's constructs at these paths. One that this configuration does not make is passed over."""
    for path in where:
        first, *rest = path.split("/")
        construct: IConstruct | None = stack if first == part else None
        for name in rest:
            construct = construct.node.try_find_child(name) if construct else None
        if construct:
            yield construct
