"""What Bedrock's families of models are sent: each has an envelope of its own around the same few fields."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.input_files import fetch_pictures
from tidegate.adapters.providers.protocol import ProviderRefused
from tidegate.domain.attempt import Failure, FailureClass, FailureCode
from tidegate.domain.media import sniff

_STABILITY: Final = "stability."
# What of Nova Canvas's and Nova Reel's fields describes the picture; everything else configures the run.
_DESCRIPTION: Final = frozenset({"text", "negativeText", "style", "similarityStrength", "images"})
_REEL_SIZE: Final = (1280, 720)
_FORMATS: Final = {"image/png": "png", "image/jpeg": "jpeg"}


def picture_body(http: HttpClient, model: str, given: Mapping[str, object]) -> dict[str, object]:
    """Return the body for Stability's models or for Nova Canvas, input pictures included.

    Raises:
        ProviderRefused: an input picture cannot be had; nothing was sent.
    """
    body = dict(given)
    if model.startswith(_STABILITY):
        if "image" in body:
            (picture,) = fetch_pictures(http, body["image"])
            body |= {"image": picture.base64, "mode": "image-to-image"}
        return body
    described, configured = _split(body)
    if "images" not in described:
        return {
            "taskType": "TEXT_IMAGE",
            "textToImageParams": described,
            "imageGenerationConfig": configured,
        }
    described["images"] = [picture.base64 for picture in fetch_pictures(http, described["images"])]
    return {
        "taskType": "IMAGE_VARIATION",
        "imageVariationParams": described,
        "imageGenerationConfig": configured,
    }


def video_body(http: HttpClient, given: Mapping[str, object]) -> dict[str, object]:
    """Return the input of Nova Reel.

    Raises:
        ProviderRefused: the first frame cannot be had, or is not of the one size that Reel takes.
    """
    described, configured = _split(given)
    if "images" in described:
        described["images"] = [_first_frame(http, described["images"])]
    return {
        "taskType": "TEXT_VIDEO",
        "textToVideoParams": described,
        "videoGenerationConfig": configured,
    }


def _split(given: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    described = {name: value for name, value in given.items() if name in _DESCRIPTION}
    return described, {name: value for name, value in given.items() if name not in _DESCRIPTION}


def _first_frame(http: HttpClient, url: object) -> dict[str, object]:
    (picture,) = fetch_pictures(http, url)
    media = sniff(BytesIO(picture.data))
    file_format = _FORMATS.get(picture.content_type)
    if file_format is None or media is None or (media.width, media.height) != _REEL_SIZE:
        text = "the first frame must be a PNG or JPEG of exactly 1280x720"
        raise ProviderRefused(Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_INPUT, text))
    return {"format": file_format, "source": {"bytes": picture.base64}}
