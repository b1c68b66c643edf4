"""`tidegate project`, `tidegate organization`, and the keys that open projects."""

from __future__ import annotations

from tests.integration.cli.deployment import Operator
from tidegate.domain.keys import hash_key
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account
from tidegate.usecases.library.bootstrap import initial_key

DAY_MS = 24 * 3600 * 1000
BANATIE = ("--surface", "banatie", "--preset", "full_access")


def test_projects_are_added_listed_and_changed(operator: Operator, account_id: str) -> None:
    first = operator.asks("project", "create", account_id, "--name", "Spring Sale")
    assert first["path"].endswith("/spring-sale")
    studio = operator.asks("organization", "create", account_id, "--name", "Studio", "--slug", "studio")
    assert studio["slug"] in {one["slug"] for one in operator.asks("organization", "list", account_id)}
    second = operator.asks("project", "create", account_id, "--name", "Site", "--organization", "studio")
    assert second["path"] == "studio/site"
    words = ("project", "set", account_id, "studio/site", "--alias-conflict", "move", "--name", "Shop")
    changed = operator.asks(*words)
    assert changed == {**second, "alias_conflict": "move", "name": "Shop"}
    listed = {one["project_id"] for one in operator.asks("project", "list", account_id)}
    assert {first["project_id"], second["project_id"]} <= listed
    assert operator.types("project", "set", account_id, "no/such", "--name", "x").exit_code == 1
    again = operator.types("organization", "create", account_id, "--name", "Studio", "--slug", "studio")
    assert again.exit_code == 1


def test_a_key_opens_the_project_that_is_named(operator: Operator, runtime: Runtime, account_id: str) -> None:
    project = operator.asks("project", "create", account_id, "--name", "Spring")
    for name in (project["project_id"], project["path"]):
        shown = operator.asks("key", "create", account_id, *BANATIE, "--project", name)
        assert shown["project_id"] == project["project_id"]
    other = create_account(runtime.wallets, name="Other", now_ms=runtime.now_ms())
    for account, words in (
        (other.account_id, (*BANATIE, "--project", project["project_id"])),
        (account_id, (*BANATIE, "--project", "no/such")),
    ):
        assert operator.types("key", "create", account, *words).exit_code == 1
    both = (*BANATIE, "--project", project["project_id"], "--master")
    assert operator.types("key", "create", account_id, *both).exit_code == 2
    babysea = ("--surface", "babysea", "--preset", "full_access", "--project", project["project_id"])
    assert operator.types("key", "create", account_id, *babysea).exit_code == 2


def test_a_projects_key_ends_after_ninety_days_and_a_master_key_never(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    def end_of(*words: str) -> int | None:
        text = operator.asks("key", "create", account_id, *BANATIE, *words)["key"]
        found = runtime.keys.count_request(hash_key(text), Bucket.GENERAL, runtime.now_ms())
        assert found is not None
        return found[0].expires_at_ms

    before_ms = runtime.now_ms()
    end_ms = end_of()
    assert end_ms is not None
    assert before_ms <= end_ms - 90 * DAY_MS <= runtime.now_ms()
    longer = end_of("--expires-in-days", "3650")
    assert longer is not None
    assert longer > end_ms
    assert end_of("--master") is None


def test_the_bootstrap_is_opened_by_the_operator_and_never_after_its_use(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    first, second = (operator.asks("key", "bootstrap", account_id)["secret"] for _ in range(2))
    assert first != second
    _, key = initial_key(runtime, second, runtime.now_ms())
    assert (key.account_id, key.project_id) == (account_id, None)
    assert operator.types("key", "bootstrap", account_id).exit_code == 1
    assert operator.types("key", "bootstrap", "unknown").exit_code == 1
