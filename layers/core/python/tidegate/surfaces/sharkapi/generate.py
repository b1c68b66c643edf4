"""A submitted job becomes a validated, priced order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from tidegate.domain.errors import InvalidIdempotencyKey, InvalidInput, TidegateError
from tidegate.domain.generation import MediaType
from tidegate.domain.idempotency import fingerprint, is_well_formed
from tidegate.domain.keys import Key, Surface
from tidegate.domain.parameters import resolve_providers, validate_params
from tidegate.domain.stored_files import reference
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import timestamp
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import Answer, in_dollars
from tidegate.surfaces.sharkapi.errors import InvalidMode, PromptTooLong
from tidegate.surfaces.sharkapi.jobs import job_id, present_model
from tidegate.surfaces.sharkapi.modes import Mode, Recipe
from tidegate.surfaces.sharkapi.source_image import SourceImage, read_source_image, store_source_image
from tidegate.usecases.moderate import moderate
from tidegate.usecases.submit import Idempotency, Order, Submission, find_replay, steered, submit

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.generations import GenerationTable
    from tidegate.adapters.http import HttpClient
    from tidegate.adapters.moderation.protocol import Moderator
    from tidegate.adapters.s3 import OutputStore
    from tidegate.domain.budget import Budget
    from tidegate.domain.catalog import Catalog
    from tidegate.domain.retention import Retentions
    from tidegate.usecases.steering import Steering

PROMPT_MAX_LENGTH: Final = 2_000
# Lambda takes 6 MB, base64 of the envelope included (AWS Lambda quotas), which is about 4.4 MB of image.
MAX_BODY_BYTES: Final = 15 * 1024 * 1024
_DEFAULT_STRENGTH: Final = Decimal("0.5")
_STRENGTH_PLACES: Final = 6  # finer than any model's own
_DEFAULT_VARIANT: Final = "1k"


class Services(Protocol):
    """What a submit needs of the runtime."""

    @property
    def generations(self) -> GenerationTable:
        """Where the generation is stored and its price held."""

    @property
    def catalog(self) -> Catalog:
        """The models."""

    @property
    def shark_modes(self) -> Mapping[str, Mode]:
        """The sizes that are sold."""

    @property
    def moderator(self) -> Moderator | None:
        """Looks at prompts first."""

    @property
    def steering(self) -> Steering:
        """Which provider goes first."""

    @property
    def budgets(self) -> Mapping[MediaType, Budget]:
        """How long holds last."""

    @property
    def retentions(self) -> Retentions:
        """How long files and records are kept."""

    @property
    def http(self) -> HttpClient:
        """The guarded way out."""

    @property
    def outputs(self) -> OutputStore:
        """Where source images are kept."""

    @property
    def public_base_url(self) -> str:
        """Where callers reach us."""

    def now_ms(self) -> int:
        """The time."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What was asked for, checked."""

    prompt: str
    mode: Mode
    source: SourceImage | None
    strength: Decimal

    @property
    def recipe(self) -> Recipe:
        """What makes it.

        Raises:
            InvalidInput: this size takes no source image.
        """
        if self.source is None:
            return self.mode.text_to_image
        if self.mode.image_to_image is None:
            raise InvalidInput(f"The size {self.mode.name} takes no source image.")
        return self.mode.image_to_image


def generate_first(request: Request, key: Key, services: Services) -> Answer:
    """Accept a job of D1."""
    body = read_object(request, MAX_BODY_BYTES)
    submission = _accept(request, body, key, services, lambda: read_job(body, services.shark_modes))
    generation = submission.generation
    shown = job_id(generation.generation_id)
    told = {
        "job_id": shown,
        "status": "queued",
        "estimated_cost": in_dollars(generation.price),
        "poll_url": f"{services.public_base_url}/v1/jobs/{shown}",
        "created_at": timestamp(generation.created_at_ms),
    }
    return Answer(told, 202, _replay_headers(submission))


def generate_second(request: Request, key: Key, services: Services) -> Answer:
    """Accept a job of D2."""
    body = read_object(request, MAX_BODY_BYTES)

    def read() -> JobRequest:
        return read_job(_with_variant(body), services.shark_modes, takes_strength=False)

    submission = _accept(request, body, key, services, read)
    generation = submission.generation
    price = float(generation.price.dollars)
    told = {
        "job_id": generation.generation_id,
        "status": "queued",
        "poll_url": f"/api/v1/jobs/{generation.generation_id}",
        "created_at": timestamp(generation.created_at_ms),
        "price_usd": price,
        "model": {**present_model(generation), "price_usd": price},
    }
    return Answer(told, 202, _replay_headers(submission))


