"""The bucket of produced files."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.constructs.use import Use


class OutputsBucket(Construct):
    """Private, TLS only, emptied by age. Its objects are handed out by short-lived presigned URLs."""

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(scope, "Outputs")
        self._days = config.output_days
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=config.require_tls,
            removal_policy=config.removal,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="expire",
                    expiration=cdk.Duration.days(config.output_days),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(1),
                )
            ],
            # A page that fetches an output is redirected here and then comes from the origin "null".
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD],
                    allowed_origins=["*"],
                    max_age=86_400,
                )
            ],
        )

    def use(self, *operations: str) -> Use:
        """Allow API operations on objects, such as ``GetObject``; none: the function only learns of them.

        It is told the bucket's name, and for how many days files are kept.
        """
        return Use(
            env={"OUTPUTS_BUCKET": self.bucket.bucket_name, "OUTPUT_DAYS": str(self._days)},
            actions=tuple(f"s3:{operation}" for operation in operations),
            resources=(self.bucket.arn_for_objects("*"),),
        )

    def use_folder(self, folder: str, *operations: str) -> Use:
        """Allow API operations on the objects below one folder."""
        return Use(
            actions=tuple(f"s3:{operation}" for operation in operations),
            resources=(self.bucket.arn_for_objects(f"{folder}/*"),),
        )

    def look(self) -> Use:
        """Allow to ask whether the bucket is there (``HeadBucket``, which S3 calls listing it)."""
        return Use(
            env={"OUTPUTS_BUCKET": self.bucket.bucket_name},
            actions=("s3:ListBucket",),
            resources=(self.bucket.bucket_arn,),
        )

    def folder_url(self, folder: str) -> str:
        """Return the ``s3://`` URL of one folder."""
        return self.bucket.s3_url_for_object(folder)
