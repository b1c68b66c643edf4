"""What must outlive every deployment: tables, files, the secret, the bus, and the address of the API."""

from __future__ import annotations

import json

import aws_cdk as cdk

from infra.config import Cell, Config
from infra.constructs.alarms import Alarms
from infra.constructs.bedrock import FOLDER
from infra.constructs.bucket import OutputsBucket
from infra.constructs.bus import Bus
from infra.constructs.function import FunctionBuilder
from infra.constructs.http_api import FrontDoor
from infra.constructs.secret import CellSecret
from infra.constructs.table import Table
from infra.constructs.use import Use, environment
from infra.stacks.cell_stack import CellStack
from tidegate.adapters.dynamodb import schema


class DataStack(CellStack):
    """The stateful resources of a cell, apart from all code: no deployment of code can replace them."""

    def __init__(self, app: cdk.App, config: Config, cell: Cell) -> None:
        super().__init__(app, config, cell, "Data", description="what must outlive every deployment")
        self.termination_protection = config.keep_data
        self._cell = cell
        self.alarms = Alarms(self, config)
        self.keys = Table(self, schema.KEYS, config)
        self.wallets = Table(self, schema.WALLETS, config)
        self.generations = Table(self, schema.GENERATIONS, config)
        self.webhooks = Table(self, schema.WEBHOOKS, config)
        self.telemetry = Table(self, schema.TELEMETRY, config)
        self.library = Table(self, schema.LIBRARY, config)
        self.outputs_bucket = OutputsBucket(self, config)
        self.secret = CellSecret(self, config)
        self.bus = Bus(self)
        self.front_door = FrontDoor(self, config, self.alarms, slug=self.slug)
        self._publish()
        self._export()

    def function_builder(self, stack: CellStack) -> FunctionBuilder:
        """A builder for another stack of this cell. Its functions know where they are and what is local."""
        overrides = {
            "IMAGE_BUDGET": self.config.image_budget,
            "VIDEO_BUDGET": self.config.video_budget,
            "RETENTION": self.config.retention,
        }
        common = Use(
            env={
                "STAGE": self.config.stage,
                "REGION_LABEL": self._cell.label,
                "PUBLIC_BASE_URL": self.front_door.url,
                **{name: value for name, value in overrides.items() if value},
            }
        )
        env = environment([common])
        return FunctionBuilder(stack, self.config, self.alarms, slug=self.slug, env=env)

    def reach_out(self) -> Use:
        """What a function needs to make requests of its own: vendors' addresses and local exceptions."""
        return Use(
            env={
                "PROVIDER_BASE_URLS": json.dumps(dict(self.config.provider_base_urls)),
                "ALLOWED_PRIVATE_HOSTS": ",".join(self.config.allowed_private_hosts),
            }
        )

    def know_bedrock(self) -> Use:
        """What a function needs to put Bedrock into an order, where the operator enabled it."""
        return Use({"BEDROCK_OUTPUTS": self.outputs_bucket.folder_url(FOLDER)} if self.config.bedrock else {})

    def authenticate(self) -> tuple[Use, ...]:
        """What a function needs to know its caller, and to count the request."""
        return (self.keys.use("UpdateItem"), self.telemetry.use("UpdateItem"))

    def sharkapi(self) -> Use:
        """What the SharkApi surface sells, where the operator replaced the file's own table."""
        modes = self.config.sharkapi_modes
        return Use(env={"SHARKAPI_MODES": modes} if modes else {})

    def surface_hosts(self) -> Use:
        """Which surface a host stands for, where the operator named some."""
        hosts = self.config.surface_hosts
        return Use(env={"SURFACE_HOSTS": hosts} if hosts else {})

    def moderation(self) -> list[Use]:
        """What a function needs to look at prompts before it accepts them, where the operator wants that."""
        service = self.config.moderation
        if service is None:
            return []
        named = Use(env={"MODERATION": service})
        if service == "openai":
            return [named, self.secret.read(), self.reach_out()]
        guardrail = self.format_arn(
            service="bedrock", resource="guardrail", resource_name=service.split(":")[1]
        )
        return [named, Use(actions=("bedrock:ApplyGuardrail",), resources=(guardrail,))]

    def enhancement(self) -> list[Use]:
        """What a function needs to rewrite prompts."""
        service = self.config.banatie.enhancer
        if service is None:
            return []
        named = Use(env={"ENHANCER": service})
        kind, _, model = service.partition(":")
        if kind == "openai":
            return [named, self.secret.read(), self.reach_out()]
        arn = self.format_arn(service="bedrock", account="", resource="foundation-model", resource_name=model)
        return [named, Use(actions=("bedrock:InvokeModel",), resources=(arn,))]

    def _publish(self) -> None:
        self.output("KeysTable", self.keys.table.table_name, "API keys")
        self.output("WalletsTable", self.wallets.table.table_name, "Accounts, wallets, journal")
        self.output("GenerationsTable", self.generations.table.table_name, "Generations and their attempts")
        self.output("WebhooksTable", self.webhooks.table.table_name, "Webhook endpoints and deliveries")
        self.output("TelemetryTable", self.telemetry.table.table_name, "Usage, health, routing statistics")
        self.output("LibraryTable", self.library.table.table_name, "Projects, flows, images, aliases")
        self.output("OutputsBucket", self.outputs_bucket.bucket.bucket_name, "Produced files")
        self.output("SecretId", self.secret.secret.secret_arn, "Provider credentials and sealing key")
        self.output("EventBusName", self.bus.bus.event_bus_name, "Events of generations")
        if self.config.bedrock:
            self.output(
                "BedrockOutputs", self.outputs_bucket.folder_url(FOLDER), "Where Bedrock writes videos"
            )
        self.output("ApiId", self.front_door.api.api_id, "The HTTP API")
        self.output("ApiUrl", self.front_door.url, "Base URL for callers")

    def _export(self) -> None:
        """Export always what other stacks import only in some configurations.

        An export that vanishes while another stack still imports it makes CloudFormation refuse the change.
        """
        self.export_value(self.front_door.api.api_endpoint)  # imported unless ``public_base_url`` is set
        self.export_value(self.alarms.topic.topic_arn)
