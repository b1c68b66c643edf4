"""The last steps of ``up``: what a deployed API needs before a stranger can use it."""

from __future__ import annotations

from collections.abc import Mapping

from local.stack.emulator import Emulator
from local.stack.environment import REGION
from local.stack.info import StackInfo, runtime
from local.stack.seed import seed
from local.stack.services import Urls
from local.stack.vendors import share_credentials
from tidegate.adapters.secrets import SecretEditor
from tidegate.usecases.override_routing import note_keys


def open_account(urls: Urls, outputs: Mapping[str, str], known: StackInfo | None) -> StackInfo:
    """Give the providers' credentials to the deployment, and the demo account what it lacks."""
    share_credentials(Emulator(urls.emulator), outputs["SecretId"], urls.simulator, urls.base)
    allowed = urls.allowed_private_hosts
    operator = runtime(outputs, urls.base, urls.emulator, REGION, allowed)
    note_keys(operator.overrides, SecretEditor(operator.client("secretsmanager"), outputs["SecretId"]))
    seeded = seed(operator, known, urls.webhook)
    return StackInfo(
        base_url=urls.base,
        keys=seeded.keys,
        account_id=seeded.account_id,
        webhook_secret=seeded.webhook_secret,
        webhook_endpoint_id=seeded.endpoint_id,
        webhook_url=urls.webhook,
        simulator_url=urls.simulator,
        receiver_url=urls.receiver,
        aws_endpoint_url=urls.emulator,
        region=REGION,
        outputs=outputs,
        allowed_private_hosts=allowed,
        provider_base_urls=urls.provider_base_urls,
    )
