"""How faults are asked for."""

from __future__ import annotations

from importlib.resources import files

import pytest

from local.simulator.faults import KINDS, FaultScript, Scripted, unknown_words

MODEL = "owner/name"


def asked(prompt: str, provider: str = "fal") -> dict[str, float | None]:
    return dict(FaultScript().take(provider, MODEL, prompt).arguments)


@pytest.mark.parametrize(
    ("prompt", "faults"),
    [
        ("a cat", {}),
        ("a cat [[fault:500]]", {"500": None}),
        ("[[fal:lost]] a cat", {"lost": None}),
        ("[[replicate:lost]] a cat", {}),
        ("[[fault:slow:2.5]][[fal:no_callback]]", {"slow": 2.5, "no_callback": None}),
        ("[[fault:nonsense]] [[nobody:500]] [fault:500] [[fault: 500]]", {}),
    ],
)
def test_a_prompt_asks_for_faults(prompt: str, faults: dict[str, float | None]) -> None:
    assert asked(prompt) == faults


def test_a_fault_without_its_argument_takes_the_default() -> None:
    faults = FaultScript().take("fal", MODEL, "[[fault:slow]]")
    assert faults.number("slow") == 10
    assert faults.status() is None


def test_a_counted_fault_is_spent_per_provider_and_prompt() -> None:
    script = FaultScript()
    prompt = "[[fault:500*1]]"
    first, second = script.take("fal", MODEL, prompt), script.take("fal", MODEL, prompt)
    assert (first.status(), second.status()) == (500, None)
    assert script.take("replicate", MODEL, prompt).status() == 500
    assert script.take("fal", MODEL, prompt + " again").status() == 500


def test_queued_faults_are_taken_one_a_submit_in_order() -> None:
    script = FaultScript()
    script.queue = [Scripted("500", count=2), Scripted("429", provider="fal", argument=5)]
    taken = [script.take("fal", MODEL, "").names() for _ in range(4)]
    assert taken == [["500"], ["500"], ["429"], []]


def test_a_queued_fault_waits_for_its_provider_and_model() -> None:
    script = FaultScript()
    script.queue = [Scripted("500", provider="fal", model=MODEL)]
    assert script.take("replicate", MODEL, "").names() == []
    assert script.take("fal", "another/model", "").names() == []
    assert script.take("fal", MODEL, "").names() == ["500"]


def test_words_that_mean_nothing_are_pointed_out() -> None:
    prompt = "[[fault:500]] [[fall:500]] [[fal:explode]]"
    assert unknown_words(prompt, ["fal"]) == ["[[fall:500]]", "[[fal:explode]]"]


def test_the_readme_documents_every_fault() -> None:
    readme = files("local.simulator").joinpath("README.md").read_text(encoding="utf-8")
    table = "\n".join(line.split("|")[1] for line in readme.splitlines() if line.startswith("| `"))
    assert [name for name in KINDS if f"`{name}`" not in table] == []


def test_a_fault_may_name_the_vendors_own_code() -> None:
    faults = FaultScript().take("fal", MODEL, "[[fal:error:Throttling.RateQuota]] [[fal:failed_with:3036]]")
    assert (faults.code("error"), faults.code("failed_with")) == ("Throttling.RateQuota", "3036")
    assert faults.code("slow") == ""


def test_a_queued_fault_may_name_a_code() -> None:
    script = FaultScript()
    script.queue = [Scripted("error", code="QuotaExceeded")]
    assert script.take("fal", MODEL, "").code("error") == "QuotaExceeded"
