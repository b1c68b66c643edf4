"""The bucket of produced files."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.constructs.use import Use
from tidegate.domain.library.files import UPLOADS
from tidegate.domain.output_key import CLASSES_DAYS, INPUTS

UNCLASSED_DAYS = 7  # what they were promised


class OutputsBucket(Construct):
    """Private, TLS only. Its objects are handed out by short-lived presigned URLs.

    It is emptied by age, each class of names after its own days (``tidegate.domain.output_key``). The exact
    end of a file is held by what the functions answer; deleting by rule costs nothing.
    """

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(scope, "Outputs")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=config.require_tls,
            removal_policy=config.removal,
            lifecycle_rules=_lifecycle(),
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
        """Allow API operations on objects, such as ``GetObject``; none: the function only learns of them."""
        return Use(
            env={"OUTPUTS_BUCKET": self.bucket.bucket_name},
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


def _lifecycle() -> list[s3.LifecycleRule]:
    classes = [
        s3.LifecycleRule(id=f"{days}d", prefix=f"{days}d/", expiration=cdk.Duration.days(days))
        for days in CLASSES_DAYS
    ]
    # Names of an earlier release begin with the generation's id, and so with a zero until the year 2527.
    unclassed = s3.LifecycleRule(id="unclassed", prefix="0", expiration=cdk.Duration.days(UNCLASSED_DAYS))
    # A hold lasts an hour at the most (tidegate.domain.budget); a rule knows no less than a day.
    inputs = s3.LifecycleRule(id="inputs", prefix=INPUTS, expiration=cdk.Duration.days(1))
    aborted = s3.LifecycleRule(id="aborted", abort_incomplete_multipart_upload_after=cdk.Duration.days(1))
    # Until they are claimed. What is claimed lies in the library's own folder, which no rule names.
    uploads = s3.LifecycleRule(id="uploads", prefix=f"{UPLOADS}/", expiration=cdk.Duration.days(1))
    return [*classes, unclassed, inputs, uploads, aborted]
