"""Stores in memory that refuse on demand: what the surface makes of each refusal needs no AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import ClientError, EndpointConnectionError

from functions.babysea import content_get, generate_image, generate_video, library_models
from tests.contract.babysea.events import event, generate_event
from tests.contract.babysea.gateway import NOW_MS, Reply, read
from tidegate.adapters.http import HttpClient
from tidegate.domain.budget import DEFAULT_BUDGETS
from tidegate.domain.catalog import Catalog, load_catalog
from tidegate.domain.generation import Generation
from tidegate.domain.idempotency import IdempotencyRecord
from tidegate.domain.keys import SCOPES, Key, KeyState, Surface
from tidegate.domain.limits import Bucket
from tidegate.domain.retention import Retentions
from tidegate.domain.wallet import Payment
from tidegate.runtime import Runtime

TOKEN = "bye_token"
KEY = Key(
    key_hash="hash",
    key_id="11111111-1111-4111-8111-111111111111",
    account_id="22222222-2222-4222-8222-222222222222",
    surface=Surface.BABYSEA,
    name="Production key",
    prefix="bye_token",
    scopes=SCOPES,
    state=KeyState.ACTIVE,
    plan="free",
    window_home="hash",
    created_at_ms=NOW_MS,
)
UNREACHABLE = EndpointConnectionError(endpoint_url="https://dynamodb.example.com")
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "UpdateItem")


@dataclass
class Keys:
    """One key, counted."""

    key: Key | None = KEY
    used: int = 0
    refusal: Exception | None = None
    take_back_refusal: Exception | None = None

    def count_request(
        self, _key_hash: str, _bucket: Bucket, _now_ms: int, _endpoint: str | None = None
    ) -> tuple[Key, int] | None:
        """Count as the table does."""
        if self.refusal:
            raise self.refusal
        self.used += 1
        return None if self.key is None else (self.key, self.used)

    def take_back(self, _key: Key, _bucket: Bucket, _now_ms: int) -> None:
        """Count one less, or refuse."""
        if self.take_back_refusal:
            raise self.take_back_refusal
        self.used -= 1

    def count_failure(self, _source: str, _now_ms: int) -> int:
        """The first from its address."""
        return 1


@dataclass
class Errors:
    """Remembers what was counted, or refuses."""

    counted: list[tuple[str, bool]] = field(default_factory=list)
    refusal: Exception | None = None

    def count_error(self, _account_id: str, *, error: str, is_server: bool, **_: object) -> None:
        """Count as the table does."""
        if self.refusal:
            raise self.refusal
        self.counted.append((error, is_server))


class Unsteered:
    """Leaves every order as it is."""

    def order(self, _model: str, providers: tuple[str, ...], **_: object) -> tuple[str, ...]:
        """Return it."""
        return providers


@dataclass
class Generations:
    """Keeps what is created; raises ``refusals`` one by one first."""

    refusals: list[Exception] = field(default_factory=list)
    unreadable: Exception | None = None
    stored: dict[tuple[str, str], Generation] = field(default_factory=dict)

    def create(
        self,
        generation: Generation,
        *,
        idempotency: IdempotencyRecord | None = None,
        max_in_flight: int | None = None,
        payment: Payment = Payment.BALANCE,
        also: Sequence[Any] = (),
    ) -> None:
        """Store, or refuse."""
        if self.refusals:
            raise self.refusals.pop(0)
        self.stored[generation.account_id, generation.generation_id] = generation

    def rule_out(self, generation: Generation) -> Generation | None:
        """Look up what was created, or refuse."""
        return self.get(generation.account_id, generation.generation_id)

    def get(self, account_id: str, generation_id: str) -> Generation | None:
        """Read, or refuse."""
        if self.unreadable:
            raise self.unreadable
        return self.stored.get((account_id, generation_id))


@dataclass
class Stores:
    """What the endpoints of generations need of a runtime."""

    keys: Keys = field(default_factory=Keys)
    usage: Errors = field(default_factory=Errors)
    steering: Unsteered = field(default_factory=Unsteered)
    generations: Generations = field(default_factory=Generations)
    catalog: Catalog = field(default_factory=load_catalog)
    budgets: Mapping[Any, Any] = field(default_factory=lambda: DEFAULT_BUDGETS)
    moderator: Any = None
    http: HttpClient = field(default_factory=HttpClient)
    retentions: Retentions = field(default_factory=Retentions)

    def now_ms(self) -> int:
        """A fixed instant."""
        return NOW_MS

    def generate(self, body: object = None, *, model: str = "bfl/flux-schnell", **more: Any) -> Reply:
        """Generate over these stores."""
        media = more.pop("media", "image")
        handler = generate_video.handler if media == "video" else generate_image.handler
        if "raw" not in more and body is None:
            body = {"generation_prompt": "A baby seal"}
        more.setdefault("token", TOKEN)
        return self.send(handler, generate_event(media, model, body, **more))

    def get(self, generation_id: str) -> Reply:
        """Read over these stores."""
        params = {"generation_id": generation_id}
        sent = event("GET", f"/v1/content/{generation_id}", token=TOKEN, params=params)
        return self.send(content_get.handler, sent)

    def models(self) -> Reply:
        """List the models of these stores."""
        return self.send(library_models.handler, event("GET", "/v1/library/models", token=TOKEN))

    def send(self, handler: Any, sent: Mapping[str, Any]) -> Reply:
        """Send an event through a handler, to the wire form and back."""
        return read(sent, handler.respond(sent, cast("Runtime", self)).to_event())
