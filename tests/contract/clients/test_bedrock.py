"""boto3 against the simulated Bedrock."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.contract.simulator.client import eventually

REEL = {
    "taskType": "TEXT_VIDEO",
    "textToVideoParams": {"text": "a lighthouse"},
    "videoGenerationConfig": {"durationSeconds": 6, "fps": 24, "dimension": "1280x720", "seed": 7},
}
OUTPUT = {"s3OutputDataConfig": {"s3Uri": "s3://outputs/bedrock"}}


def client(simulator_url: str, key: str = "AKIATEST") -> Any:
    return boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=f"{simulator_url}/bedrock",
        aws_access_key_id=key,
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_picture_is_in_the_answer(simulator_url: str) -> None:
    body = {"taskType": "TEXT_IMAGE", "textToImageParams": {"text": "a lighthouse"}}
    made = client(simulator_url).invoke_model(modelId="amazon.nova-canvas-v1:0", body=json.dumps(body))
    (picture,) = json.load(made["body"])["images"]
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_a_video_is_an_invocation_that_completes(simulator_url: str) -> None:
    bedrock = client(simulator_url)
    asked = {"modelId": "amazon.nova-reel-v1:1", "modelInput": REEL, "outputDataConfig": OUTPUT}
    arn = bedrock.start_async_invoke(clientRequestToken="token-1", **asked)["invocationArn"]
    assert bedrock.start_async_invoke(clientRequestToken="token-1", **asked)["invocationArn"] == arn

    def completed() -> Any:
        found = bedrock.get_async_invoke(invocationArn=arn)
        return found if found["status"] == "Completed" else None

    found = eventually(completed)
    where = found["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"]
    assert where == f"s3://outputs/bedrock/{arn.rpartition('/')[2]}"
    tokens = [entry["clientRequestToken"] for entry in bedrock.list_async_invokes()["asyncInvokeSummaries"]]
    assert "token-1" in tokens


def test_one_token_is_one_request(simulator_url: str) -> None:
    bedrock = client(simulator_url)
    asked = {"modelId": "amazon.nova-reel-v1:1", "outputDataConfig": OUTPUT, "clientRequestToken": "token-2"}
    bedrock.start_async_invoke(modelInput=REEL, **asked)
    with pytest.raises(ClientError) as refused:
        bedrock.start_async_invoke(modelInput={**REEL, "textToVideoParams": {"text": "other"}}, **asked)
    assert refused.value.response["Error"]["Code"] == "ConflictException"


def test_an_unknown_key_is_refused(simulator_url: str) -> None:
    with pytest.raises(ClientError) as refused:
        client(simulator_url, "bad-key").invoke_model(modelId="amazon.nova-canvas-v1:0", body="{}")
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"
