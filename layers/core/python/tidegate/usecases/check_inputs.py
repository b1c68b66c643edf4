"""Look at the pictures that a caller sends along, before anything is held for its generation.

A provider fetches them again later, and may then get something else: this tells honest callers early what is
wrong, and no more. Only the provider's own checks can protect the provider.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tidegate.adapters.http import (
    BodyTooLarge,
    ConnectFailed,
    HttpClient,
    ResponseLost,
    UnexpectedStatus,
    UnsafeUrl,
)
from tidegate.domain.errors import FileDownloadFailed, FileSizeExceeded, InvalidInput, UnsafeInputUrl
from tidegate.domain.input_files import MAX_BYTES, InputFile, check_picture

DEADLINE_S: Final = 10.0  # for all of them together, as they are fetched side by side


def check_inputs(http: HttpClient, pictures: Sequence[InputFile], *, deadline_s: float = DEADLINE_S) -> None:
    """Fetch the beginning of every picture, at most once per URL, and check it.

    Raises:
        InvalidInput: one of its kinds for input files, about the request's first picture that is wrong;
            ``details`` has ``field`` and, in a list, ``index``. Nothing tells what a private address
            answers: none is ever connected to.
    """
    by_url: dict[str, InputFile] = {}
    for picture in pictures:
        by_url.setdefault(picture.url, picture)
    with ThreadPoolExecutor(max_workers=max(1, len(by_url))) as pool:
        verdicts = list(pool.map(lambda picture: _verdict(http, picture, deadline_s), by_url.values()))
    for refusal in filter(None, verdicts):
        raise refusal


def _verdict(http: HttpClient, picture: InputFile, deadline_s: float) -> InvalidInput | None:
    try:
        with http.arriving(picture.url, max_bytes=MAX_BYTES, deadline_s=deadline_s) as content:
            check_picture(picture, content)
            content.count_the_rest()
    except InvalidInput as refusal:
        return refusal
    except UnsafeUrl:
        return UnsafeInputUrl(f"{picture.name} must be a public URL.", **picture.place)
    except BodyTooLarge:
        return FileSizeExceeded(f"{picture.name} may have at most {MAX_BYTES} bytes.", **picture.place)
    except (ConnectFailed, ResponseLost, UnexpectedStatus) as error:
        return FileDownloadFailed(
            f"{picture.name} could not be downloaded: {_reason(error)}.", **picture.place
        )
    return None


def _reason(error: ConnectFailed | ResponseLost | UnexpectedStatus) -> str:
    """Say what happened in our own words; what the server said stays with us, but for its status."""
    match error:
        case UnexpectedStatus():
            return f"the server answered {error.status}"
        case ConnectFailed():
            return "there is no connection to the server"
        case _:
            return "the answer broke off or took too long"
