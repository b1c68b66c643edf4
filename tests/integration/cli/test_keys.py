"""`tidegate key`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.cli.deployment import Operator
from tidegate.domain.keys import PRESETS, KeyState, hash_key
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime

DAY_MS = 24 * 3600 * 1000


@pytest.mark.parametrize("surface", ["babysea", "banatie", "sharkapi"])
def test_a_new_key_works_at_once(operator: Operator, runtime: Runtime, account_id: str, surface: str) -> None:
    shown = operator.asks("key", "create", account_id, "--surface", surface, "--preset", "read_only")
    found = runtime.keys.count_request(hash_key(shown["key"]), Bucket.GENERAL, runtime.now_ms())
    assert found is not None
    key, _ = found
    assert key.works(runtime.now_ms())
    assert (key.account_id, key.surface, key.scopes) == (account_id, surface, PRESETS["read_only"])
    assert key.name == "read_only"


def test_keys_of_banaties_surface_open_the_accounts_first_project_and_a_master_key_opens_none(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    words = ("key", "create", account_id, "--surface", "banatie", "--preset", "full_access")
    first, second = (operator.asks(*words)["project_id"] for _ in range(2))
    project = runtime.library.projects.first(account_id)
    assert project is not None
    assert {first, second} == {project.project_id}
    assert operator.asks(*words, "--master")["project_id"] is None
    babysea = ("key", "create", account_id, "--surface", "babysea", "--preset", "full_access")
    assert operator.types(*babysea, "--master").exit_code == 2


def test_a_key_can_have_scopes_of_its_own_a_name_and_an_end(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    words = ("--surface", "babysea", "--scope", "generation:read", "--scope", "library:read")
    before_ms = runtime.now_ms()
    operator.asks("key", "create", account_id, *words, "--name", "reader", "--expires-in-days", "7")
    (key,) = runtime.keys.list(account_id)
    assert (key.name, key.scopes) == ("reader", ("generation:read", "library:read"))
    assert key.expires_at_ms is not None
    assert before_ms <= key.expires_at_ms - 7 * DAY_MS <= runtime.now_ms()


def test_the_full_key_is_printed_once_and_never_again(operator: Operator, account_id: str) -> None:
    run = operator.types("key", "create", account_id, "--surface", "babysea", "--preset", "full_access")
    (text,) = [line for line in run.stdout.splitlines() if line.startswith("bye_")]
    assert run.stdout.count(text) == 1
    assert text not in run.stderr
    later = [
        operator.types("key", "list", account_id),
        operator.types("key", "list", account_id, "--json"),
        operator.types("account", "show", account_id),
        operator.types("config", "show"),
    ]
    assert not any(text in run.stdout + run.stderr for run in later)
    assert hash_key(text) not in later[0].stdout + later[1].stdout


def test_list_shows_every_key_by_its_prefix(operator: Operator, account_id: str) -> None:
    made = [
        operator.asks("key", "create", account_id, "--surface", surface, "--preset", "monitor_only")
        for surface in ("babysea", "sharkapi")
    ]
    listed = operator.asks("key", "list", account_id)
    assert {entry["key_id"] for entry in listed} == {entry["key_id"] for entry in made}
    assert all(entry["state"] == "active" and "key" not in entry for entry in listed)


def test_a_revoked_key_stops_at_once_and_revoking_again_says_so(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    key_id = operator.asks("key", "create", account_id, "--surface", "babysea", "--preset", "full_access")[
        "key_id"
    ]
    assert operator.asks("key", "revoke", account_id, key_id)["already_revoked"] is False
    assert [key.state for key in runtime.keys.list(account_id)] == [KeyState.REVOKED]
    assert operator.asks("key", "revoke", account_id, key_id)["already_revoked"] is True
    assert operator.asks("key", "list", account_id)[0]["state"] == "revoked"


def test_a_key_of_another_account_cannot_be_revoked(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    key_id = operator.asks("key", "create", account_id, "--surface", "babysea", "--preset", "full_access")[
        "key_id"
    ]
    other = operator.asks("account", "create", "Other")["account_id"]
    run = operator.types("key", "revoke", other, key_id)
    assert run.exit_code == 1
    assert key_id in run.stderr
    assert [key.state for key in runtime.keys.list(account_id)] == [KeyState.ACTIVE]


def _made(operator: Operator, account_id: str, *words: str) -> dict[str, Any]:
    made: dict[str, Any] = operator.asks(
        "key", "create", account_id, "--surface", "babysea", "--preset", "read_only", *words
    )
    return made


def test_a_rotated_key_is_replaced_by_one_that_is_printed_once(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    old = _made(operator, account_id, "--address", "203.0.113.0/24")
    run = operator.types("key", "rotate", account_id, old["key_id"], "--grace-hours", "48")
    (text,) = [line for line in run.stdout.splitlines() if line.startswith("bye_")]
    assert text != old["key"]
    first, second = runtime.keys.list(account_id)
    new = first if first.key_hash == hash_key(text) else second
    assert (new.rotated_from, new.allowlist) == (old["key_id"], ("203.0.113.0/24",))
    listed = {entry["key_id"]: entry for entry in operator.asks("key", "list", account_id)}
    assert listed[old["key_id"]]["state"] == "rotated"
    assert listed[old["key_id"]]["expires_at"] is not None
    assert listed[new.key_id]["state"] == "active"


def test_a_rotation_that_cannot_be_is_refused(operator: Operator, account_id: str) -> None:
    old = _made(operator, account_id)
    assert operator.types("key", "rotate", account_id, old["key_id"], "--grace-hours", "169").exit_code == 2
    new = operator.asks("key", "rotate", account_id, old["key_id"])
    assert new["rotated_from"] == old["key_id"]
    again = operator.types("key", "rotate", account_id, old["key_id"], "--json")
    assert (again.exit_code, '"code": "key_not_active"' in again.stderr) == (1, True)
    early = operator.types("key", "rotate", account_id, new["key_id"], "--json")
    assert (early.exit_code, '"code": "rotation_under_way"' in early.stderr) == (1, True)


def test_addresses_are_set_and_lifted_again(operator: Operator, runtime: Runtime, account_id: str) -> None:
    key_id = _made(operator, account_id, "--address", "203.0.113.9")["key_id"]
    words = ("key", "allow", account_id, key_id)
    assert operator.asks(*words, "--address", "2001:DB8::/32")["allowlist"] == ["2001:db8::/32"]
    assert [key.allowlist for key in runtime.keys.list(account_id)] == [("2001:db8::/32",)]
    assert operator.asks(*words, "--anywhere")["allowlist"] == []
    assert operator.types(*words).exit_code == 2
    assert operator.types(*words, "--address", "203.0.113.9", "--anywhere").exit_code == 2
    refused = operator.types(*words, "--address", "203.0.113.9/24")
    assert (refused.exit_code, "203.0.113.9/24" in refused.stderr) == (1, True)
    assert operator.types("key", "allow", account_id, "nobody", "--anywhere").exit_code == 1


@pytest.mark.parametrize(
    ("words", "exit_code", "reason"),
    [
        (("--surface", "babysea", "--preset", "root"), 2, "root"),
        (("--surface", "midjourney", "--preset", "read_only"), 2, "midjourney"),
        (("--preset", "read_only"), 2, "--surface"),
        (("--surface", "babysea"), 2, "--preset"),
        (("--surface", "babysea", "--preset", "read_only", "--scope", "generation:read"), 2, "--scope"),
        (("--surface", "babysea", "--preset", "read_only", "--expires-in-days", "0"), 2, "expires"),
        (("--surface", "babysea", "--scope", "wallet:write"), 1, "generation:write"),
        (("--surface", "babysea", "--preset", "read_only", "--name", "x" * 101), 1, "100"),
        (("--surface", "babysea", "--preset", "read_only", "--address", "office"), 1, "office"),
    ],
)
def test_a_key_that_cannot_be_meant_is_not_made(
    operator: Operator,
    runtime: Runtime,
    account_id: str,
    *,
    words: tuple[str, ...],
    exit_code: int,
    reason: str,
) -> None:
    run = operator.types("key", "create", account_id, *words)
    assert run.exit_code == exit_code
    assert reason in run.stderr
    assert runtime.keys.list(account_id) == []


@pytest.mark.parametrize(
    "words", [("create", "nobody", "--surface", "babysea", "--preset", "read_only"), ("list", "nobody")]
)
def test_an_unknown_account_has_no_keys(operator: Operator, words: tuple[str, ...]) -> None:
    run = operator.types("key", *words)
    assert run.exit_code == 1
    assert "nobody" in run.stderr
