"""The real adapters against the simulated vendors, in the world around the attempt worker.

A vendor is one row of ``VENDORS``; ``test_vendors.py`` holds every row to every outcome.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from tests.contract.simulator.client import Client
from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.world import PRICE, World
from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.protocol import Provider
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import MediaFile
from tidegate.domain.catalog import Catalog
from tidegate.domain.generation import Generation, MediaType, Output
from tidegate.domain.model import FieldRule, Model, ProviderRoute, Rate, Schema, Unit
from tidegate.domain.money import Money
from tidegate.domain.output_key import new_folder
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.store_outputs import OutputLimits, store_outputs
from tidegate.usecases.submit import Order

OTHER: Final = "other"  # who serves when the vendor does not
PATIENT_S: Final = 60  # a worker's real seconds: half of them for a submit
IMPATIENT_S: Final = 4
_MAX_BYTES: Final = 8_388_608
_MODEL: Final = "test/model"
_CENT: Final = Rate(Unit.IMAGE, (), {"": Money.of("0.003")})


@dataclass(frozen=True)
class Vendor:
    """One provider's row.

    ``lost`` is what becomes of an attempt whose submit's answer was lost: ``failed`` at a synchronous
    provider, ``used`` where it is found again, ``orphaned`` elsewhere. ``words`` are the faults that are
    called otherwise at this vendor.
    """

    name: str
    path: str  # of its base URL at the simulator
    native_model: str
    lost: str
    media_type: MediaType = MediaType.IMAGE
    credentials: Mapping[str, str] = field(default_factory=lambda: {"api_key": "a-key-of-the-vendor"})
    prompt: str = "prompt"  # its field
    number: str | None = None  # its field for how many
    seed: str | None = "seed"
    constants: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def synchronous(self) -> bool:
        """Whether the answer to the submit is the result."""
        return self.lost == "failed"

    def fault(self, name: str) -> str:
        """The prompt's word for a fault at this vendor."""
        return f"one {self.media_type} of {self.native_model} [[{self.name}:{self.words.get(name, name)}]]"


VENDORS: Final = (
    Vendor("replicate", "/replicate/v1", "black-forest-labs/flux-schnell", lost="used", number="num_outputs"),
    Vendor("fal", "/fal", "fal-ai/flux/schnell", lost="orphaned", number="num_images"),
    Vendor("bfl", "/bfl/v1", "flux-pro-1.1", lost="orphaned"),
    Vendor("openai", "/openai/v1", "gpt-image-1.5", lost="failed", seed=None, number="n"),
    Vendor("google", "/google/v1beta", "gemini-2.5-flash-image", lost="failed"),
    Vendor("google", "/google/v1beta", "veo-3.1-generate-001", "orphaned", MediaType.VIDEO, seed=None),
    Vendor("google", "/google/v1beta", "gemini-omni-1.2-flash", "orphaned", MediaType.VIDEO, seed=None),
    Vendor(
        "byteplus",
        "/byteplus/api/v3",
        "seedream-4-0-250828",
        lost="failed",
        seed=None,
        constants={"size": "1024x1024"},
    ),
    Vendor("byteplus", "/byteplus/api/v3", "seedance-1-0-pro-250528", "used", MediaType.VIDEO),
    Vendor("alibabacloud", "/alibabacloud/api/v1", "qwen-image-plus", lost="failed"),
    Vendor("alibabacloud", "/alibabacloud/api/v1", "wan2.5-t2v-preview", "orphaned", MediaType.VIDEO),
    Vendor(
        "runway",
        "/runway",
        "gen4_image",
        lost="orphaned",
        prompt="promptText",
        constants={"ratio": "1024:1024"},
    ),
    Vendor(
        "runway",
        "/runway",
        "gen4.5",
        "orphaned",
        MediaType.VIDEO,
        prompt="promptText",
        constants={"ratio": "1280:720", "duration": 5},
    ),
    Vendor(
        "cloudflare",
        "/cloudflare/client/v4",
        "@cf/black-forest-labs/flux-1-schnell",
        lost="failed",
        # Not a word that the base64 of a picture may hold by chance: an answer that quotes a key loses it.
        credentials={"api_key": "a-key-of-the-vendor", "account_id": "account"},
    ),
    Vendor(
        "bedrock",
        "/bedrock",
        "us-east-1/amazon.nova-canvas-v1:0",
        lost="failed",
        prompt="text",
        seed=None,
        constants={"width": 1024, "height": 1024},
    ),
    Vendor(
        "bedrock",
        "/bedrock",
        "us-east-1/amazon.nova-reel-v1:1",
        "used",
        MediaType.VIDEO,
        prompt="text",
        seed=None,
    ),
)


