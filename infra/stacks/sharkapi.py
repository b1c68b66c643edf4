"""The SharkApi surface: its routes in both dialects, its wallet, and what its payments need."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from infra.config import Cell, Config
from infra.constructs.route import add_routes
from infra.constructs.use import Use
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack

PAYMENT_ALERT = "payment"  # tidegate.surfaces.payments logs it
WAITING_TIMEOUT_S = 29  # of the functions that wait for a job's end: API Gateway gives up after 30 s


class SharkApiStack(CellStack):
    """One route, one function, as on the other surfaces."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell, data: DataStack) -> None:
        super().__init__(app, config, cell, "SharkApi", description="the SharkApi surface")
        self._data = data
        self._functions = data.function_builder(self)
        self._add_jobs()
        self._add_wallet()
        self._add_keys()
        self._add_payments()

    def _add(
        self, name: str, routes: list[str], uses: list[Use], *, timeout_s: int | None = None
    ) -> lambda_.Function:
        timeout_s = timeout_s or self.config.api_timeout_s
        function = self._functions.build(name, uses, timeout_s=timeout_s)
        add_routes(self, self._data.front_door.api, function, routes)
        return function

    def _add_jobs(self) -> None:
        data = self._data
        submit = [
            *data.authenticate(),
            data.telemetry.use("GetItem"),
            data.wallets.use("UpdateItem"),
            data.generations.use("GetItem", "PutItem"),
            data.outputs_bucket.use("PutObject"),  # source images, until the provider has fetched them
            data.sharkapi(),
            data.reach_out(),
            data.know_bedrock(),
            *data.moderation(),
        ]
        self._add("sharkapi.generate", ["POST /v1/generate"], submit)
        self._add("sharkapi.image", ["POST /api/v1/image"], submit)
        look = [
            *data.authenticate(),
            data.generations.use("GetItem"),
            data.wallets.use(),
            data.outputs_bucket.use(),
        ]
        for name, route in (("job", "GET /v1/jobs/{job_id}"), ("api_job", "GET /api/v1/jobs/{job_id}")):
            self._add(f"sharkapi.{name}", [route], look, timeout_s=WAITING_TIMEOUT_S)

    def _add_wallet(self) -> None:
        data = self._data
        account = [*data.authenticate(), data.wallets.use("GetItem")]
        self._add("sharkapi.wallet_balance", ["GET /v1/wallet/balance"], account)
        self._add(
            "sharkapi.wallet_topup",
            ["POST /v1/wallet/topup"],
            [*account, data.secret.read(), data.reach_out()],
        )

    def _add_keys(self) -> None:
        data = self._data
        make = [
            *data.authenticate(),
            data.keys.use("BatchGetItem", "GetItem", "PutItem"),
            data.wallets.use("ConditionCheckItem", "GetItem"),
        ]
        self._add("sharkapi.keys", ["POST /api/keys"], make)

    def _add_payments(self) -> None:
        data = self._data
        stripe = self._add(
            "payments.stripe",
            ["POST /payments/stripe", "GET /payments/stripe"],
            [data.wallets.use("PutItem", "UpdateItem"), data.secret.read(), data.reach_out()],
        )
        data.alarms.add_for_log_line(
            self,
            "PaymentNotCredited",
            stripe.log_group,
            "A customer paid, and no wallet could be credited.",
            alert=PAYMENT_ALERT,
        )
