"""Accept an order as a surface hands it over: pictures that were sent along are looked at first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.domain.input_files import input_files
from tidegate.usecases.submit import Order, Submission, find_replay, submit

if TYPE_CHECKING:
    from tidegate.adapters.http import HttpClient


def accept(
    generations: GenerationTable, order: Order, now_ms: int, *, http: Callable[[], HttpClient]
) -> Submission:
    """Accept the order, or return what its idempotency key stands for.

    Args:
        generations: where it is stored and its price held.
        order: validated and priced.
        now_ms: when the request came. Looking at pictures takes up to ten seconds more.
        http: makes the client; called only when there are pictures, so that others need not load it.

    Raises:
        InvalidInput: a picture cannot be used; see ``check_inputs``. Nothing was held.
        TidegateError: what ``submit`` raises.
    """
    if pictures := input_files(order.params):
        # A replay answers even when the pictures are gone by now (docs/adr/0048).
        if replay := find_replay(generations, order.account_id, order.idempotency, now_ms):
            return replay
        from tidegate.usecases.check_inputs import check_inputs  # noqa: PLC0415  most need no HTTP client

        check_inputs(http(), pictures)
    return submit(generations, order, now_ms)
