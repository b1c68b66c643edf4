"""Which deployment a command speaks to: the local stack or one AWS cell, never both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from botocore.session import Session

from cli.refusal import Refused

# CloudFormation outputs that the use cases need; the names are those of the cell's stacks.
OUTPUT_KEYS: Final = (
    "KeysTable",
    "WalletsTable",
    "GenerationsTable",
    "WebhooksTable",
    "TelemetryTable",
    "LibraryTable",
    "OutputsBucket",
    "AttemptsQueueUrl",
    "DeliveriesQueueUrl",
    "EventBusName",
    "SecretId",
    "StateMachineArn",
    "ApiUrl",
)
# What only some cells have.
OPTIONAL_KEYS: Final = ("BedrockOutputs",)


@dataclass(frozen=True, slots=True)
class Target:
    """A deployment that was found. ``env`` is what its functions see as their environment."""

    label: str  # one line for the operator: nobody should grant money on the wrong deployment
    env: Mapping[str, str]
    session: Session
    is_local: bool
    account_id: str | None = None  # the demo account of the local stack


def environment(outputs: Mapping[str, str], where: str) -> dict[str, str]:
    """Turn a cell's CloudFormation outputs into the runtime's ``TIDEGATE_*`` variables.

    Raises:
        Refused: an output is missing, so the deployment is older than this CLI or not finished.
    """
    missing = [key for key in OUTPUT_KEYS if not outputs.get(key)]
    if missing:
        raise Refused(f"{where} lacks the outputs {', '.join(missing)}: deploy it again", code="incomplete")
    return {_variable(key): outputs[key] for key in (*OUTPUT_KEYS, *OPTIONAL_KEYS) if key in outputs}


def _variable(output_key: str) -> str:
    if output_key == "ApiUrl":
        return "TIDEGATE_PUBLIC_BASE_URL"
    return "TIDEGATE_" + re.sub(r"(?<!^)(?=[A-Z])", "_", output_key).upper()
