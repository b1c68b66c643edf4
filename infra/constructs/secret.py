"""The one secret of a cell."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.config import Config
from infra.constructs.use import Use


class CellSecret(Construct):
    """Provider credentials and the sealing key of webhook secrets. One secret: each costs $0.40 a month.

    The operator adds the providers' credentials. Never change how the value is generated: CloudFormation
    would generate it anew, and everything sealed with the old key would be lost.
    """

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(scope, "Credentials")
        self._config = config
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="Tidegate: provider credentials and the sealing key of webhook secrets",
            removal_policy=config.removal,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template='{"providers":{}}',  # noqa: S106  no secret, a frame for one
                generate_string_key="sealing_key",
                password_length=64,
                exclude_punctuation=True,
            ),
        )

    def read(self) -> Use:
        """Allow the value to be read."""
        return Use(
            env={"SECRET_ID": self.secret.secret_arn},
            actions=("secretsmanager:GetSecretValue",),
            resources=(self._arn(),),
        )

    def _arn(self) -> str:
        """The ARN. The emulator's reference is the name (docs/adr/0020)."""
        if not self._config.emulated_iam:
            return self.secret.secret_arn
        return cdk.Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self.secret.secret_arn}-??????",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
