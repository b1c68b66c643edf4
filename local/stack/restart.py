"""A defect of the emulator (ministack 1.5.33) that a restart would run into, worked around between two runs.

It saves how far each event source mapping has read in its DynamoDB stream, but not the streams. After a
restart the streams are empty and begin at 0 again, and a mapping that stood at 7 skips the first 7 changes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_POSITIONS: Final = re.compile(
    rb'("dynamodb_stream_positions": \{"__account_region_scoped__": true, "data": )\{[^{}]*\}'
)


def forget_stream_positions(directory: Path) -> None:
    """Let every mapping begin where its stream begins. Only while the emulator is stopped."""
    saved = directory / "emulator" / "state" / "lambda.json"
    if saved.exists():
        saved.write_bytes(_POSITIONS.sub(rb"\1{}", saved.read_bytes()))
