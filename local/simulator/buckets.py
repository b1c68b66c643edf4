"""The buckets of the AWS account that the simulated Bedrock belongs to: on this machine, or nowhere."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.session import get_session

from local.simulator.world import PutObject
from local.stack.environment import REGION, assert_loopback


def bucket_writer(s3_url: str) -> PutObject:
    """What writes an object into an emulated S3, as any credentials may.

    Raises:
        NotLoopback: the endpoint is not on this machine.
    """
    client: Any = get_session().create_client(
        "s3",
        region_name=REGION,
        endpoint_url=assert_loopback(s3_url),
        aws_access_key_id="test",  # not a secret: the emulator takes any
        aws_secret_access_key="test",  # noqa: S106
        config=Config(s3={"addressing_style": "path"}),
    )

    def put_object(bucket: str, key: str, data: bytes, content_type: str) -> None:
        client.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)

    return put_object