def _with_variant(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the size where the caller left it to us, as a null does."""
    is_named = any(body.get(name) is not None for name in ("mode", "variant"))
    return body if is_named else {**body, "variant": _DEFAULT_VARIANT}


def read_job(
    body: Mapping[str, Any], modes: Mapping[str, Mode], *, takes_strength: bool = True
) -> JobRequest:
    """Check the fields, in the order in which the service does.

    Raises:
        InvalidInput: a field is missing or no such thing as it must be.
        PromptTooLong, InvalidMode: these two have a code of their own.
    """
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidInput("prompt is required.")
    if len(prompt.strip()) > PROMPT_MAX_LENGTH:
        raise PromptTooLong(f"The prompt may have at most {PROMPT_MAX_LENGTH} characters.")
    mode = _read_mode(body, modes)
    strength = _read_strength(body) if takes_strength else _DEFAULT_STRENGTH
    return JobRequest(prompt.strip(), mode, read_source_image(body), strength)


def _read_mode(body: Mapping[str, Any], modes: Mapping[str, Mode]) -> Mode:
    given = [body[name] for name in ("mode", "variant") if body.get(name) is not None]
    if not given:
        raise InvalidInput(f"mode is required: one of {', '.join(modes)}.")
    if len(given) > 1 and given[0] != given[1]:
        raise InvalidInput("mode and variant are the same thing: send one of them.")
    name = given[0]
    if not isinstance(name, str) or name not in modes:
        shown = name[:20] if isinstance(name, str) else "?"
        raise InvalidMode(
            f"mode must be one of {', '.join(modes)}.", d2=f"No active model found for variant '{shown}'."
        )
    return modes[name]


def _read_strength(body: Mapping[str, Any]) -> Decimal:
    value = body.get("image_strength")
    if value is None:
        return _DEFAULT_STRENGTH
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInput("image_strength must be a number from 0.0 to 1.0.")
    return round(Decimal(str(value)), _STRENGTH_PLACES)


def _accept(
    request: Request, body: Mapping[str, Any], key: Key, services: Services, read: Callable[[], JobRequest]
) -> Submission:
    """Accept a job, or answer again for the one that its idempotency key stands for.

    What was accepted once is answered for as long as the key lives, though its size, its image or its prompt
    would be refused by now: money may be held for it.
    """
    now_ms, idempotency = services.now_ms(), _idempotency(request, body)
    try:
        asked = read()
        if asked.source is not None:  # a replay neither fetches nor stores it again
            replay = find_replay(services.generations, key.account_id, idempotency, now_ms)
            if replay is not None:
                return replay
        order = steered(_order(asked, idempotency, key, services, now_ms), services.steering, now_ms)
    except TidegateError:
        replay = find_replay(services.generations, key.account_id, idempotency, now_ms)
        if replay is None:
            raise
        return replay
    return submit(services.generations, order, now_ms)


def _order(
    asked: JobRequest, idempotency: Idempotency | None, key: Key, services: Services, now_ms: int
) -> Order:
    recipe = asked.recipe
    model = services.catalog.offered(recipe.model, now_ms)
    given: dict[str, Any] = {**recipe.params, "generation_prompt": asked.prompt}
    if asked.source is not None and recipe.strength is not None:
        given[recipe.strength] = asked.strength
    params = validate_params(model, given)
    moderate(services.moderator, asked.prompt)
    if asked.source is not None:
        params["generation_input_file"] = [reference(store_source_image(asked.source, services))]
    return Order(
        account_id=key.account_id,
        plan=key.plan,
        surface=Surface.SHARKAPI,
        model=model.identifier,
        media_type=model.media_type,
        params=params,
        providers=resolve_providers(model, params),
        price=asked.mode.price,
        hold_s=services.budgets[model.media_type].hold_s,
        retention=services.retentions.of(key.plan),
        idempotency=idempotency,
        takes_trials=True,
        ranked=True,
        note=_note(asked, key),
    )


def _note(asked: JobRequest, key: Key) -> dict[str, object]:
    """What the job's answers and the history tell, and the model's parameters do not say."""
    kind = "text" if asked.source is None else "text+image"
    return {"mode": asked.mode.name, "type": kind, "token": key.name}


def _idempotency(request: Request, body: Mapping[str, Any]) -> Idempotency | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not is_well_formed(key):
        raise InvalidIdempotencyKey("Idempotency-Key must be 1 to 255 characters of A-Z a-z 0-9 _ - : and .")
    return Idempotency(request.path, key, fingerprint(request.path, body))


def _replay_headers(submission: Submission) -> dict[str, str]:
    return {"idempotency-replayed": "true"} if submission.replayed else {}
