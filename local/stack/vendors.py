"""The simulated vendors' credentials, put where an operator puts real ones: into the deployment's secret."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlencode

import urllib3

from local.stack.emulator import Emulator
from local.stack.errors import StackError
from local.stack.waiting import TIMEOUT_S

_KEY: Final = "simulated"  # the simulator takes any key that is not empty
_ASK_FOR_A_KEY: Final = ("fal", "byteplus", "alibabacloud", "runway", "bfl", "openai", "google")
_SECRET_PATH: Final = "/replicate/v1/webhooks/default/secret"  # noqa: S105  a path, as Replicate's API has it


def share_credentials(emulator: Emulator, secret_id: str, simulator_url: str, base_url: str) -> None:
    """Write the credentials into the secret, beside the sealing key, unless they are there.

    Raises:
        StackError: the simulator does not tell its signing secret.
    """
    credentials = {
        "replicate": {"api_key": _KEY, "webhook_secret": _signing_secret(simulator_url)},
        "stripe": {"api_key": _KEY, "webhook_secret": _payment_secret(simulator_url, base_url)},
        **{name: {"api_key": _KEY} for name in _ASK_FOR_A_KEY},
        "cloudflare": {"api_key": _KEY, "account_id": "simulated"},
    }
    current = json.loads(emulator.secret(secret_id))
    providers = {**current.get("providers", {}), **credentials}
    if providers != current.get("providers"):
        emulator.put_secret(secret_id, json.dumps({**current, "providers": providers}))


def _payment_secret(simulator_url: str, base_url: str) -> str:
    """Register the webhook, as an operator does at Stripe; it tells the same secret every time."""
    answer = urllib3.request(
        "POST",
        f"{simulator_url}/stripe/v1/webhook_endpoints",
        body=urlencode({"url": f"{base_url}/payments/stripe"}),
        headers={
            "authorization": f"Bearer {_KEY}",
            "content-type": "application/x-www-form-urlencoded",
        },
        timeout=TIMEOUT_S,
        retries=False,
    )
    try:
        return str(answer.json()["secret"])
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"The simulator at {simulator_url} did not tell its payment secret") from error


def _signing_secret(simulator_url: str) -> str:
    answer = urllib3.request(
        "GET",
        simulator_url + _SECRET_PATH,
        headers={"authorization": f"Bearer {_KEY}"},
        timeout=TIMEOUT_S,
        retries=False,
    )
    try:
        return str(answer.json()["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise StackError(f"The simulator at {simulator_url} did not tell its signing secret") from error
