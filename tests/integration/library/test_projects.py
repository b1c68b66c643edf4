"""Projects and the keys that open them."""

from __future__ import annotations

import pytest

from tests.contract.banatie.client import Client
from tests.integration.library.conftest import Meanwhile
from tidegate.domain.account import Account
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.library.errors import ProjectNotFound, SlugTaken
from tidegate.domain.library.records import Project
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key
from tidegate.usecases.library.project_keys import AskedKey, make_key
from tidegate.usecases.library.projects import (
    create_organization,
    create_project,
    first_project,
    get_project,
    own_organization,
    slug_of,
)

NOW_MS = 1_763_000_000_000


def _account(runtime: Runtime, name: str = "Café Älpha & Co.") -> Account:
    return create_account(runtime.wallets, name=name, now_ms=NOW_MS)


def test_an_account_gets_one_first_project_in_an_organization_of_its_name(runtime: Runtime) -> None:
    account = _account(runtime)
    project = first_project(runtime.library, account, NOW_MS)
    assert project.path == "cafe-alpha-co/main"
    assert first_project(runtime.library, account, NOW_MS + 5) == project
    assert runtime.library.projects.of(account.account_id) == [project]
    (organization,) = runtime.library.projects.organizations(account.account_id)
    assert (organization.slug, organization.organization_id) == ("cafe-alpha-co", project.organization_id)
    assert runtime.library.projects.find("cafe-alpha-co", "main") == (account.account_id, project.project_id)
    assert runtime.library.projects.find_organization("cafe-alpha-co") == (
        account.account_id,
        organization.organization_id,
    )
    assert runtime.library.projects.find("cafe-alpha-co", "other") is None
    assert runtime.library.projects.find_organization("nobody") is None


def test_two_accounts_of_one_name_get_two_organizations(runtime: Runtime) -> None:
    first, second = (first_project(runtime.library, _account(runtime, "Acme"), NOW_MS) for _ in range(2))
    assert first.organization_slug == "acme"
    assert second.organization_slug.startswith("acme-")


def test_a_name_that_cannot_stand_in_a_url_gets_one_that_can(runtime: Runtime) -> None:
    assert slug_of("大山") == ""
    assert first_project(runtime.library, _account(runtime, "大山"), NOW_MS).organization_slug == "account"


def test_whoever_comes_second_at_the_same_time_gets_the_firsts_project(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = _account(runtime)
    winner = first_project(runtime.library, account, NOW_MS)
    read, answers = runtime.library.projects.first, iter([None])
    monkeypatch.setattr(runtime.library.projects, "first", lambda owner: next(answers, read(owner)))
    assert first_project(runtime.library, account, NOW_MS) == winner
    assert len(runtime.library.projects.of(account.account_id)) == 1


def test_an_account_with_an_organization_gets_its_first_project_beside_that(runtime: Runtime) -> None:
    account = _account(runtime, "Acme")
    create_organization(runtime.library, account.account_id, name="Studio", now_ms=NOW_MS)
    found = own_organization(runtime.library, account, None, NOW_MS)
    project = first_project(runtime.library, account, NOW_MS)
    assert (found.organization_id, found.slug) == (project.organization_id, "acme")


def test_keys_that_are_made_at_the_same_time_open_one_project(client: Client, meanwhile: Meanwhile) -> None:
    """Each makes what is not there, and finds that the other has made it just now."""
    client.add_key(None)
    (master,) = [key for key in client.runtime.keys.list(client.account_id) if key.project_id is None]
    asked = AskedKey(master=False, name="site", project_slug="spring", organization_slug="studio")
    made: list[Project | None] = []

    def make() -> None:
        made.append(make_key(client.runtime, master, asked, NOW_MS)[2])

    meanwhile(client.runtime.library.projects, "organizations", make)
    make()
    assert made[0] is not None
    assert made == [made[0]] * 2


def test_when_no_name_is_free_nothing_is_made(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime.library.projects, "create_first", lambda *_: False)
    with pytest.raises(ServiceUnavailable):
        first_project(runtime.library, _account(runtime), NOW_MS)


def test_a_further_project_has_a_slug_of_its_own_in_its_organization(runtime: Runtime) -> None:
    account = _account(runtime)
    first_project(runtime.library, account, NOW_MS)
    (organization,) = runtime.library.projects.organizations(account.account_id)
    project = create_project(runtime.library, organization, name=" Spring Sale ", now_ms=NOW_MS)
    assert (project.slug, project.name) == ("spring-sale", "Spring Sale")
    assert get_project(runtime.library, account.account_id, project.project_id) == project
    with pytest.raises(SlugTaken):
        create_project(runtime.library, organization, name="Spring sale", now_ms=NOW_MS)
    for name, slug in ((" ", None), ("x" * 101, None), ("ok", "No"), ("ok", "-a"), ("大", None)):
        with pytest.raises(InvalidInput):
            create_project(runtime.library, organization, name=name, slug=slug, now_ms=NOW_MS)


def test_anothers_project_is_not_found(runtime: Runtime) -> None:
    project = first_project(runtime.library, _account(runtime), NOW_MS)
    with pytest.raises(ProjectNotFound):
        get_project(runtime.library, _account(runtime, "Other").account_id, project.project_id)


def test_a_setting_of_a_project_can_be_changed(runtime: Runtime) -> None:
    account = _account(runtime)
    project = first_project(runtime.library, account, NOW_MS)
    assert not project.moves_aliases
    table = runtime.library.projects
    assert table.change(account.account_id, project.project_id, {"alias_conflict": "move"})
    changed = table.get(account.account_id, project.project_id)
    assert changed is not None
    assert changed.moves_aliases
    assert not table.change(account.account_id, "unknown", {"alias_conflict": "move"})


def test_a_key_knows_its_project_and_keeps_it(runtime: Runtime) -> None:
    account = _account(runtime)
    project = first_project(runtime.library, account, NOW_MS)
    _, key = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account.account_id,
        surface=Surface.BANATIE,
        scopes=SCOPES,
        name="site",
        now_ms=NOW_MS,
        project=project,
    )
    counted = runtime.keys.count_request(key.key_hash, Bucket.LIBRARY, NOW_MS)
    assert counted is not None
    assert (counted[0].project_id, counted[0].project_path) == (project.project_id, project.path)
