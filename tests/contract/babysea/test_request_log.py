"""One line a request, with nothing in it that must not be there."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.babysea.events import ADDRESS, event
from tests.contract.babysea.gateway import NOW_MS
from tests.contract.babysea.stores import KEY, TOKEN, Generations, Stores
from tidegate.surfaces.babysea.endpoint import Answer, open_endpoint
from tidegate.surfaces.endpoint import logger


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The fields of the request lines."""
        return [vars(record) for record in self.records if record.getMessage() == "request"]


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler = Lines()
    logger.addHandler(handler)
    yield handler
    logger._logger.removeHandler(handler)


def test_a_request_leaves_one_line(lines: Lines) -> None:
    reply = Stores().generate(headers={"user-agent": "babysea-node/1.4.6 (node/22)"})
    (line,) = lines.requests
    assert line["request_id"] == reply.body["request_id"]
    assert line["generation_id"] == reply.data["generation_id"]
    assert (line["method"], line["path"]) == ("POST", "/v1/generate/image/bfl/flux-schnell")
    assert line["status"] == 200
    assert line["duration_ms"] >= 0
    assert (line["account_id"], line["key_id"]) == (KEY.account_id, KEY.key_id)
    assert line["address"] == hashlib.sha256(ADDRESS.encode()).hexdigest()[:12]
    assert line["user_agent"] == "babysea-node/1.4.6 (node/22)"
    assert "code" not in line


def test_neither_key_nor_address_nor_body_is_logged(lines: Lines) -> None:
    Stores().generate({"generation_prompt": "my secret seal", "oops": 1})
    Stores().generate(token="bye_wrong")
    logged = str([vars(record) for record in lines.records])
    for secret in (TOKEN, "bye_wrong", ADDRESS, "secret seal"):
        assert secret not in logged


def test_an_error_is_logged_by_its_code(lines: Lines) -> None:
    Stores().generate({})
    assert (lines.requests[0]["status"], lines.requests[0]["code"]) == (400, "BSE2001")


def test_a_fault_of_ours_is_logged_with_its_trace_under_the_callers_request_id(lines: Lines) -> None:
    reply = Stores(generations=Generations([RuntimeError("boom")])).generate()
    trace = next(record for record in lines.records if record.exc_info)
    assert vars(trace)["request_id"] == reply.body["request_id"]
    assert lines.requests[0]["cause"] == "RuntimeError"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/callbacks/replicate/00000000-0000-7000-8000-000000000000/1/token", "/callbacks/…"),
        ("/v1/status", "/v1/status"),
        ("/favicon.ico", "/favicon.ico"),
    ],
)
def test_a_path_of_another_surface_is_not_logged_in_full(lines: Lines, path: str, shown: str) -> None:
    endpoint = open_endpoint(Stores())(lambda _request: Answer({}, at_ms=NOW_MS))  # type: ignore[type-var]
    assert endpoint(event("GET", path), None)["statusCode"] == 200
    assert lines.requests[0]["path"] == shown
