"""SharkApi's wire protocol in both dialects, described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from reference import operation
from reference.openapi import json_content, parameter
from reference.operation import Operation, Surface
from reference.shapes import Shapes
from reference.sharkapi.errors import refusals
from reference.sharkapi.examples import ANSWERS
from reference.sharkapi.operations import OPERATIONS
from reference.sharkapi.records import JobStatus
from reference.sharkapi.requests import bodies
from tidegate.surfaces.sharkapi.poll import LONGEST_WAIT_S

_TOLD: Final = """\
Pictures from a prepaid wallet in dollars: submit a job, poll it, and pay for it when it is complete.

**Two dialects**: the path chooses. `/v1/…` answers errors as `{"error": {"code", "message", "status"}}` and
says `complete`; `/api/v1/…` answers `{"error": "text"}` and says `completed`. A job made on one side can be
polled on the other, under either form of its id. Successes have no envelope. Fields may be added: ignore what
you do not know. `X-Request-Id` is on every answer.

**The token**, `sk_live_…`, is taken from either header on either side.
"""
_UUID: Final = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_WHOLE: Final = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_DAY: Final = {"type": "string", "format": "date"}
PARAMETERS: Final = {
    "job_id": parameter(
        "path",
        "job_id",
        {"type": "string", "pattern": f"^(job_)?{_UUID}$"},
        "The job's id, in either dialect's form.",
    ),
    "wait": parameter(
        "query",
        "wait",
        {"type": "integer", "minimum": 0, "maximum": 9_999, "default": 0},
        f"For how many seconds to wait for its end; more than {LONGEST_WAIT_S} is moved there.",
    ),
    "limit": parameter(
        "query", "limit", _WHOLE | {"default": 20}, "How many, 1 to 100; more is moved there."
    ),
    "offset": parameter("query", "offset", _WHOLE | {"default": 0}, "How many to pass over."),
    "status": parameter(
        "query", "status", {"type": "string", "enum": list(get_args(JobStatus))}, "Only those."
    ),
    "mode": parameter("query", "mode", {"type": "string"}, "Only those of this size."),
    "from": parameter("query", "from", _DAY, "The first day (UTC); 90 days ago when left out."),
    "to": parameter("query", "to", _DAY, "The last day (UTC)."),
    "idempotency_key": parameter(
        "header",
        "Idempotency-Key",
        {"type": "string", "pattern": r"^[A-Za-z0-9_\-:.]{1,255}$"},
        "Makes this request safe to repeat for 24 hours. Belongs to the account and the path.",
    ),
}


def _success(answered: Operation, shapes: Shapes) -> Mapping[str, Any]:
    """The body itself: there is no envelope."""
    return json_content(shapes.ref(answered.shape), ANSWERS[answered.shape.__name__])


SURFACE: Final = Surface(
    title="Tidegate: SharkApi",
    told=_TOLD,
    tags=("Jobs", "Wallet", "Jobs (second dialect)", "Tokens"),
    keys={
        "bearer": {"type": "http", "scheme": "bearer", "description": "`Authorization: Bearer sk_live_…`"},
        "header": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "The same token in the second dialect's header.",
        },
    },
    operations=OPERATIONS,
    parameters=PARAMETERS,
    bodies=bodies,
    success=_success,
    refusals=refusals,
)


def describe(shapes: Shapes) -> dict[str, Any]:
    """Return the document without its servers."""
    return operation.describe(SURFACE, shapes)
