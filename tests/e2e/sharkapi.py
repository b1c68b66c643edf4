"""A customer of the deployed gateway who speaks SharkApi."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local.stack.info import StackInfo
from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.domain.keys import SCOPES, Surface
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_key

ENDED = {"complete", "completed", "failed", "moderated"}


def sign_up(info: StackInfo, deployed: Runtime, dollars: str) -> Customer:
    """Open an account whose client speaks SharkApi."""
    return speaking_sharkapi(Customer.sign_up(info, deployed, dollars=dollars))


def speaking_sharkapi(customer: Customer) -> Customer:
    """The same account, by a SharkApi token."""
    deployed = customer.deployed
    token, _ = create_key(
        deployed.keys,
        deployed.wallets,
        account_id=customer.account_id,
        surface=Surface.SHARKAPI,
        scopes=SCOPES,
        name="e2e",
        now_ms=deployed.now_ms(),
    )
    return replace(customer, key=token)


def ended(customer: Customer, path: str) -> dict[str, Any]:
    """Poll a job until it has ended."""

    def shown() -> dict[str, Any] | None:
        reply = customer.call("GET", path)
        return dict(reply.body) if reply.status == 200 and reply.body["status"] in ENDED else None

    return until(shown, f"{path} ends", 90)
