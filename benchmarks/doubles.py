"""What stands around a counted generation: a provider, a customer's receiver, and ears on the queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from tidegate.adapters.http import HttpResponse
from tidegate.adapters.providers.protocol import Abilities, Callback
from tidegate.domain.attempt import Accepted, Job, MediaFile, Prediction, Running, Succeeded

_EMPTY: Final = b"\x00\x00\x00\x00"
# A PNG of 1024 x 1024 pixels as far as anybody looks. S3 bills a PUT whatever the size.
_PICTURE: Final = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\x00\x00\x04\x00\x08\x02\x00\x00\x00"
    + (b"CRC!" + b"\x00\x00\x00\x01IDAT-CRC!" + _EMPTY + b"IEND" + b"CRC!")
)


class Provider:
    """Takes every job and is done when told. It is also the registry that holds it."""

    name = "replicate"
    abilities = Abilities(callbacks=True, cancel=True, search=True, output_lifetime_s=3600)

    def __init__(self) -> None:
        self.is_done = False

    def get(self, _name: str) -> Provider:
        """Return itself for every name."""
        return self

    def submit(self, job: Job) -> Accepted:
        """Take the job."""
        return Accepted(self.adopt(job.native_model, "rrr4z55ocneqzikepnug6xezpe"))

    def poll(self, _prediction: Prediction) -> Running | Succeeded:
        """Say that it runs, or hand out the picture."""
        if not self.is_done:
            return Running()
        return Succeeded((MediaFile(data=_PICTURE, content_type="image/png"),), predict_ms=900)

    def adopt(self, native_model: str, prediction_id: str) -> Prediction:
        """Name the prediction."""
        return Prediction(self.name, prediction_id, native_model)

    def verify_callback(self, _headers: Mapping[str, str], _body: bytes, _now_s: int) -> Callback:
        """Believe every callback."""
        return Callback("rrr4z55ocneqzikepnug6xezpe")


class Web:
    """The customer's receiver: takes every webhook."""

    def request(self, *_: object, **__: object) -> HttpResponse:
        """Answer 200."""
        return HttpResponse(200, {}, b"")


class Watched:
    """A queue or bus that remembers what was sent on it, and sends it."""

    def __init__(self, inner: object) -> None:
        self._inner = cast("Any", inner)
        self.sent: list[Mapping[str, Any]] = []

    @property
    def last(self) -> Mapping[str, Any]:
        """What was sent last."""
        return self.sent[-1]

    def send(self, body: Mapping[str, Any], *, delay_s: int = 0) -> None:
        """Send a message."""
        self._inner.send(body, delay_s=delay_s)
        self.sent.append(body)

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Publish events."""
        self._inner.publish(events)
        self.sent += events
