"""This surface's OpenAPI document: the code does what it says. ``test_documents`` has what is held of all.

That every answer in any of these tests is documented is held where they are read (``gateway.read``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError

from reference.babysea import requests
from reference.babysea.operations import OPERATIONS
from tests.contract.babysea.documented import assert_documented, closed_document, validator
from tests.contract.babysea.gateway import NOW_MS
from tidegate.domain.catalog import load_catalog
from tidegate.domain.generation import Generation, MediaType, Status
from tidegate.domain.keys import SCOPES
from tidegate.domain.money import Money
from tidegate.domain.parameters import validate_params
from tidegate.domain.webhooks import EventType
from tidegate.surfaces.babysea.errors import ERRORS, generation_error_code
from tidegate.surfaces.babysea.routes import ROUTES
from tidegate.surfaces.babysea.webhook_events import event_detail, low_balance_event, webhook_test_event

FUNCTIONS = Path(__file__).parents[3] / "functions"
ACCOUNT = "22222222-2222-4222-8222-222222222222"
PROCESSING = Generation(
    account_id=ACCOUNT,
    generation_id="01987b2e-6d1c-7c30-8a4e-2f9d1b7c5e44",
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={"generation_prompt": "a seal"},
    providers=("replicate", "fal"),
    price=Money(5_000),
    status=Status.PROCESSING,
    prediction_id="pred_1",
    provider_initialize="replicate",
    created_at_ms=NOW_MS,
    started_at_ms=NOW_MS,
    expires_at_ms=NOW_MS + 900_000,
)


def test_every_route_is_described() -> None:
    assert set(ROUTES) <= set(OPERATIONS)
    assert len(OPERATIONS) == 17


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_an_operation_names_the_scope_that_its_function_asks_for(route: tuple[str, str]) -> None:
    sources = [
        file.read_text() for folder in ("babysea", "shared") for file in (FUNCTIONS / folder).glob("*.py")
    ]
    (source,) = (text for text in sources if re.match(rf'"""{re.escape(" ".join(route))}[.;,]', text))
    assert f'scope="{OPERATIONS[route].scope}"' in source
    assert OPERATIONS[route].scope in SCOPES


def test_an_answer_that_the_document_does_not_know_is_found() -> None:
    described = closed_document()
    answer = described["paths"]["/v1/status"]["get"]["responses"]["200"]["content"]["application/json"]
    body = answer["examples"]["key"]["value"]
    with pytest.raises(AssertionError, match="not documented"):
        assert_documented("GET", "/v1/status", 418, {}, body)
    with pytest.raises(AssertionError, match="lacks X-Request-Id"):
        assert_documented("GET", "/v1/status", 200, {}, body)
    with pytest.raises(ValidationError, match="surprise"):
        assert_documented("GET", "/v1/status", 200, {}, {**body, "surprise": 1})


def test_every_error_of_a_request_has_an_operation_that_may_answer_it() -> None:
    described = {ERRORS[code] for operation in OPERATIONS.values() for code in operation.errors}
    of_requests = {error for error in ERRORS.values() if not error.code.startswith("BSE4")}
    assert {error.code for error in of_requests - described} == {"BSE3005"}  # a method that no route takes


def test_the_bodies_name_every_model_parameter_and_value_of_the_catalogue() -> None:
    schemas = closed_document()["components"]["schemas"]
    for model in load_catalog().models:
        known = schemas[f"Generate{model.media_type.capitalize()}"]["properties"]
        assert set(model.specific) <= set(known)
        assert set(model.schema.ratios) <= set(known["generation_ratio"]["enum"])
        assert set(model.schema.formats) <= set(known["generation_output_format"]["enum"])
        assert set(model.schema.durations) <= set(known.get("generation_duration", {}).get("enum", ()))
        assert model.identifier in requests.identifiers(model.media_type)["enum"]


@pytest.mark.parametrize("model", load_catalog().models, ids=lambda model: model.identifier)
def test_a_body_that_a_model_accepts_fits_the_schema(model: Any) -> None:
    given: dict[str, Any] = {"generation_prompt": "A seal"}
    if model.schema.durations:
        given["generation_duration"] = model.schema.durations[0]
    if model.needs_input:
        given["generation_input_file"] = ["https://example.com/seal.png"]
    params = validate_params(model, given)
    described = closed_document()
    schema = {"$ref": f"#/components/schemas/Generate{model.media_type.capitalize()}"}
    validator(schema, described).validate(params)
    assert not validator(schema, described).is_valid({**params, "surprise": 1})


def _events() -> Iterator[dict[str, Any]]:
    changes: list[dict[str, Any]] = [
        {},
        {"status": Status.SUCCEEDED, "provider_used": "fal"},
        {"status": Status.FAILED, "error_code": "provider_timeout"},
        {"status": Status.FAILED, "error_code": "all_providers_failed", "provider_used": "fal"},
        {"status": Status.CANCELED, "prediction_id": None},
    ]
    for change in changes:
        ended: dict[str, Any] = {"completed_at_ms": NOW_MS + 3_500} if change else {}
        urls = ("https://api.example.com/outputs/a/b/0.png",)
        detail = event_detail(replace(PROCESSING, **change, **ended), urls, generation_error_code)
        assert detail is not None
        yield detail
    yield webhook_test_event(ACCOUNT, "endpoint", NOW_MS)
    crossed = [(Money.of("0.5"), Money.of("0.496"))]
    yield low_balance_event(ACCOUNT, Money.of("0.481"), crossed, event_id="e", occurred_at_ms=NOW_MS)


def test_every_event_is_described_and_really_looks_so() -> None:
    described = closed_document()
    assert set(described["webhooks"]) == {event.value for event in EventType}
    told = set()
    for detail in _events():
        event = str(detail["event_type"])
        reference = described["webhooks"][event]["post"]["requestBody"]["content"]["application/json"][
            "schema"
        ]
        envelope = {
            "webhook_event": event,
            "webhook_timestamp": "2026-05-14T09:30:00.000Z",
            "webhook_delivery_id": "0d1c8e0a-52a1-5d3c-9f0b-6a7c3e2f1b48",
            "webhook_data": detail["data"],
        }
        validator(reference, described).validate(envelope)
        told.add(event)
    assert told == set(described["webhooks"])
