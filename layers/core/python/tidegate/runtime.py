"""The one place that reads the environment and builds clients: lazily, once per Lambda environment."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.settings import ConfigurationError
from tidegate.telemetry import Telemetry

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.alerts import AlertTable
    from tidegate.adapters.dynamodb.generations import GenerationTable
    from tidegate.adapters.dynamodb.keys import KeyTable
    from tidegate.adapters.dynamodb.ledger import LedgerReader
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.dynamodb.listing import GenerationListing
    from tidegate.adapters.dynamodb.wallets import WalletTable
    from tidegate.adapters.dynamodb.webhooks import WebhookTable
    from tidegate.adapters.enhancement.protocol import Enhancer
    from tidegate.adapters.eventbridge import EventBus
    from tidegate.adapters.http import HttpClient
    from tidegate.adapters.moderation.protocol import Moderator
    from tidegate.adapters.payments.protocol import Payments
    from tidegate.adapters.providers.registry import ProviderRegistry
    from tidegate.adapters.s3 import OutputStore
    from tidegate.adapters.scheduler import Schedules
    from tidegate.adapters.secrets import Secrets
    from tidegate.adapters.sqs import Queue
    from tidegate.adapters.stepfunctions import StateMachine
    from tidegate.domain.attempt import Attempt, Failure, MediaFile
    from tidegate.domain.budget import Budget
    from tidegate.domain.catalog import Catalog
    from tidegate.domain.generation import Generation, MediaType, Output
    from tidegate.domain.keys import Surface
    from tidegate.domain.provider_profiles import ProviderProfile
    from tidegate.domain.retention import Retentions
    from tidegate.domain.webhook_retries import RetryPlan
    from tidegate.surfaces.sharkapi.modes import Mode
    from tidegate.usecases.attempts.context import Context
    from tidegate.usecases.launch import Launcher

__all__ = ["ConfigurationError", "Runtime", "runtime"]

DEFAULT_LIBRARY_MODELS = "bfl/flux-schnell,google/nano-banana"
INPUT_SIGNED_FOR_S = 3_600  # a provider's queue may be long; the role's own session may end it sooner


class Runtime(Telemetry):
    """Everything that a handler hands to a use case. A property that nobody touches costs nothing."""

    @cached_property
    def catalog(self) -> Catalog:
        """The models, their prices and their providers."""
        from tidegate.domain.catalog import load_catalog  # noqa: PLC0415

        return load_catalog()

    @cached_property
    def provider_profiles(self) -> tuple[ProviderProfile, ...]:
        """Who the providers are."""
        from tidegate.domain.provider_profiles import load_profiles  # noqa: PLC0415

        return load_profiles()

    @cached_property
    def keys(self) -> KeyTable:
        """API keys and their request windows."""
        from tidegate.adapters.dynamodb.keys import KeyTable  # noqa: PLC0415

        return KeyTable(self.dynamodb, self.setting("KEYS_TABLE"), self.usage)

    @cached_property
    def wallets(self) -> WalletTable:
        """Accounts and their prepaid wallets."""
        from tidegate.adapters.dynamodb.wallets import WalletTable  # noqa: PLC0415

        return WalletTable(self.dynamodb, self.setting("WALLETS_TABLE"))

    @cached_property
    def alerts(self) -> AlertTable:
        """Low-balance alerts."""
        from tidegate.adapters.dynamodb.alerts import AlertTable  # noqa: PLC0415

        return AlertTable(self.dynamodb, self.setting("WALLETS_TABLE"))

    @cached_property
    def ledger(self) -> LedgerReader:
        """What the books rest on, to verify them."""
        from tidegate.adapters.dynamodb.ledger import LedgerReader  # noqa: PLC0415

        return LedgerReader(self.dynamodb, self.setting("WALLETS_TABLE"), self.setting("GENERATIONS_TABLE"))

    @cached_property
    def generations(self) -> GenerationTable:
        """Generations, their attempts, and idempotency records."""
        from tidegate.adapters.dynamodb.generations import GenerationTable  # noqa: PLC0415

        return GenerationTable(
            self.dynamodb, self.setting("GENERATIONS_TABLE"), self.setting("WALLETS_TABLE")
        )

    @cached_property
    def listing(self) -> GenerationListing:
        """Generations by their place in their account's listing."""
        from tidegate.adapters.dynamodb.listing import GenerationListing  # noqa: PLC0415

        return GenerationListing(self.dynamodb, self.setting("GENERATIONS_TABLE"))

    @cached_property
    def library(self) -> LibraryTable:
        """What projects hold: flows, images, aliases, and the records of their generations."""
        from tidegate.adapters.dynamodb.library.table import LibraryTable  # noqa: PLC0415

        return LibraryTable(self.dynamodb, self.setting("LIBRARY_TABLE"))

    @cached_property
    def webhooks(self) -> WebhookTable:
        """Webhook endpoints and the delivery log."""
        from tidegate.adapters.dynamodb.webhooks import WebhookTable  # noqa: PLC0415

        return WebhookTable(self.dynamodb, self.setting("WEBHOOKS_TABLE"))

    @cached_property
    def secrets(self) -> Secrets:
        """The one secret: provider credentials and the key that seals webhook secrets."""
        from tidegate.adapters.secrets import Secrets  # noqa: PLC0415

        return Secrets(self._secretsmanager, self.setting("SECRET_ID"))

    @cached_property
    def http(self) -> HttpClient:
        """The only way out to the network; it refuses private addresses."""
        from tidegate.adapters.http import HttpClient  # noqa: PLC0415

        allowed = self.setting("ALLOWED_PRIVATE_HOSTS", "")
        return HttpClient(allowed_private=frozenset(filter(None, allowed.split(","))))

    @cached_property
    def providers(self) -> ProviderRegistry:
        """The upstream providers, with their credentials and base URLs."""
        from tidegate.adapters.providers.registry import ProviderRegistry  # noqa: PLC0415

        role = self._session.get_credentials if self._session else None  # an operator's, not a function's
        return ProviderRegistry(self.http, self.secrets, self._base_urls, role)

    @property
    def _base_urls(self) -> Mapping[str, str]:
        """Where vendors are reached, for those that are not at their own address."""
        base_urls: dict[str, str] = json.loads(self.setting("PROVIDER_BASE_URLS", "{}"))
        if folder := self._env.get("TIDEGATE_BEDROCK_OUTPUTS"):  # only where Bedrock is enabled
            base_urls["bedrock_outputs"] = folder
        return base_urls

    @cached_property
    def outputs(self) -> OutputStore:
        """The bucket of produced files."""
        from tidegate.adapters.s3 import OutputStore  # noqa: PLC0415

        return OutputStore(self._s3, self.setting("OUTPUTS_BUCKET"))

    @cached_property
    def attempts(self) -> Queue:
        """The queue that drives attempts."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("ATTEMPTS_QUEUE_URL"))

    @cached_property
    def deliveries(self) -> Queue:
        """The queue that drives webhook deliveries."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("DELIVERIES_QUEUE_URL"))

    @cached_property
    def events(self) -> Queue:
        """The queue of events that are to be fanned out."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("EVENTS_QUEUE_URL"))

    @cached_property
    def endings(self) -> Queue:
        """The queue of what happens to generations that belong to libraries."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("ENDINGS_QUEUE_URL"))

    @cached_property
    def schedules(self) -> Schedules:
        """Messages to the deliveries queue that are to come later than SQS can delay them."""
        from tidegate.adapters.scheduler import Schedules, ScheduleTarget  # noqa: PLC0415

        target = ScheduleTarget(
            queue_arn=self.setting("DELIVERIES_QUEUE_ARN"),
            role_arn=self.setting("SCHEDULES_ROLE_ARN"),
            dead_letters_arn=self.setting("DELIVERIES_DEAD_LETTERS_ARN"),
        )
        return Schedules(lambda: self._scheduler, self.setting("SCHEDULES_GROUP"), target)

    @cached_property
    def failures(self) -> Queue:
        """The queue of stream records that nobody can read."""
        from tidegate.adapters.sqs import Queue  # noqa: PLC0415

        return Queue(self._sqs, self.setting("FAILURES_QUEUE_URL"))

    @cached_property
    def machine(self) -> StateMachine:
        """The state machine that runs failover."""
        from tidegate.adapters.stepfunctions import StateMachine  # noqa: PLC0415

        return StateMachine(self._sfn, self._env.get("TIDEGATE_STATE_MACHINE_ARN", ""))

    @cached_property
    def bus(self) -> EventBus:
        """The event bus that customers' webhooks hang on."""
        from tidegate.adapters.eventbridge import EventBus  # noqa: PLC0415

        return EventBus(self._events, self.setting("EVENT_BUS_NAME"))

    @cached_property
    def budgets(self) -> Mapping[MediaType, Budget]:
        """How long attempts and holds last; ``TIDEGATE_IMAGE_BUDGET="60:1800"`` overrides the defaults."""
        from tidegate.domain.budget import budgets_from  # noqa: PLC0415

        return budgets_from({name: self._env.get(f"TIDEGATE_{name}_BUDGET") for name in ("IMAGE", "VIDEO")})

    @cached_property
    def retentions(self) -> Retentions:
        """How long files and records are kept; ``TIDEGATE_RETENTION="hosted,30d:365d"`` overrides it."""
        from tidegate.domain.retention import retentions_from  # noqa: PLC0415

        return retentions_from(self._env.get("TIDEGATE_RETENTION"))

    @cached_property
    def retry_plan(self) -> RetryPlan:
        """When webhooks are tried; ``TIDEGATE_WEBHOOK_TIMES="3:10:15,30"`` overrides the defaults."""
        from tidegate.domain.webhook_retries import retry_plan_from  # noqa: PLC0415

        return retry_plan_from(self._env.get("TIDEGATE_WEBHOOK_TIMES"))

    @cached_property
    def launcher(self) -> Launcher:
        """Starts the state machine for generations."""
        from tidegate.usecases.launch import Launcher  # noqa: PLC0415

        return Launcher(self.machine, self.budgets)

    @cached_property
    def attempt_context(self) -> Context:
        """What the attempt worker works with."""
        from tidegate.domain.budget import store_timeout_s  # noqa: PLC0415
        from tidegate.domain.output_key import new_folder  # noqa: PLC0415
        from tidegate.usecases.attempts.context import Context  # noqa: PLC0415
        from tidegate.usecases.store_outputs import store_outputs  # noqa: PLC0415

        worker_timeout_s = int(self.setting("WORKER_TIMEOUT_SECONDS", "60"))

        def store(generation: Generation, files: tuple[MediaFile, ...]) -> tuple[Output, ...]:
            return store_outputs(
                files,
                folder=new_folder(generation.generation_id, generation.retention.files_s, self.now_ms()),
                media_type=generation.media_type,
                http=self.http,
                store=self.outputs,
                deadline_s=store_timeout_s(worker_timeout_s),
            )

        return Context(
            generations=self.generations,
            providers=self.providers,
            catalog=self.catalog,
            queue=self.attempts,
            machine=self.machine,
            store_outputs=store,
            delete_outputs=lambda outputs: self.outputs.delete([output.key for output in outputs]),
            budgets=self.budgets,
            input_url=lambda key: self.outputs.presign(key, "GET", INPUT_SIGNED_FOR_S),
            public_base_url=self.public_base_url,
            worker_timeout_s=worker_timeout_s,
            now_ms=self.now_ms,
            alert=_alert,
            refusal=lambda *asked, is_last: self.steering.refusal(*asked, is_last=is_last),
        )

    @cached_property
    def shark_modes(self) -> Mapping[str, Mode]:
        """The sizes that the SharkApi surface sells; ``TIDEGATE_SHARKAPI_MODES`` replaces the file's."""
        from tidegate.surfaces.sharkapi.modes import load_modes  # noqa: PLC0415

        return load_modes(self._env.get("TIDEGATE_SHARKAPI_MODES"))

    @cached_property
    def surface_hosts(self) -> Mapping[str, Surface]:
        """Which surface a host stands for; ``TIDEGATE_SURFACE_HOSTS`` is JSON, host to surface."""
        from tidegate.surfaces.dispatch import read_hosts  # noqa: PLC0415

        return read_hosts(self._env.get("TIDEGATE_SURFACE_HOSTS", "{}"))

    @cached_property
    def moderator(self) -> Moderator | None:
        """Looks at prompts first; ``TIDEGATE_MODERATION`` is ``openai`` or ``bedrock:<guardrail>:<version>``.

        Raises:
            ConfigurationError: it is anything else.
        """
        kind, _, rest = self._env.get("TIDEGATE_MODERATION", "").partition(":")
        if not kind:
            return None
        if kind == "openai":
            from tidegate.adapters.moderation.openai import DEFAULT_BASE_URL, OpenAIModerator  # noqa: PLC0415

            return OpenAIModerator(
                self.http, self.secrets, self._base_urls.get("moderation", DEFAULT_BASE_URL)
            )
        guardrail_id, _, version = rest.partition(":")
        if kind != "bedrock" or not guardrail_id or not version:
            raise ConfigurationError("TIDEGATE_MODERATION is openai or bedrock:<guardrail id>:<version>")
        from tidegate.adapters.moderation.bedrock import GuardrailModerator  # noqa: PLC0415

        return GuardrailModerator(lambda: self._guardrails, guardrail_id, version)

    @cached_property
    def payments(self) -> Payments:
        """The payment provider."""
        from tidegate.adapters.payments.stripe import DEFAULT_BASE_URL, Stripe  # noqa: PLC0415

        return Stripe(
            self.http,
            self.secrets,
            base_url=self._base_urls.get("stripe", DEFAULT_BASE_URL),
            return_url=f"{self.public_base_url}/payments/stripe",
        )

    def output_url(self, key: str) -> str:
        """Where callers get a stored output."""
        from tidegate.adapters.s3 import public_url  # noqa: PLC0415

        return public_url(self.public_base_url, key)

    @cached_property
    def enhancer(self) -> Enhancer:
        """Rewrites prompts; ``TIDEGATE_ENHANCER`` is ``openai:<model>``, ``bedrock:<model id>`` or absent.

        Raises:
            ConfigurationError: it is anything else.
        """
        kind, _, model = self._env.get("TIDEGATE_ENHANCER", "").partition(":")
        if not kind:
            from tidegate.adapters.enhancement.templates import TemplateEnhancer  # noqa: PLC0415

            return TemplateEnhancer()
        if kind == "openai" and model:
            from tidegate.adapters.enhancement.openai import DEFAULT_BASE_URL, ChatEnhancer  # noqa: PLC0415

            base_url = self._base_urls.get("enhancer", DEFAULT_BASE_URL)
            return ChatEnhancer(self.http, self.secrets, base_url, model)
        if kind == "bedrock" and model:
            from tidegate.adapters.enhancement.bedrock import ConverseEnhancer  # noqa: PLC0415

            return ConverseEnhancer(lambda: self._text_models, model)
        raise ConfigurationError("TIDEGATE_ENHANCER is openai:<model> or bedrock:<model id>")

    @property
    def library_models(self) -> tuple[str, str]:
        """Which models make a library's images: from a prompt alone, and with reference images."""
        plain, _, looking = self._env.get("TIDEGATE_LIBRARY_MODELS", DEFAULT_LIBRARY_MODELS).partition(",")
        return plain.strip(), looking.strip()

    @property
    def library_wait_ms(self) -> int:
        """How long an answer waits for a generation to end, at most."""
        return int(self._env.get("TIDEGATE_LIBRARY_WAIT_S", "25")) * 1000

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def storage_url(self, path: str, image_id: str) -> str:
        """Where everybody gets an image of a library; ``path`` is its project's."""
        return f"{self.public_base_url}/cdn/{path}/img/{image_id}"

    @property
    def stage(self) -> str:
        """Which deployment this is."""
        return self.setting("STAGE", "local")

    @property
    def public_base_url(self) -> str:
        """Where callers and providers reach this gateway, without a trailing slash."""
        return self.setting("PUBLIC_BASE_URL").rstrip("/")


def _alert(attempt: Attempt, failure: Failure) -> None:
    """Tell the operator about our account at a provider: an alarm watches for this line (infra)."""
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415

    told = {"alert": "provider_account", "provider": attempt.provider, "code": failure.code.value}
    Logger(service="attempt").error("provider account needs attention", extra=told)


runtime = Runtime(os.environ)
