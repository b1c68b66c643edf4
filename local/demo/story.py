"""What the demo does, one step after the other, and what must be true at each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from local.demo.gateway import Gateway, Unexpected
from local.demo.receiver import Received, Receiver
from local.demo.signature import is_genuine
from local.stack import StackInfo
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import Generation
from tidegate.domain.wallet import Wallet

MODEL: Final = "bfl/flux-schnell"
REQUEST: Final = {
    "generation_prompt": "A lighthouse at dusk, the tide coming in through an old stone gate",
    "generation_ratio": "16:9",
    "generation_output_format": "png",
}
_DEADLINE_S: Final = 60.0
_POLL_S: Final = 0.2
_WEBHOOK_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Trail:
    """What the operator sees of a generation."""

    generation: Generation
    attempts: Sequence[Attempt]
    output_urls: Sequence[str]


class Story:
    """One generation on a running stack. Every step raises ``Unexpected`` when it is not as it must be."""

    def __init__(self, info: StackInfo) -> None:
        self._info = info
        self._gateway = Gateway(info.base_url, info.keys["babysea"])
        self._receiver = Receiver(info.receiver_url)
        self._runtime = info.runtime()

    def check_key(self) -> dict[str, Any]:
        """Ask the gateway who we are."""
        status = self._gateway.get("/v1/status")
        require(status["account_id"] == self._info.account_id, "the key belongs to another account")
        return status

    def wallet(self) -> Wallet:
        """Return the account's wallet as the operator sees it."""
        account = self._runtime.wallets.get(self._info.account_id)
        if account is None:
            raise Unexpected(f"account {self._info.account_id} is gone")
        return account.wallet

    def submit(self) -> str:
        """Ask for a picture; the id comes back at once."""
        accepted = self._gateway.post(f"/v1/generate/image/{MODEL}", REQUEST)
        require(accepted["generation_initialized"] is True, f"it was not accepted: {accepted}")
        return str(accepted["generation_id"])

    def follow(self, generation_id: str, tell: Callable[[str], None]) -> dict[str, Any]:
        """Poll until it is over, telling each status."""
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            record = self._gateway.get(f"/v1/content/{generation_id}")
            status = record["generation_status"]
            tell(status)
            if status == "succeeded":
                return record
            require(status in {"pending", "processing"}, f"the generation ended as {record}")
            time.sleep(_POLL_S)
        raise Unexpected(f"the generation was not over after {_DEADLINE_S:g} s")

    def picture(self, record: dict[str, Any]) -> bytes:
        """Fetch the produced file, which must be a picture of the shape that was asked for."""
        data = self._gateway.download(record["generation_output_file"][0])
        try:
            with Image.open(BytesIO(data)) as image:
                image.verify()
                kind, wide = image.format, image.width > image.height
        except (UnidentifiedImageError, SyntaxError, OSError) as error:
            raise Unexpected("the produced file is not a picture") from error
        require(kind == "PNG" and wide, f"the picture is not the wide PNG that was asked for: {kind}")
        return data

    def trail(self, generation_id: str) -> Trail:
        """Return the attempts, one of which served the generation."""
        generations = self._runtime.generations
        generation = generations.get(self._info.account_id, generation_id)
        if generation is None:
            raise Unexpected(f"generation {generation_id} is not in the table")
        attempts = generations.attempts.of(generation_id)
        used = [attempt.provider for attempt in attempts if attempt.status is AttemptStatus.USED]
        require(used == [generation.provider_used], f"the attempts that served it: {used}")
        return Trail(
            generation, attempts, [self._runtime.output_url(each.key) for each in generation.outputs]
        )

    def check_books(self, before: Wallet, after: Wallet, generation: Generation) -> None:
        """Hold the wallet against the price: charged once, and nothing held any more."""
        require(before.balance - after.balance == generation.price, "the wallet was not charged the price")
        require(after.held == before.held, "a part of the price is still held")

    def webhook(self, generation_id: str) -> Received:
        """Wait for the completed event at our receiver, and verify it ourselves as well."""
        deadline = time.monotonic() + _WEBHOOK_S
        while (found := self._receiver.find(generation_id, "generation.completed")) is None:
            require(time.monotonic() < deadline, f"no webhook came within {_WEBHOOK_S:g} s")
            time.sleep(_POLL_S)
        require(found.verified, "the receiver does not take the webhook's signature")
        genuine = is_genuine(self._info.webhook_secret, found.signature, found.body, time.time())
        require(genuine, "the webhook's signature is wrong")
        return found


def require(truth: object, otherwise: str) -> None:
    """Go on only if it is true.

    Raises:
        Unexpected: it is not.
    """
    if not truth:
        raise Unexpected(otherwise)
