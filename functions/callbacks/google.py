"""POST /callbacks/google/{generation_id}/{number}/{token}: Google says that a video is done."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.callbacks import CallbackEndpoint

handler = CallbackEndpoint("google", runtime)
