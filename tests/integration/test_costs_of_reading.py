"""What the endpoints beside the generation cost. ``docs/costs.md`` shows these figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.metering import Meter, metering
from functions.babysea import (
    content_delete,
    content_list,
    estimate,
    generate_image,
    health_models,
    health_providers,
    user_account,
    user_billing,
)
from functions.shared import usage
from tidegate.domain.generation import Settlement, Status
from tidegate.domain.keys import SCOPES, Surface, hash_key
from tidegate.domain.limits import Bucket
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, grant

COSTS = (Path(__file__).parents[2] / "docs" / "costs.md").read_text(encoding="utf-8")
PROMPT = "A baby seal playing on Arctic ice, golden hour, 35 mm photograph, shallow depth of field"


@pytest.fixture
def token(runtime: Runtime) -> str:
    now_ms = runtime.now_ms()
    account = create_account(runtime.wallets, name="Acme", now_ms=now_ms)
    grant(
        runtime.wallets,
        account_id=account.account_id,
        amount=Money.of("10"),
        reference="welcome",
        now_ms=now_ms,
    )
    text, _ = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account.account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="test",
        now_ms=now_ms,
    )
    return text


def _event(token: str, method: str, path: str, params: dict[str, str], **headers: str) -> dict[str, Any]:
    return {
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {token}", **headers},
        "pathParameters": params,
        "requestContext": {"http": {"method": method, "sourceIp": "203.0.113.9"}},
        "body": json.dumps({"generation_prompt": PROMPT}) if method == "POST" else "",
    }


def _submit(runtime: Runtime, token: str, **headers: str) -> dict[str, Any]:
    model = "bfl/flux-schnell"
    path = f"/v1/generate/image/{model}"
    event = _event(token, "POST", path, {"model_identifier": model}, **headers)
    response = generate_image.handler.respond(event, runtime)
    assert response.status == 200
    return response.body["data"]  # type: ignore[index,no-any-return]


def _shown(row: str) -> list[str]:
    """The figures of a row of the table in docs/costs.md."""
    (line,) = [line for line in COSTS.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:4]


def _figures(meter: Meter) -> list[str]:
    return [str(meter.total_calls), f"{meter.write_units:g}", f"{meter.read_units:g}"]


def _ask(runtime: Runtime, token: str, handler: Any, path: str, params: dict[str, str]) -> list[str]:
    with metering() as meter:
        assert handler.respond(_event(token, "GET", path, params), runtime).status == 200
    return _figures(meter)


def test_an_estimate_is_two_calls(runtime: Runtime, token: str) -> None:
    model = "bfl/flux-schnell"
    figures = _ask(runtime, token, estimate.handler, f"/v1/estimate/{model}", {"model_identifier": model})
    assert figures == _shown("Estimate, account, billing")
    for handler, path in ((user_account.handler, "account"), (user_billing.handler, "billing")):
        assert _ask(runtime, token, handler, f"/v1/user/{path}", {}) == figures


def test_the_first_page_of_a_list_is_three_calls(runtime: Runtime, token: str) -> None:
    for _ in range(50):
        _submit(runtime, token)
    assert _ask(runtime, token, content_list.handler, "/v1/content/list", {}) == _shown("List, first 50")


def test_deleting_is_four_calls(runtime: Runtime, token: str) -> None:
    generation_id = _submit(runtime, token)["generation_id"]
    key = runtime.keys.count_request(hash_key(token), Bucket.GENERAL, runtime.now_ms())
    assert key is not None
    generation = runtime.generations.get(key[0].account_id, generation_id)
    assert generation is not None
    outputs = [{"key": f"{generation_id}/{'A' * 22}/0.png", "content_type": "image/png", "size_bytes": 3}]
    runtime.generations.settle(
        generation, Status.SUCCEEDED, Settlement.CHARGE, changes={"outputs": outputs}, now_ms=runtime.now_ms()
    )
    event = _event(token, "DELETE", f"/v1/content/{generation_id}", {"generation_id": generation_id})
    with metering() as meter:
        assert content_delete.handler.respond(event, runtime).status == 200
    assert _figures(meter) == _shown("Delete")


def test_usage_is_five_calls(runtime: Runtime, token: str) -> None:
    for _ in range(3):
        _submit(runtime, token)
    assert _ask(runtime, token, usage.handler, "/v1/usage", {}) == _shown("Usage")


def test_the_health_of_all_providers_is_two_calls(runtime: Runtime, token: str) -> None:
    for handler, path in ((health_providers.handler, "providers"), (health_models.handler, "models")):
        figures = _ask(runtime, token, handler, f"/v1/health/inference/{path}", {})
        assert figures == _shown("Health of providers, of models")


def test_an_error_is_one_call_more(runtime: Runtime, token: str) -> None:
    event = _event(token, "GET", "/v1/usage", {}) | {"rawQueryString": "days=many"}
    with metering() as meter:
        assert usage.handler.respond(event, runtime).status == 400
    assert _figures(meter) == _shown("A request that is refused after it authenticated, at least")
