"""POST /callbacks/bfl/{generation_id}/{number}/{token}: bfl says that a prediction is done."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.callbacks import CallbackEndpoint

handler = CallbackEndpoint("bfl", runtime)
