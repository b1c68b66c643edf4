"""What adapters make of names and files, the same for all of them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from tidegate.adapters.providers.protocol import ProviderRefused
from tidegate.domain.attempt import Failed, Failure, FailureClass, FailureCode, MediaFile, Succeeded

_MAX_FILES: Final = 16


def check_model(provider: str, form: re.Pattern[str], native_model: str) -> None:
    """Make sure that a name cannot change the path that it becomes a part of.

    Raises:
        ProviderRefused: it is no name that this provider could have; nothing was sent.
    """
    if not form.fullmatch(native_model):
        reason = f"not a model name of {provider}"
        raise ProviderRefused(Failure(FailureClass.FAIL_OVER, FailureCode.MODEL_UNAVAILABLE, reason))


def produced(files: Sequence[MediaFile | None], predict_ms: int | None = None) -> Succeeded | Failed:
    """Return the result of a run; one with no file, or with one that cannot be read, is none."""
    sound = tuple(file for file in files[:_MAX_FILES] if file is not None)
    if not sound or len(sound) < len(files[:_MAX_FILES]):
        reason = "the result holds no files"
        return Failed(Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_RESPONSE, reason))
    return Succeeded(sound, predict_ms)


def at_once(result: Succeeded | Failed) -> Succeeded:
    """Return the result of a synchronous provider.

    Raises:
        ProviderRefused: it answered, and made nothing that can be used.
    """
    if isinstance(result, Failed):
        raise ProviderRefused(result.failure)
    return result


def decoded(data: object, content_type: str | None = None) -> MediaFile | None:
    """Return the file that a base64 text holds; None when it holds none."""
    if not isinstance(data, str) or not data:
        return None
    try:
        return MediaFile(data=base64.b64decode(data, validate=True), content_type=content_type)
    except (binascii.Error, ValueError):  # ValueError: not ASCII
        return None


def failed_over(code: FailureCode, message: str) -> Failed:
    """Return the definite end of a job that another provider may do better."""
    return Failed(Failure(FailureClass.FAIL_OVER, code, message))
