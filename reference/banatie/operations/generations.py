"""Operations on generations (contracts: Banatie §4)."""

from __future__ import annotations

from typing import Final

from reference.banatie.operations.terms import BY_ID, CREATES, PAGE, RUNS, WAITS
from reference.banatie.records import Generation, Removal
from reference.operation import Operation, Route

_NO_RETRY: Final = "Deprecated: `regenerate` does the same, and PUT takes another prompt or ratio."

GENERATIONS: Final[dict[Route, Operation]] = {
    ("POST", "/api/v1/generations"): Operation(
        "create_generation",
        "Generations",
        "generation:write",
        "Make a picture",
        f"{WAITS} Whatever is refused has cost nothing. An alias is taken from now on.",
        Generation,
        (*RUNS, *CREATES),
        ("prefer", "idempotency_key", "on_conflict"),
        body="create_generation",
        status=201,
        replayed=True,
    ),
    ("GET", "/api/v1/generations"): Operation(
        "list_generations",
        "Generations",
        "generation:read",
        "List generations",
        "Newest first; `total` counts all that the filters find.",
        Generation,
        ("invalid_input",),
        (*PAGE, "flow_filter", "status", "include_deleted"),
        many=True,
    ),
    ("GET", "/api/v1/generations/{id}"): Operation(
        "get_generation",
        "Generations",
        "generation:read",
        "Get a generation",
        "As it stands now.",
        Generation,
        BY_ID,
        ("generation_id",),
    ),
    ("PUT", "/api/v1/generations/{id}"): Operation(
        "update_generation",
        "Generations",
        "generation:write",
        "Change a generation",
        f"`meta` and `flowId` edit the record. Another prompt or ratio makes another picture. {WAITS}",
        Generation,
        (*BY_ID, *RUNS),
        ("generation_id", "prefer"),
        body="update_generation",
    ),
    ("DELETE", "/api/v1/generations/{id}"): Operation(
        "delete_generation",
        "Generations",
        "generation:delete",
        "Delete a generation and its picture",
        "Softly, so that it can be listed still; or for good, and then a picture with an alias stays.",
        Removal,
        (*BY_ID, "invalid_input"),
        ("generation_id", "permanent"),
    ),
    ("POST", "/api/v1/generations/{id}/retry"): Operation(
        "retry_generation",
        "Generations",
        "generation:write",
        "Make a picture again",
        f"In any status, into the same image id and URL. {WAITS}",
        Generation,
        (*BY_ID, *RUNS),
        ("generation_id", "prefer"),
        body="retry_generation",
        deprecated=_NO_RETRY,
    ),
    ("POST", "/api/v1/generations/{id}/regenerate"): Operation(
        "regenerate_generation",
        "Generations",
        "generation:write",
        "Make a picture again",
        f"In any status, into the same image id and URL; aliases are looked up anew. {WAITS}",
        Generation,
        (*BY_ID, *RUNS),
        ("generation_id", "prefer"),
    ),
}
