"""GET /v1/estimate/{model_identifier} (contracts §1.5, §6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from tests.contract.babysea.gateway import Clock, Gateway
from tests.contract.babysea.stores import THROTTLED, UNREACHABLE
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Model
from tidegate.domain.money import Money


def test_an_image(gateway: Gateway) -> None:
    reply = gateway.estimate("bfl/flux-schnell")
    assert reply.status == 200
    assert reply.data == {
        "model_identifier": "bfl/flux-schnell",
        "model_type": "image",
        "assets_count": 1,
        "cost_per_generation": 0.005,
        "cost_total_consumed": 0.005,
        "credit_balance": 1.0,
        "credit_balance_can_afford": True,
        "credit_balance_max_affordable": 200,
    }


def test_a_video_that_is_priced_by_the_second(gateway: Gateway) -> None:
    assert gateway.estimate("google/veo-2", {"duration": 8}).data == {
        "model_identifier": "google/veo-2",
        "model_type": "video",
        "assets_count": 1,
        "cost_per_second": 0.65,
        "duration_seconds": 8,
        "cost_per_generation": 5.2,
        "cost_total_consumed": 5.2,
        "credit_balance": 1.0,
        "credit_balance_can_afford": False,
        "credit_balance_max_affordable": 0,
    }


def test_a_video_that_is_priced_by_resolution_and_audio(gateway: Gateway) -> None:
    query = {"duration": 8, "resolution": "1080p", "audio": "true", "count": 2}
    silent = gateway.estimate("bytedance/seedance-1.5-pro", {**query, "audio": "false"}).data
    data = gateway.estimate("bytedance/seedance-1.5-pro", query).data
    assert data == {
        "model_identifier": "bytedance/seedance-1.5-pro",
        "model_type": "video",
        "assets_count": 2,
        "cost_per_second": 0.152,
        "duration_seconds": 8,
        "resolution": "1080p",
        "cost_per_generation": 1.216,
        "cost_total_consumed": 2.432,
        "credit_balance": 1.0,
        "credit_balance_can_afford": False,
        "credit_balance_max_affordable": 0,
    }
    assert silent["cost_per_generation"] < data["cost_per_generation"]


@pytest.mark.parametrize(
    ("granted", "model", "count", "expected"),
    [  # the README's and the guide's worked figures
        ("10", "bfl/flux-schnell", 5, (0.025, 2000)),
        ("12.480", "bfl/flux-1.1-pro", 1, (0.052, 240)),
    ],
)
def test_the_published_examples(
    runtime: Clock, granted: str, model: str, count: int, expected: tuple[float, int]
) -> None:
    data = Gateway(runtime, granted).estimate(model, {"count": count}).data
    assert (data["cost_total_consumed"], data["credit_balance_max_affordable"]) == expected


@pytest.mark.parametrize(
    ("count", "effective"),
    [("1", 1), ("100", 100), ("101", 100), ("0", 1), ("-7", 1), ("9" * 5_000, 100), ("+5", 5)],
)
def test_a_count_is_moved_into_its_range(gateway: Gateway, count: str, effective: int) -> None:
    assert gateway.estimate("bfl/flux-schnell", {"count": count}).data["assets_count"] == effective


@pytest.mark.parametrize("balance", ["0.009", "0.010"])
def test_the_balance_decides_to_the_thousandth(gateway: Gateway, balance: str) -> None:
    _, token = gateway.open_account(balance)
    data = gateway.estimate("bfl/flux-schnell", {"count": 2}, token=token).data
    assert data["credit_balance_can_afford"] is (balance == "0.010")
    assert data["credit_balance_max_affordable"] == (2 if balance == "0.010" else 1)


def _questions(model: Model) -> list[dict[str, object]]:
    """Every kind of question that the model's price can depend on."""
    shortest_and_longest = sorted(model.schema.durations)[:: max(1, len(model.schema.durations) - 1)]
    durations = [{"duration": value} for value in shortest_and_longest] or [{}]
    resolutions = [{}, *({"resolution": value} for value in model.schema.resolutions)]
    audio: list[dict[str, object]] = (
        [{}, {"audio": "true"}, {"audio": "false"}] if model.schema.audio else [{}]
    )
    return [{**d, **r, **a} for d, r, a in product(durations, resolutions, audio)]


def _body(query: Mapping[str, object]) -> dict[str, Any]:
    names = {
        "duration": "generation_duration",
        "resolution": "generation_resolution",
        "audio": "generation_generate_audio",
    }
    body = {names[name]: value for name, value in query.items()}
    if "audio" in query:
        body["generation_generate_audio"] = query["audio"] == "true"
    return {"generation_prompt": "A baby seal", **body}