class _OneSecret:
    """Secrets Manager with this one secret."""

    def __init__(self, providers: Mapping[str, Mapping[str, str]]) -> None:
        self._providers = providers

    def get_secret_value(self, **_: str) -> dict[str, str]:
        """Return it."""
        return {"SecretString": json.dumps({"sealing_key": "seal", "providers": self._providers})}


class VendorWorld(World):
    """A generation that goes to one vendor first, then to a provider that works."""

    def __init__(
        self,
        runtime: Runtime,
        simulator: Client,
        vendor: Vendor,
        prompt: str,
        worker_timeout_s: int = PATIENT_S,
        *,
        number: int = 1,
    ) -> None:
        self.vendor = vendor
        self._number = number
        self._worker_timeout_s = worker_timeout_s
        self._simulator = simulator
        self._prompt = prompt
        secret: Any = _OneSecret({vendor.name: vendor.credentials})
        self.http = HttpClient(frozenset({urlsplit(simulator.url).netloc}))
        base_urls = {vendor.name: f"{simulator.url}{vendor.path}", "bedrock_outputs": "s3://outputs/bedrock"}
        self._registry = ProviderRegistry(self.http, Secrets(secret, "secret"), base_urls)
        self.start_ms = int(simulator.control("POST", "/clock/advance", {"seconds": 0})["now"] * 1000)
        super().__init__(runtime, ScriptedProvider(OTHER), start_ms=self.start_ms)

    def get(self, name: str) -> Provider:
        return self._registry.get(name) if name == self.vendor.name else super().get(name)

    def _names(self) -> tuple[str, ...]:
        return self.vendor.name, OTHER

    def _wait_until(self, due_ms: int) -> None:
        """Let the vendor's time pass with ours."""
        if due_ms > self.now_ms:
            self._simulator.advance((due_ms - self.now_ms) / 1000)
        super()._wait_until(due_ms)

    def _a_generation(self) -> Order:
        params = {"generation_prompt": self._prompt, "generation_output_number": self._number}
        if self.vendor.media_type is MediaType.VIDEO:
            params["generation_duration"] = 5
        return replace(
            super()._a_generation(), model=_MODEL, media_type=self.vendor.media_type, params=params
        )

    def _context(self) -> Context:
        usual = super()._context()
        budget = usual.budgets[MediaType.IMAGE]
        return replace(
            usual,
            catalog=Catalog((self._model(),)),
            budgets={self.vendor.media_type: budget},
            worker_timeout_s=self._worker_timeout_s,
            delete_outputs=lambda outputs: self.runtime.outputs.delete([output.key for output in outputs]),
        )

    def _model(self) -> Model:
        fields: dict[str, FieldRule] = {"generation_prompt": FieldRule(self.vendor.prompt)}
        if self.vendor.number:
            fields["generation_output_number"] = FieldRule(self.vendor.number)
        if self.vendor.seed:
            fields["generation_seed"] = FieldRule(self.vendor.seed)
        own = ProviderRoute(
            self.vendor.name,
            self.vendor.native_model,
            _CENT,
            fields,
            self.vendor.constants,
            callbacks=False,
        )
        other = ProviderRoute(OTHER, "m", _CENT, {"generation_prompt": FieldRule("prompt")}, {})
        price = Rate(Unit.IMAGE, (), {"": PRICE})
        return Model(_MODEL, self.vendor.media_type, price, Schema(("1:1",), ("png",)), {}, (own, other))

    def _store(self, generation: Generation, files: tuple[MediaFile, ...]) -> tuple[Output, ...]:
        """Store for real what the vendor made; the other provider's file exists nowhere."""
        if any(file.url and "files.example.com" in file.url for file in files):
            return super()._store(generation, files)
        self.effect()
        return store_outputs(
            files,
            folder=new_folder(generation.generation_id, None, self.now_ms),
            media_type=generation.media_type,
            http=self.http,
            store=self.runtime.outputs,
            limits=OutputLimits(max_bytes=_MAX_BYTES),
            deadline_s=20,
        )
