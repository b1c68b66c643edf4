"""The emulator: how it is run, what it has deployed, and what it must be told again after a deployment."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from cli.target_local import LocalSession
from local.stack.environment import REGION, assert_loopback, for_emulator
from local.stack.ports import HOST
from local.stack.service import Spec
from tidegate.adapters.dynamodb.schema import TABLES

STACK_PREFIX: Final = "Tidegate-Local-"
STOP_TIMEOUT_S: Final = 60.0  # it saves its state on the way out
_DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_MARK = "/tidegate/local/deployed"  # in the emulator itself: it is lost together with what it vouches for


def spec(directory: Path, port: int) -> Spec:
    """Return how the emulator is run."""
    return Spec(
        name="emulator",
        command=(sys.executable, "-m", "ministack"),
        settings=for_emulator(directory, port),
        port=port,
        health_url=f"http://{HOST}:{port}/_ministack/health",
        stop_timeout_s=STOP_TIMEOUT_S,
    )


def forget(directory: Path) -> None:
    """Drop all that a stopped emulator holds."""
    shutil.rmtree(directory / "emulator", ignore_errors=True)


def has_saved_since(directory: Path, moment: float) -> bool:
    """Whether the emulator saved its state after this moment (epoch seconds), that is, ended cleanly."""
    saved = (directory / "emulator" / "state").glob("*.json")
    return any(file.stat().st_mtime >= moment for file in saved)


class Emulator:
    """Questions and orders to a running emulator, over the AWS API."""

    def __init__(self, endpoint: str) -> None:
        self._session = LocalSession(assert_loopback(endpoint), REGION)

    def is_bootstrapped(self) -> bool:
        """Whether ``cdk bootstrap`` has been there."""
        return "CDKToolkit" in self._stacks()

    def outputs(self) -> dict[str, str]:
        """Return the CloudFormation outputs of the deployed cell; empty when there is none."""
        return {
            output["OutputKey"]: output["OutputValue"]
            for name, stack in self._stacks().items()
            if name.startswith(STACK_PREFIX)
            for output in stack.get("Outputs", ())
            if not output["OutputKey"].startswith("Exports")  # what the stacks tell each other
        }

    def deployed(self) -> str | None:
        """Return the fingerprint of the last deployment that was finished, or None."""
        unfinished = [
            name
            for name, stack in self._stacks().items()
            if name.startswith(STACK_PREFIX) and stack["StackStatus"] not in _DONE
        ]
        if unfinished:
            return None
        with suppress(ClientError):
            return str(self._client("ssm").get_parameter(Name=_MARK)["Parameter"]["Value"])
        return None

    def mark_deployed(self, fingerprint: str) -> None:
        """Note that the deployment of this fingerprint is finished."""
        self._client("ssm").put_parameter(Name=_MARK, Value=fingerprint, Type="String", Overwrite=True)

    def secret(self, secret_id: str) -> str:
        """Return the current value of a secret."""
        return str(self._client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"])

    def put_secret(self, secret_id: str, value: str) -> None:
        """Set the value of a secret."""
        self._client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=value)

    def restore_what_it_drops(self, outputs: Mapping[str, str]) -> None:
        """Switch on what the emulator reads from a template and then leaves off: CORS and TTL."""
        for resource in self._resources("AWS::ApiGatewayV2::Api"):
            cors = resource["CorsConfiguration"]
            self._client("apigatewayv2").update_api(ApiId=outputs["ApiId"], CorsConfiguration=cors)
        dynamodb = self._client("dynamodb")
        for table in TABLES:
            if table.ttl:
                dynamodb.update_time_to_live(
                    TableName=outputs[f"{table.name.capitalize()}Table"],
                    TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl},
                )

    def _resources(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of all deployed resources of one type, as their templates have them."""
        cloudformation = self._client("cloudformation")
        names = [name for name in self._stacks() if name.startswith(STACK_PREFIX)]
        templates = [cloudformation.get_template(StackName=name)["TemplateBody"] for name in names]
        return [
            resource["Properties"]
            for template in templates
            for resource in template["Resources"].values()
            if resource["Type"] == kind
        ]

    def _stacks(self) -> dict[str, Any]:
        stacks = self._client("cloudformation").describe_stacks()["Stacks"]
        return {stack["StackName"]: stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}

    def _client(self, service: str) -> Any:
        return self._session.create_client(service)