OF_A_TEXT = [model for model in load_catalog().models if not model.needs_input]


@pytest.mark.parametrize("model", OF_A_TEXT, ids=lambda model: model.identifier)
def test_an_estimate_is_what_a_submit_holds(runtime: Clock, model: Model) -> None:
    gateway = Gateway(runtime, "1000", "unlimited")
    for query in _questions(model):
        estimated = gateway.estimate(model.identifier, query).data["cost_per_generation"]
        held = gateway.generate(model.identifier, _body(query), media=model.media_type.value)
        account = gateway.runtime.wallets.get(gateway.account_id)
        assert held.status == 200, held.body
        assert account is not None
        assert account.wallet.held == Money.of(repr(estimated)), query
        gateway.cancel(held.data["generation_id"])


def test_an_estimate_holds_nothing_and_needs_no_right_to_generate(gateway: Gateway) -> None:
    token = gateway.add_key(scopes=("library:read",))
    assert gateway.estimate("bfl/flux-schnell", {"count": 100}, token=token).status == 200
    assert gateway.balance() == ("$1", "$0")
    refused = gateway.estimate("bfl/flux-schnell", token=gateway.add_key(scopes=("account:read",)))
    assert (refused.status, refused.error["code"]) == (403, "BSE1003")


@pytest.mark.parametrize("duration", ["8", "8.0"])
def test_a_duration_may_be_written_as_any_number(gateway: Gateway, duration: str) -> None:
    data = gateway.estimate("google/veo-2", {"duration": duration}).data
    assert data["duration_seconds"] == 8


@pytest.mark.parametrize(
    ("model", "query", "field"),
    [
        ("bfl/flux-schnell", {"count": "many"}, "count"),
        ("bfl/flux-schnell", {"count": ""}, "count"),
        ("bfl/flux-schnell", {"count": "2.5"}, "count"),
        ("bfl/flux-schnell", {"count": "٣"}, "count"),
        ("bfl/flux-schnell", {"duration": 5}, "duration"),
        ("bfl/flux-schnell", {"resolution": "1080p"}, "resolution"),
        ("bfl/flux-schnell", {"audio": "false"}, "audio"),
        ("google/veo-2", {}, "duration"),
        ("google/veo-2", {"duration": ""}, "duration"),
        ("google/veo-2", {"duration": 0}, "duration"),
        ("google/veo-2", {"duration": -8}, "duration"),
        ("google/veo-2", {"duration": "1e1"}, "duration"),
        ("google/veo-2", {"duration": "9" * 5_000}, "duration"),
        ("google/veo-2", {"duration": "nan"}, "duration"),
        ("bytedance/seedance-1-pro", {"duration": 5, "resolution": "8K"}, "resolution"),
        ("bytedance/seedance-1.5-pro", {"duration": 8, "audio": "yes"}, "audio"),
    ],
)
def test_what_a_submit_would_refuse_is_refused_in_the_querys_words(
    gateway: Gateway, model: str, query: dict[str, object], field: str
) -> None:
    reply = gateway.estimate(model, query)
    assert (reply.status, reply.error["code"]) == (400, "BSE2001")
    assert reply.error["details"] == {"field": field}
    assert field in reply.error["message"]
    assert "generation_" not in reply.error["message"]


def test_other_names_in_the_query_mean_nothing(gateway: Gateway) -> None:
    assert gateway.estimate("bfl/flux-schnell", {"cache": "no"}).status == 200


@pytest.mark.parametrize("model", ["", "bfl", "bfl/none", "bfl/flux-schnell/x"])
def test_an_unknown_model_has_no_price(gateway: Gateway, model: str) -> None:
    reply = gateway.estimate(model)
    assert (reply.status, reply.error["code"]) == (404, "BSE2011")


@pytest.mark.parametrize("refusal", [UNREACHABLE, THROTTLED], ids=["unreachable", "throttled"])
def test_a_price_is_told_even_when_the_balance_cannot_be_read(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    def refuse(_account_id: str) -> None:
        raise refusal

    monkeypatch.setattr(gateway.runtime.wallets, "get", refuse)
    reply = gateway.estimate("bfl/flux-schnell")
    assert reply.status == 200
    assert reply.data["cost_per_generation"] == 0.005
    balance = {name: value for name, value in reply.data.items() if name.startswith("credit_")}
    assert balance == {
        "credit_balance": None,
        "credit_balance_can_afford": None,
        "credit_balance_max_affordable": None,
    }
