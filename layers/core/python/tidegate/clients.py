"""The AWS clients of one Lambda environment, built lazily and once: each costs milliseconds of cold start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_s3 import S3Client
    from types_boto3_scheduler import EventBridgeSchedulerClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient
    from types_boto3_stepfunctions import SFNClient

ENHANCED_WITHIN_S = 6  # twice: after that a generation begins with the user's own words


class Clients:
    """Low-level botocore clients, made by ``session`` or else by botocore's default one."""

    def __init__(self, session: Session | None = None) -> None:
        self._session = session

    def client(self, service: str, read_s: int | None = None) -> Any:
        """Build a client of an AWS service; for services that have no adapter here.

        ``read_s`` is how long an answer may take where the usual time is not enough.
        """
        from botocore.config import Config  # noqa: PLC0415  imports are cold-start time
        from botocore.session import get_session  # noqa: PLC0415

        # Two tries of at most 3 s: authenticating, writing and reading back fit into an API function's 15 s.
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 2},
            connect_timeout=1,
            read_timeout=read_s or (30 if service == "s3" else 2),
            signature_version="s3v4" if service == "s3" else None,
            # Else presigned URLs name the global host, which redirects for a new bucket in another region.
            s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
        )
        return (self._session or get_session()).create_client(service, config=config)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The low-level DynamoDB client."""
        from tidegate.adapters.dynamodb.conflicts import wait_out_transactions  # noqa: PLC0415

        return wait_out_transactions(self.client("dynamodb"))

    @cached_property
    def _sqs(self) -> SQSClient:
        return self.client("sqs")  # type: ignore[no-any-return]

    @cached_property
    def _s3(self) -> S3Client:
        return self.client("s3")  # type: ignore[no-any-return]

    @cached_property
    def _sfn(self) -> SFNClient:
        return self.client("stepfunctions")  # type: ignore[no-any-return]

    @cached_property
    def _events(self) -> EventBridgeClient:
        return self.client("events")  # type: ignore[no-any-return]

    @cached_property
    def _scheduler(self) -> EventBridgeSchedulerClient:
        return self.client("scheduler")  # type: ignore[no-any-return]

    @cached_property
    def _guardrails(self) -> Any:
        return self.client("bedrock-runtime")

    @cached_property
    def _text_models(self) -> Any:
        return self.client("bedrock-runtime", read_s=ENHANCED_WITHIN_S)

    @cached_property
    def _secretsmanager(self) -> SecretsManagerClient:
        return self.client("secretsmanager")  # type: ignore[no-any-return]
