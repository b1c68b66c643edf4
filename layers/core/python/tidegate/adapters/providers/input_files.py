"""Input pictures for providers that take bytes and no URLs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnexpectedStatus
from tidegate.adapters.providers.answers import items, text
from tidegate.adapters.providers.protocol import ProviderRefused
from tidegate.domain.addresses import UnsafeUrl
from tidegate.domain.attempt import Failure, FailureClass, FailureCode
from tidegate.domain.generation import MediaType
from tidegate.domain.media import sniff

MAX_FILES: Final = 16
MAX_BYTES: Final = 20_971_520  # each; the providers' own limits lie between 10 and 50 MB
MAX_TOTAL_BYTES: Final = 41_943_040  # with their base64 they share the worker's memory with the answer
_TIMEOUT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was fetched and looked at."""

    data: bytes
    content_type: str
    extension: str

    @property
    def base64(self) -> str:
        """The bytes as JSON can hold them."""
        return base64.b64encode(self.data).decode()


def fetch_pictures(http: HttpClient, urls: object) -> list[Picture]:
    """Fetch what the caller's URLs name: one URL, or a list of them.

    Raises:
        ProviderRefused: a file is too large, unreachable or no picture. Another provider, which fetches it
            by itself, may still take it; nothing was sent to this one.
    """
    wanted = [text(url) for url in (items(urls) or [urls])]
    if len(wanted) > MAX_FILES:
        raise _refused(f"at most {MAX_FILES} input files can be sent to this provider")
    pictures: list[Picture] = []
    for url in wanted:
        left = MAX_TOTAL_BYTES - sum(len(picture.data) for picture in pictures)
        pictures.append(_fetch(http, url, min(MAX_BYTES, left)))
    return pictures


def _fetch(http: HttpClient, url: str, max_bytes: int) -> Picture:
    into = BytesIO()
    try:
        http.download(url, into, max_bytes=max_bytes, deadline_s=_TIMEOUT_S)
    except BodyTooLarge as error:
        raise _refused("the input files are too large") from error
    except UnexpectedStatus as error:
        raise _refused(f"the input file's server answered {error.status}") from error
    except UnsafeUrl as error:
        raise _refused(f"the input file may not be fetched: {error}") from error
    except (ConnectFailed, ResponseLost) as error:
        raise _refused("the input file could not be fetched") from error
    media = sniff(into)
    if media is None or media.media_type is not MediaType.IMAGE:
        raise _refused("the input file is no image that we know")
    return Picture(into.getvalue(), media.content_type, media.extension)


def _refused(message: str) -> ProviderRefused:
    return ProviderRefused(Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_INPUT, message))
