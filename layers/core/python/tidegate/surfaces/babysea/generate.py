"""A generate request becomes a validated, priced order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.moderation.protocol import Moderator
from tidegate.domain.budget import Budget
from tidegate.domain.catalog import Catalog
from tidegate.domain.errors import InvalidIdempotencyKey, InvalidInput, ModelNotFound, TidegateError
from tidegate.domain.generation import MediaType
from tidegate.domain.idempotency import fingerprint, is_well_formed
from tidegate.domain.keys import Key, Surface
from tidegate.domain.mode import Mode
from tidegate.domain.model import Model
from tidegate.domain.parameters import FASTEST, resolve_providers, validate_params
from tidegate.domain.pricing import price
from tidegate.domain.retention import Retentions
from tidegate.domain.scripts import HEADER, Script, read_script
from tidegate.surfaces.babysea.endpoint import Answer
from tidegate.surfaces.babysea.presenters import present_submission
from tidegate.surfaces.body import read_object
from tidegate.surfaces.http import Request
from tidegate.usecases.accept import accept
from tidegate.usecases.moderate import moderate
from tidegate.usecases.steering import Steering
from tidegate.usecases.submit import Idempotency, Order, find_replay, steered

if TYPE_CHECKING:
    from tidegate.adapters.http import HttpClient

_ORDER_FIELD = "generation_provider_order"


class Services(Protocol):
    """What a generate endpoint needs of the runtime."""

    @property
    def generations(self) -> GenerationTable:
        """Where the generation is stored and its price held."""

    @property
    def catalog(self) -> Catalog:
        """The models."""

    @property
    def budgets(self) -> Mapping[MediaType, Budget]:
        """How long holds last."""

    @property
    def moderator(self) -> Moderator | None:
        """Looks at prompts first."""

    @property
    def steering(self) -> Steering:
        """Which provider goes first."""

    @property
    def http(self) -> HttpClient:
        """The way out to the pictures that are sent along."""

    @property
    def retentions(self) -> Retentions:
        """How long files and records are kept."""

    def now_ms(self) -> int:
        """The time."""


def generate(request: Request, key: Key, media_type: MediaType, services: Services) -> Answer:
    """Accept a generation, or answer again for the one that its idempotency key stands for.

    What was accepted once is answered for as long as the key lives, though its model was retired, its
    providers were switched off or its prompt would be refused by now: money may be held for it.

    Raises:
        TidegateError: what ``read_order``, ``moderate``, ``steered`` and ``accept`` raise.
    """
    now_ms = services.now_ms()
    try:
        order = _ready(request, key, media_type, services, now_ms)
    except TidegateError:
        asked = _idempotency(request, media_type, read_object(request))
        replay = find_replay(services.generations, key.account_id, asked, now_ms)
        if replay is None:
            raise
        return present_submission(replay)
    return present_submission(accept(services.generations, order, now_ms, http=lambda: services.http))


def _ready(request: Request, key: Key, media_type: MediaType, services: Services, now_ms: int) -> Order:
    order = read_order(
        request, key, media_type, catalog=services.catalog, budgets=services.budgets, now_ms=now_ms
    )
    moderate(services.moderator, str(order.params["generation_prompt"]))
    order = replace(order, retention=services.retentions.of(key.plan))
    return steered(order, services.steering, now_ms)


def read_order(
    request: Request,
    key: Key,
    media_type: MediaType,
    *,
    catalog: Catalog,
    budgets: Mapping[MediaType, Budget],
    now_ms: int,
) -> Order:
    """Read what is to be generated.

    Raises:
        PayloadTooLarge, InvalidInput: the body or one of its fields, or a script.
        InvalidIdempotencyKey: the header is malformed.
        ModelNotFound, UnsupportedProviderOrder: from the catalogue.
    """
    body = read_object(request)
    idempotency = _idempotency(request, media_type, body)
    model = _model(catalog, _identifier(request), media_type, body, now_ms)
    params = validate_params(model, {name: body[name] for name in body if name != _ORDER_FIELD})
    script = _script(key, request.headers.get(HEADER.lower()), params["generation_prompt"])
    return Order(
        account_id=key.account_id,
        plan=key.plan,
        surface=Surface.BABYSEA,
        model=model.identifier,
        media_type=media_type,
        params=params,
        providers=resolve_providers(model, params, body.get(_ORDER_FIELD)),
        ranked=body.get(_ORDER_FIELD) in (None, FASTEST),
        price=price(model, params),
        hold_s=budgets[media_type].hold_s,
        idempotency=idempotency,
        mode=key.mode,
        script=script,
    )


def _script(key: Key, asked: str | None, prompt: object) -> Script | None:
    """Read what is to happen, in test mode. A live prompt is the caller's own text, whatever is in it."""
    if key.mode is Mode.TEST:
        return read_script(asked, prompt)
    if asked is not None:  # who sends it believes that this costs nothing
        raise InvalidInput(f"{HEADER} is for test keys: this is a live one.", field=HEADER)
    return None


def _identifier(request: Request) -> str:
    return request.path_params.get("model_identifier", "")


def _idempotency(request: Request, media_type: MediaType, body: Mapping[str, Any]) -> Idempotency | None:
    """Read the idempotency key, which belongs to a path; an asked script is part of the body."""
    key, script = (request.headers.get(name) for name in ("idempotency-key", HEADER.lower()))
    if key is None:
        return None
    if not is_well_formed(key):
        raise InvalidIdempotencyKey("Idempotency-Key must be 1 to 255 characters of A-Z a-z 0-9 _ - : and .")
    path = f"/v1/generate/{media_type}/{_identifier(request)}"
    return Idempotency(path, key, fingerprint(path, body if script is None else {**body, HEADER: script}))


def _model(
    catalog: Catalog, identifier: str, media_type: MediaType, body: Mapping[str, Any], now_ms: int
) -> Model:
    """Find the model, knowing that the SDK picks the route by whether a duration was given (§0 row 4)."""
    model = catalog.offered(identifier, now_ms)
    if model.media_type is media_type:
        return model
    field = "generation_duration"
    if media_type is MediaType.VIDEO and field in body:
        raise InvalidInput(f"{identifier} makes images and does not accept {field}.", field=field)
    if media_type is MediaType.IMAGE and field not in body:
        raise InvalidInput(f"{identifier} makes videos: {field} is required.", field=field)
    raise ModelNotFound(f"There is no {media_type} model {identifier!r}.")
