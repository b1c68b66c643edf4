"""The operations of Banatie's surface: what each takes, answers and refuses (contracts: Banatie §4 to §9)."""

from __future__ import annotations

from typing import Final

from reference.banatie.operations.about import ABOUT
from reference.banatie.operations.admin import ADMIN
from reference.banatie.operations.files import FILES
from reference.banatie.operations.flows import FLOWS
from reference.banatie.operations.generations import GENERATIONS
from reference.banatie.operations.images import IMAGES
from reference.banatie.operations.live import LIVE
from reference.banatie.operations.live_pictures import LIVE_PICTURES
from reference.operation import Operation, Route

OPERATIONS: Final[dict[Route, Operation]] = {
    **GENERATIONS,
    **FLOWS,
    **IMAGES,
    **LIVE_PICTURES,
    **LIVE,
    **FILES,
    **ADMIN,
    **ABOUT,
}
