"""`tidegate generation`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.cli.world import NOW_MS, OUTPUT, fail_over, succeed
from tidegate.domain.generation import Generation, new_id
from tidegate.runtime import Runtime


def test_a_pending_generation_shows_its_price_on_hold(operator: Operator, generation: Generation) -> None:
    words = ("generation", "show", generation.generation_id, "--account", generation.account_id)
    shown = operator.asks(*words)
    assert (shown["status"], shown["price"], shown["settlement"]) == ("pending", "0.0035", None)
    assert (shown["attempts"], shown["outputs"]) == ([], [])
    assert "held" in operator.types(*words).stdout


def test_a_finished_generation_shows_attempts_settlement_outputs_and_timings(
    operator: Operator, runtime: Runtime, generation: Generation
) -> None:
    fail_over(runtime, generation)
    succeed(runtime, generation)
    shown = operator.asks("generation", "show", generation.generation_id)
    assert (shown["status"], shown["settlement"], shown["provider_used"]) == ("succeeded", "charge", "fal")
    first, second = shown["attempts"]
    assert (first["provider"], first["status"], first["duration_ms"]) == ("replicate", "failed", 1500)
    assert first["failure"] == {
        "class": "fail_over", "code": "provider_unavailable", "message": "boom", "http_status": 500,
    }  # fmt: skip
    assert (second["provider"], second["status"], second["failure"]) == ("fal", "used", None)
    (output,) = shown["outputs"]
    assert output["url"] == f"https://api.example.com/outputs/{OUTPUT.key}"
    assert shown["predict_ms"] == 900


def test_deleted_files_have_a_time_and_no_url(
    operator: Operator, runtime: Runtime, generation: Generation
) -> None:
    fail_over(runtime, generation)
    succeed(runtime, generation)
    ended = runtime.generations.get(generation.account_id, generation.generation_id)
    assert ended is not None
    assert runtime.generations.mark_removed(ended, NOW_MS)
    shown = operator.asks("generation", "show", generation.generation_id)
    (output,) = shown["outputs"]
    assert (output["url"], output["size_bytes"]) == (None, 12_345)
    assert shown["removed_at"] is not None
    text = operator.types("generation", "show", generation.generation_id).stdout
    assert "files deleted" in text
    assert "https://" not in text


def test_people_see_the_trail_and_the_whole_url(
    operator: Operator, runtime: Runtime, generation: Generation
) -> None:
    fail_over(runtime, generation)
    succeed(runtime, generation)
    text = operator.types("generation", "show", generation.generation_id).stdout
    for part in (
        "$0.0035",
        "charge",
        "provider_unavailable (HTTP 500): boom",
        "1.50 s",
        "4.00 s",
        "1024 x 768",
    ):
        assert part in text
    assert f"https://api.example.com/outputs/{OUTPUT.key}" in text.splitlines()


def test_no_token_and_no_signed_url_is_shown(
    operator: Operator, runtime: Runtime, generation: Generation
) -> None:
    fail_over(runtime, generation)
    runs = [
        operator.types("generation", "show", generation.generation_id, *extra) for extra in ((), ("--json",))
    ]
    for secret in ("task-token", "callback-token", "signed.example"):
        assert not any(secret in run.stdout + run.stderr for run in runs)


@pytest.mark.parametrize("command", ["show", "watch"])
def test_a_generation_of_another_account_is_not_found(
    operator: Operator, generation: Generation, command: str
) -> None:
    run = operator.types("generation", command, generation.generation_id, "--account", "somebody-else")
    assert run.exit_code == 1
    assert generation.generation_id in run.stderr


def test_an_unknown_generation_is_refused_with_what_may_help(operator: Operator) -> None:
    run = operator.types("generation", "show", "nothing", "--json")
    assert run.exit_code == 1
    error = json.loads(run.stderr.splitlines()[-1])["error"]
    assert error["code"] == "generation_not_found"
    assert "--account" in error["message"]


def test_list_is_newest_first_and_limited(
    operator: Operator, runtime: Runtime, generation: Generation
) -> None:
    newer = replace(generation, generation_id=new_id(NOW_MS + 5000))
    runtime.generations.create(newer)
    listed = operator.asks("generation", "list", generation.account_id)
    assert [entry["generation_id"] for entry in listed] == [newer.generation_id, generation.generation_id]
    assert len(operator.asks("generation", "list", generation.account_id, "--limit", "1")) == 1
    assert "bfl/flux-schnell" in operator.types("generation", "list", generation.account_id).stdout
    assert operator.asks("account", "show", generation.account_id)["generations"] == 2


def test_the_list_of_an_unknown_account_is_refused(operator: Operator) -> None:
    assert operator.types("generation", "list", "nobody").exit_code == 1


def test_watch_tells_every_change_and_ends_with_the_end(
    operator: Operator, runtime: Runtime, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _between_looks(
        monkeypatch,
        lambda: fail_over(runtime, generation),
        lambda: None,
        lambda: succeed(runtime, generation),
    )
    run = operator.types(
        "generation", "watch", generation.generation_id, "--account", generation.account_id, "--json"
    )
    assert run.exit_code == 0
    assert [line["status"] for line in run.lines] == ["pending", "processing", "succeeded"]
    assert run.lines[-1]["outputs"][0]["size_bytes"] == 12_345


def test_watch_shows_a_line_per_change_where_there_is_no_terminal(
    operator: Operator, runtime: Runtime, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    _between_looks(monkeypatch, lambda: fail_over(runtime, generation), lambda: succeed(runtime, generation))
    run = operator.types("generation", "watch", generation.generation_id, "--account", generation.account_id)
    lines = [line for line in run.stdout.splitlines() if " · " in line]
    assert "pending" in lines[0]
    assert "#1 replicate failed (provider_unavailable) · #2 fal submitted" in lines[1]
    assert lines[2].startswith("4.00 s · succeeded")


def test_watch_shows_a_live_table_on_a_terminal(
    operator: Operator, runtime: Runtime, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    _between_looks(monkeypatch, lambda: fail_over(runtime, generation), lambda: succeed(runtime, generation))
    run = operator.types("generation", "watch", generation.generation_id, "--account", generation.account_id)
    assert run.exit_code == 0
    assert "\x1b[" in run.stdout
    assert "succeeded" in run.stdout


def test_watch_gives_up_when_its_time_is_over(operator: Operator, generation: Generation) -> None:
    words = ("generation", "watch", generation.generation_id, "--account", generation.account_id)
    run = operator.types(*words, "--timeout", "0")
    assert run.exit_code == 1
    assert "not over after 0 s" in run.stderr


def _between_looks(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], None]) -> None:
    """Let the world move on whenever the command would pause."""
    remaining: Iterator[Callable[[], None]] = iter(steps)
    monkeypatch.setattr("cli.following.time.sleep", lambda _: next(remaining)())
