"""POST /callbacks/replicate/{generation_id}/{number}/{token}: Replicate says that a prediction is done."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.callbacks import CallbackEndpoint

handler = CallbackEndpoint("replicate", runtime)
