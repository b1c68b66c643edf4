"""The routes, each with its function."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

from infra.config import Cell, Config
from infra.constructs.route import add_routes
from infra.constructs.use import Use
from infra.stacks.cell_stack import CellStack
from infra.stacks.data import DataStack
from infra.stacks.pipeline import PipelineStack

CALLBACK = "/{generation_id}/{number}/{token}"
# Where each surface describes itself.
REFERENCES = {"babysea": "/v1", "banatie": "/api/v1", "sharkapi": "/sharkapi"}


class ApiStack(CellStack):
    """What callers and providers can ask. One route, one function."""

    def __init__(
        self, app: cdk.App, config: Config, cell: Cell, data: DataStack, pipeline: PipelineStack
    ) -> None:
        super().__init__(app, config, cell, "Api", description="routes and their functions")
        self._data = data
        self._pipeline = pipeline
        self._functions = data.function_builder(self)
        self._add_generate()
        self._add_content()
        self._add_account()
        self._add_library()
        self._add_health()
        self._add_outputs()
        self._add_callbacks()
        self._add_reference()
        self._add_shared()

    def _add(
        self,
        name: str,
        routes: list[str],
        uses: Sequence[Use],
        layers: Sequence[lambda_.ILayerVersion] = (),
        *,
        timeout_s: int | None = None,
    ) -> None:
        timeout_s = timeout_s or self.config.api_timeout_s
        function = self._functions.build(name, uses, timeout_s=timeout_s, layers=layers)
        add_routes(self, self._data.front_door.api, function, routes)

    def _add_generate(self) -> None:
        data = self._data
        for media in ("image", "video"):
            self._add(
                f"babysea.generate_{media}",
                [f"POST /v1/generate/{media}/{{model_identifier+}}"],
                [
                    *data.authenticate(),
                    data.wallets.use("UpdateItem"),
                    data.generations.use("GetItem", "PutItem"),
                    *data.moderation(),
                    data.telemetry.use("GetItem"),
                    data.reach_out(),
                    data.know_bedrock(),
                ],
                timeout_s=self.config.submit_timeout_s,
            )

    def _add_content(self) -> None:
        data = self._data
        self._add(
            "babysea.content_get",
            ["GET /v1/content/{generation_id}"],
            [
                *data.authenticate(),
                data.generations.use("GetItem"),
                data.wallets.use(),
                data.outputs_bucket.use(),
            ],
        )
        self._add(
            "babysea.content_cancel",
            ["POST /v1/content/generation/cancel/{generation_id}"],
            [
                *data.authenticate(),
                data.generations.use("GetItem", "Query", "UpdateItem"),
                data.wallets.use("UpdateItem"),
                self._pipeline.attempts.send(),
            ],
        )
        self._add(
            "babysea.content_list",
            ["GET /v1/content/list"],
            [
                *data.authenticate(),
                data.wallets.use("GetItem"),
                data.generations.use("Query"),
                data.outputs_bucket.use(),
            ],
        )
        self._add(
            "babysea.content_delete",
            ["DELETE /v1/content/{generation_id}"],
            [
                *data.authenticate(),
                data.generations.use("GetItem", "UpdateItem"),
                data.wallets.use(),
                data.outputs_bucket.use("DeleteObject"),
            ],
        )

    def _add_account(self) -> None:
        authenticate, read_wallet = self._data.authenticate(), self._data.wallets.use("GetItem")
        self._add("babysea.status", ["GET /v1/status"], authenticate)
        self._add("babysea.user_account", ["GET /v1/user/account"], [*authenticate, read_wallet])
        self._add("babysea.user_billing", ["GET /v1/user/billing"], [*authenticate, read_wallet])

    def _add_library(self) -> None:
        authenticate = self._data.authenticate()
        self._add("babysea.library_models", ["GET /v1/library/models"], authenticate)
        self._add("babysea.library_providers", ["GET /v1/library/providers"], authenticate)
        self._add(
            "babysea.estimate",
            ["GET /v1/estimate/{model_identifier+}"],
            [*authenticate, self._data.wallets.use("GetItem")],
        )

    def _add_health(self) -> None:
        data = self._data
        authenticate, read_health = data.authenticate(), data.telemetry.use("BatchGetItem")
        for name in ("providers", "models"):
            routes = [f"GET /v1/health/inference/{name}"]
            self._add(f"babysea.health_{name}", routes, [*authenticate, read_health])
        self._add(
            "babysea.health_storage", ["GET /v1/health/storage"], [*authenticate, data.outputs_bucket.look()]
        )
        self._add(
            "babysea.health_cache", ["GET /v1/health/cache"], [*authenticate, data.telemetry.use("GetItem")]
        )

    def _add_shared(self) -> None:
        """What more than one surface has, and what none has."""
        data = self._data
        self._add(
            "shared.usage",
            ["GET /v1/usage"],
            [
                *data.authenticate(),
                data.wallets.use("GetItem"),
                data.keys.use("BatchGetItem"),
                data.keys.use_index("Query"),
                data.telemetry.use("Query"),
                data.generations.use("Query"),
                data.outputs_bucket.use(),
                data.surface_hosts(),
            ],
        )
        self._add("shared.not_found", ["$default"], [data.surface_hosts()])

    def _add_reference(self) -> None:
        """What each surface says about itself, open to everybody."""
        layers = [self._functions.reference()]
        for surface, prefix in REFERENCES.items():
            self._add(f"{surface}.openapi", [f"GET {prefix}/openapi.json"], [], layers)
            pages = [f"GET {prefix}/docs", f"GET {prefix}/docs/{{file}}"]
            self._add(f"{surface}.docs", pages, [], layers)

    def _add_outputs(self) -> None:
        routes = ["GET /outputs/{key+}", "HEAD /outputs/{key+}"]
        self._add("outputs.redirect", routes, [self._data.outputs_bucket.use("GetObject")])

    def _add_callbacks(self) -> None:
        data = self._data
        for provider in ("replicate", "fal", "bfl", "google"):
            self._add(
                f"callbacks.{provider}",
                [f"POST /callbacks/{provider}{CALLBACK}"],
                [
                    data.generations.use("GetItem"),
                    data.wallets.use(),
                    data.secret.read(),
                    self._pipeline.attempts.send(),
                    data.reach_out(),
                ],
            )
