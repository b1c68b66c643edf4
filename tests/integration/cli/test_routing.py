"""``tidegate routing``, ``tidegate provider disable|enable``."""

from __future__ import annotations

from tests.integration.cli.deployment import Operator
from tidegate.domain.health import Breaker
from tidegate.domain.routing import Ranking, Record
from tidegate.runtime import Runtime

MODEL = "google/veo-2"  # which two providers run


def test_routing_shows_place_breaker_and_statistics(operator: Operator, runtime: Runtime) -> None:
    now_ms = runtime.now_ms()
    known = {"fal": Record(99, 1, 2_000, 3_000), "replicate": Record(50, 50, 9_000, 3_000)}
    runtime.models.save_ranking(MODEL, Ranking(now_ms, known))
    runtime.models.save_breaker(MODEL, "replicate", Breaker(opened_at_ms=now_ms, version=1), now_ms)
    rows = operator.asks("routing", "show", MODEL)
    assert [(row["provider"], row["place"], row["breaker"], row["pinned"]) for row in rows] == [
        ("fal", 1, "closed", False),
        ("replicate", 2, "open", False),
    ]
    assert len(operator.asks("routing", "show")) > len(rows)


def test_a_pin_is_followed_until_it_is_taken_away(operator: Operator) -> None:
    pinned = operator.asks("routing", "pin", MODEL, "fal, replicate")
    assert [(row["provider"], row["pinned"]) for row in pinned] == [("fal", True), ("replicate", True)]
    unpinned = operator.asks("routing", "unpin", MODEL)
    assert [(row["provider"], row["pinned"]) for row in unpinned] == [("replicate", False), ("fal", False)]


def test_a_frozen_model_says_so(operator: Operator) -> None:
    assert {row["frozen"] for row in operator.asks("routing", "freeze", MODEL)} == {True}
    assert {row["frozen"] for row in operator.asks("routing", "thaw", MODEL)} == {False}


def test_a_pin_of_nonsense_is_refused(operator: Operator) -> None:
    for words in ((MODEL, "nobody"), (MODEL, "fal,fal"), ("no/such", "fal")):
        run = operator.types("routing", "pin", *words)
        assert run.exit_code == 1
        assert "refused" in run.stderr


def test_a_disabled_provider_has_no_place(operator: Operator) -> None:
    assert operator.asks("provider", "disable", "fal") == {"provider": "fal", "enabled": False}
    places = {row["provider"]: row["place"] for row in operator.asks("routing", "show", MODEL)}
    assert places == {"replicate": 1, "fal": None}
    operator.asks("provider", "disable", "replicate")
    assert {row["place"] for row in operator.asks("routing", "show", MODEL)} == {None}
    assert operator.asks("provider", "enable", "fal") == {"provider": "fal", "enabled": True}
    assert operator.types("provider", "disable", "nobody").exit_code == 1


def test_a_cap_is_set_shown_and_taken_away(operator: Operator) -> None:
    told = operator.asks("routing", "cap", "fal", "25")
    assert told == {"provider": "fal", "cap": "25.00", "spent_today": "0.00", "out": None}
    assert {row["cap"] for row in operator.asks("routing", "show", MODEL)} == {"25.00", None}
    assert operator.asks("routing", "cap", "fal", "0")["out"] == "over its cap"
    rows = {row["provider"]: row for row in operator.asks("routing", "show", MODEL)}
    assert (rows["fal"]["place"], rows["fal"]["out"]) == (None, "over its cap")
    assert operator.asks("routing", "uncap", "fal")["out"] is None
    assert operator.types("routing", "cap", "nobody", "1").exit_code == 1
    assert operator.types("routing", "cap", "fal", "-1").exit_code == 2


def test_a_limit_is_set_shown_and_taken_away(operator: Operator, runtime: Runtime) -> None:
    told = operator.asks("routing", "limit", "fal", "--concurrent", "2", "--per-minute", "600")
    assert told == {"provider": "fal", "concurrent": 2, "per_minute": 600, "under_way": 0}
    assert runtime.places.take("fal", runtime.now_ms())
    rows = {row["provider"]: row for row in operator.asks("routing", "show", MODEL)}
    assert (rows["fal"]["concurrent"], rows["fal"]["per_minute"], rows["fal"]["under_way"]) == (2, 600, 1)
    assert rows["replicate"]["under_way"] is None
    assert operator.asks("routing", "limit", "fal", "--per-minute", "9")["concurrent"] is None
    assert operator.asks("routing", "limit", "fal", "--none")["per_minute"] is None
    assert operator.types("routing", "limit", "nobody", "--concurrent", "1").exit_code == 1
    for nonsense in ((), ("--none", "--concurrent", "1"), ("--concurrent", "0")):
        assert operator.types("routing", "limit", "fal", *nonsense).exit_code == 2
