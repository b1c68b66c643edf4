"""What can be set while the simulator runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0)]


class Settings(BaseModel):
    """How quick the models are and what the simulated accounts accept. Every time is in seconds."""

    model_config = ConfigDict(extra="forbid")

    queue_s: Seconds = 0.15
    """How long a job waits before it starts."""
    image_s: Seconds = 0.6
    """How long a picture takes."""
    video_s: Seconds = 2.0
    """How long a video takes, whatever its duration."""
    jitter: float = Field(default=0.2, ge=0, le=1)
    """Each time varies by up to this part of itself."""
    seed: int = 0
    """Of the jitter: the same seed gives the nth job the same times."""
    bad_keys: list[str] = ["bad-key"]
    """API keys that every vendor refuses with its own 401. Any other key that is not empty is good."""
    callback_timeout_s: Seconds = 15
    """How long a callback's receiver may take."""
    callback_retries_s: list[Seconds] = [1, 2, 4, 8]
    """The waits between the attempts of one callback."""
    public_url: str | None = None
    """Where the outside reaches the simulator; None takes each request's own Host."""
