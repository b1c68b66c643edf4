"""`tidegate cost`: counted calls times dated prices."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cli.counted import read_counts
from cli.prices import FILE, read_prices
from tests.integration.cli.deployment import Operator, Run

OPERATOR = Operator()


def _cost(*words: str) -> Run:
    return OPERATOR.types("cost", *words, "--json")


def test_the_sums_are_those_of_the_items_and_everything_has_its_page() -> None:
    run = _cost()
    assert run.exit_code == 0
    items = run.data["items"]
    counted = [item for item in items if item["basis"] == "counted"]

    def total(entries: list[dict[str, str | None]], column: str) -> Decimal:
        return sum((Decimal(entry[column] or 0) for entry in entries), Decimal())

    slack = Decimal("0.001")  # items are rounded
    assert abs(total(counted, "per_1000") - Decimal(run.data["per_1000_calls"])) < slack
    assert abs(total(items, "per_1000") - Decimal(run.data["per_1000"])) < slack
    assert abs(total(items, "idle_month") - Decimal(run.data["idle_month"])) < slack
    assert all(item["page"].startswith("https://aws.amazon.com/") for item in items)
    assert run.data["as_of"] == read_prices().as_of.isoformat()


def test_a_month_is_what_it_takes_idle_and_its_generations() -> None:
    idle, thousand, million = (_cost("--generations", number).data for number in ("0", "1000", "1000000"))
    assert idle["month"] == idle["idle_month"]
    sum_of_both = Decimal(idle["month"]) + Decimal(thousand["per_1000"])
    assert abs(Decimal(thousand["month"]) - sum_of_both) <= Decimal("0.0001")
    assert Decimal(million["month"]) > Decimal(thousand["per_1000"]) * 1000
    assert _cost("--generations", "-1").exit_code == 2


def test_another_regions_prices_are_taken_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    text = FILE.read_text().replace('region = "us-east-1"', 'region = "eu-central-1"')
    file.write_text(text.replace("dollars = 25.00", "dollars = 50.00"))
    dearer, here = _cost("--prices", str(file)).data, _cost().data
    assert dearer["region"] == "eu-central-1"
    assert Decimal(dearer["per_1000"]) == Decimal(here["per_1000"]) + Decimal("0.05")


@pytest.mark.parametrize("text", ["", "region = 1", "[price.puts]\ndollars = 5", "not toml ["])
def test_what_is_no_price_table_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    run = _cost("--prices", str(file))
    assert run.exit_code == 1
    assert "no price table" in run.stderr
    assert _cost("--prices", str(tmp_path / "absent.toml")).exit_code == 1


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("dollars = 25.00", "dollars = -25"),
        ("dollars = 25.00", "dollars = nan"),
        ("dollars = 25.00", 'dollars = "25"'),
        ("per = 1_000_000", "per = 0"),
        ("as_of = 2025-11-01", 'as_of = "2025-11-01"'),
    ],
)
def test_a_table_of_no_prices_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(FILE.read_text().replace(line, instead))
    run = _cost("--prices", str(file))
    assert run.exit_code == 1
    assert "no price table" in run.stderr


def test_a_table_that_lacks_an_item_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(FILE.read_text().replace("[price.puts]", "[price.uploads]"))
    run = _cost("--prices", str(file))
    assert run.exit_code == 1
    assert "lacks price.puts" in run.stderr


def test_people_get_a_table() -> None:
    run = OPERATOR.types("cost")
    assert run.exit_code == 0
    assert "Step Functions state transitions" in run.stdout
    assert "docs/costs.md" in run.stderr


def test_counts_cover_a_generation_and_an_idle_month() -> None:
    counts = read_counts()
    assert counts.assumed <= set(counts.generation)
    assert set(counts.items) <= set(read_prices().price)
