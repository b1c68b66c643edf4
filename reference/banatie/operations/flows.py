"""Operations on flows (contracts: Banatie §5)."""

from __future__ import annotations

from typing import Final

from reference.banatie.operations.terms import OF_FLOW, PAGE, RUNS, WAITS
from reference.banatie.records import DeletedFlow, Flow, Generation, Image
from reference.operation import Operation, Route

_NO_FLOWS: Final = "Deprecated: whatever names no flow starts one."

FLOWS: Final[dict[Route, Operation]] = {
    ("POST", "/api/v1/flows"): Operation(
        "create_flow",
        "Flows",
        "generation:write",
        "Start a flow",
        "One that can be seen at once.",
        Flow,
        ("invalid_input", "payload_too_large"),
        body="create_flow",
        status=201,
        deprecated=_NO_FLOWS,
    ),
    ("GET", "/api/v1/flows"): Operation(
        "list_flows",
        "Flows",
        "library:read",
        "List flows",
        "Newest first, with their counts.",
        Flow,
        ("invalid_input",),
        PAGE,
        many=True,
    ),
    ("GET", "/api/v1/flows/{id}"): Operation(
        "get_flow",
        "Flows",
        "library:read",
        "Get a flow",
        "With its names and counts.",
        Flow,
        OF_FLOW,
        ("flow_id",),
    ),
    ("DELETE", "/api/v1/flows/{id}"): Operation(
        "delete_flow",
        "Flows",
        "generation:delete",
        "Delete a flow",
        "For good. What is in it stays, outside of any flow, or goes with it.",
        DeletedFlow,
        (*OF_FLOW, "invalid_input"),
        ("flow_id", "cascade"),
    ),
    ("GET", "/api/v1/flows/{id}/generations"): Operation(
        "list_flow_generations",
        "Flows",
        "generation:read",
        "List a flow's generations",
        "Newest first.",
        Generation,
        (*OF_FLOW, "invalid_input"),
        ("flow_id", *PAGE),
        many=True,
    ),
    ("GET", "/api/v1/flows/{id}/images"): Operation(
        "list_flow_images",
        "Flows",
        "library:read",
        "List a flow's images",
        "Newest first, generated and uploaded.",
        Image,
        (*OF_FLOW, "invalid_input"),
        ("flow_id", *PAGE),
        many=True,
    ),
    ("PUT", "/api/v1/flows/{id}/aliases"): Operation(
        "set_flow_aliases",
        "Flows",
        "generation:write",
        "Give names in a flow",
        "Merges them into those that it has.",
        Flow,
        (*OF_FLOW, "invalid_input", "image_not_found", "payload_too_large"),
        ("flow_id",),
        body="set_flow_aliases",
    ),
    ("DELETE", "/api/v1/flows/{id}/aliases/{alias}"): Operation(
        "remove_flow_alias",
        "Flows",
        "generation:write",
        "Take a name away in a flow",
        "The image stays.",
        Flow,
        (*OF_FLOW, "alias_not_found"),
        ("flow_id", "alias"),
    ),
    ("POST", "/api/v1/flows/{id}/regenerate"): Operation(
        "regenerate_flow",
        "Flows",
        "generation:write",
        "Make a flow's newest picture again",
        f"Into the same image id and URL. {WAITS}",
        Generation,
        (*OF_FLOW, "library_generation_not_found", *RUNS),
        ("flow_id", "prefer"),
    ),
}
