"""What the attempt worker may do with Amazon Bedrock, where the operator has enabled it."""

from __future__ import annotations

import aws_cdk as cdk

from infra.constructs.bucket import OutputsBucket
from infra.constructs.use import Use
from tidegate.domain.catalog import load_catalog

FOLDER = "bedrock"  # of the outputs bucket


def use_bedrock(stack: cdk.Stack, outputs: OutputsBucket) -> list[Use]:
    """Allow the catalogue's Bedrock models, asking for their jobs, and reading what these wrote.

    Bedrock writes a video with the caller's own right to write into the bucket. AWS offers no resource for
    the list of jobs.
    """
    names = sorted(
        native.native_model
        for model in load_catalog().models
        for route in model.routes
        if route.provider == "bedrock"
        for native in (route, route.with_input)
        if native is not None
    )
    if not names:  # a statement without a resource would be refused
        return [Use({"BEDROCK": "enabled"})]
    models = [_model(stack, *name.split("/", 1)) for name in dict.fromkeys(names)]
    regions = dict.fromkeys(name.partition("/")[0] for name in names)
    jobs = [f"arn:{stack.partition}:bedrock:{region}:{stack.account}:async-invoke/*" for region in regions]
    return [
        Use({"BEDROCK_OUTPUTS": outputs.folder_url(FOLDER)}, ("bedrock:InvokeModel",), tuple(models)),
        Use(actions=("bedrock:GetAsyncInvoke",), resources=tuple(jobs)),
        Use(actions=("bedrock:ListAsyncInvokes",), resources=("*",)),
        outputs.use_folder(FOLDER, "GetObject"),
    ]


def _model(stack: cdk.Stack, region: str, model: str) -> str:
    return f"arn:{stack.partition}:bedrock:{region}::foundation-model/{model}"
