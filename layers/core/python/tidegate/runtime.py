"""The one place that reads the environment and builds clients: lazily, once per Lambda environment.

Its parts are ``stores``, ``messaging``, ``vendors`` and ``telemetry``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tidegate.messaging import Messaging
from tidegate.settings import ConfigurationError
from tidegate.stores import Stores
from tidegate.vendors import Vendors

if TYPE_CHECKING:
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


class Runtime(Stores, Messaging, Vendors):
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
            take_place=lambda *asked: self.places.take(*asked),  # noqa: PLW0108  built when first needed
            leave_place=lambda *asked: self.places.leave(*asked),  # noqa: PLW0108
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

    def output_url(self, key: str) -> str:
        """Where callers get a stored output."""
        from tidegate.adapters.s3 import public_url  # noqa: PLC0415

        return public_url(self.public_base_url, key)

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


def _alert(attempt: Attempt, failure: Failure) -> None:
    """Tell the operator about our account at a provider: an alarm watches for this line (infra)."""
    from aws_lambda_powertools.logging import Logger  # noqa: PLC0415

    told = {"alert": "provider_account", "provider": attempt.provider, "code": failure.code.value}
    Logger(service="attempt").error("provider account needs attention", extra=told)


runtime = Runtime(os.environ)
