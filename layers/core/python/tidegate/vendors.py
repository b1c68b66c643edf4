"""The part of the runtime that reaches services of others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.settings import ConfigurationError, Settings

if TYPE_CHECKING:
    from tidegate.adapters.enhancement.protocol import Enhancer
    from tidegate.adapters.http import HttpClient
    from tidegate.adapters.moderation.protocol import Moderator
    from tidegate.adapters.payments.protocol import Payments
    from tidegate.adapters.providers.registry import ProviderRegistry
    from tidegate.adapters.secrets import Secrets


class Vendors(Settings):
    """Providers, payments, what looks at prompts. A property that nobody touches costs nothing."""

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
    def public_base_url(self) -> str:
        """Where callers and providers reach this gateway, without a trailing slash."""
        return self.setting("PUBLIC_BASE_URL").rstrip("/")
