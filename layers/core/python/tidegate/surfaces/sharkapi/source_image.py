"""The source image of an image-to-image job: read from the request or fetched, checked by content, stored."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.generation import new_id
from tidegate.surfaces.sharkapi.errors import ImageTooLarge, InvalidImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidegate.adapters.http import HttpClient
    from tidegate.adapters.s3 import OutputStore

MAX_BYTES: Final = 10 * 1024 * 1024  # decoded (docs: /docs/generate)
FETCH_S: Final = 15.0  # the upstream allows itself 30; a gateway's whole answer has less
_SUBMITTED: Final = ("image/jpeg", "image/png", "image/webp")  # D1 names the first two, D2 all three
_TOO_LARGE: Final = "The source image may have at most 10 MB."


class Services(Protocol):
    """What a source image needs of the runtime."""

    @property
    def http(self) -> HttpClient:
        """The guarded way out."""

    @property
    def outputs(self) -> OutputStore:
        """Where the file is kept until the provider has fetched it."""

    def now_ms(self) -> int:
        """The time."""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """What was sent: base64 text, or a URL."""

    image: str | None = None
    url: str | None = None


def read_source_image(body: Mapping[str, Any]) -> SourceImage | None:
    """Return what the request names as its source image, unread.

    Raises:
        InvalidInput: both an image and a URL, or one that is no text or empty: it was meant to be one.
    """
    image, url = body.get("image"), body.get("image_url")
    if image is not None and url is not None:
        raise InvalidInput("Provide either image_url or image, not both.")
    if image is not None and (not isinstance(image, str) or not image):
        raise InvalidInput("image must be a valid base64 string.")
    if url is not None and (not isinstance(url, str) or not url):
        raise InvalidInput("Invalid image_url.")
    return SourceImage(image, url) if image or url else None


def store_source_image(source: SourceImage, services: Services) -> str:
    """Check the image and keep it; return the key that a generation refers to it by.

    Raises:
        InvalidInput: text that is not base64, or a URL that cannot be fetched.
        ImageTooLarge: more than 10 MB.
        InvalidImage: not JPEG, PNG or WebP by its bytes, or one that claims sides that nobody can mean.
    """
    from tidegate.domain.input_files import can_be_meant  # noqa: PLC0415
    from tidegate.domain.media import sniff  # noqa: PLC0415  only here are files stored
    from tidegate.domain.output_key import new_input_folder  # noqa: PLC0415

    with _opened(source, services) as (file, size):
        media = sniff(file)
        if media is None or media.content_type not in _SUBMITTED:
            raise InvalidImage("The source image must be a whole JPEG, PNG or WebP file.")
        if not can_be_meant(media.width, media.height):
            raise InvalidImage("The source image has no pixels, or more than any model takes.")
        key = f"{new_input_folder(new_id(services.now_ms()))}/1.{media.extension}"
        services.outputs.put(key, file, media.content_type, size)
    return key


@contextmanager
def _opened(source: SourceImage, services: Services) -> Iterator[tuple[IO[bytes], int]]:
    if source.image is not None:
        data = _decode(source.image)
        yield BytesIO(data), len(data)
        return
    with SpooledTemporaryFile(max_size=MAX_BYTES) as file:
        yield file, _fetch(source.url or "", file, services)


def _decode(text: str) -> bytes:
    head, comma, tail = text.partition(",")
    encoded = tail if comma and head.startswith("data:image/") and head.endswith(";base64") else text
    if len(encoded) > MAX_BYTES * 4 // 3 + 4:
        raise ImageTooLarge(_TOO_LARGE, d2="Image exceeds 10 MB limit.")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("image must be a valid base64 string.") from error
    if len(data) > MAX_BYTES:
        raise ImageTooLarge(_TOO_LARGE, d2="Image exceeds 10 MB limit.")
    return data


def _fetch(url: str, into: IO[bytes], services: Services) -> int:
    from tidegate.adapters import http  # noqa: PLC0415  only a URL needs it

    try:
        return services.http.download(url, into, max_bytes=MAX_BYTES, deadline_s=FETCH_S).size_bytes
    except http.BodyTooLarge as error:
        raise ImageTooLarge(_TOO_LARGE, d2="Remote image exceeds 10 MB limit.") from error
    except http.UnsafeUrl as error:
        raise InvalidInput("Invalid image_url.") from error
    except http.UnexpectedStatus as error:
        raise InvalidInput(f"Image URL returned HTTP {error.status}.") from error
    except (http.ConnectFailed, http.ResponseLost) as error:
        raise InvalidInput("The image URL could not be fetched.") from error
    except OSError as error:
        raise ServiceUnavailable("There is no room for the image. Try again.") from error
