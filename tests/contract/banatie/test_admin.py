"""What a master key may do, and how the first one is come by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.banatie.client import Client, Reply
from tidegate.adapters.dynamodb.rosters import Roster, Rosters
from tidegate.domain.keys import MAX_KEYS, PRESETS, SCOPES, Key, KeyState, Surface, hash_key
from tidegate.usecases.accounts import create_account, create_key
from tidegate.usecases.library.bootstrap import open_bootstrap

DAY_MS = 86_400_000
NOBODY = "00000000-0000-7000-8000-000000000000"
ADMIN: dict[str, tuple[str, dict[str, Any]]] = {
    "admin_keys_create": ("POST", {"body": {"type": "master"}}),
    "admin_keys_list": ("GET", {}),
    "admin_keys_revoke": ("DELETE", {"params": {"id": NOBODY}}),
    "admin_organizations_create": ("POST", {"body": {"name": "Second"}}),
    "admin_organizations_list": ("GET", {}),
    "admin_projects_create": ("POST", {"body": {"name": "Second"}}),
    "admin_projects_list": ("GET", {}),
    "admin_projects_update": ("PUT", {"body": {"name": "Second"}, "params": {"id": NOBODY}}),
}


@pytest.fixture
def master(client: Client) -> str:
    """A master key of the client's account."""
    return client.add_key(None)


def _ask(client: Client, function: str, token: str | None, **more: Any) -> Reply:
    method, sent = ADMIN[function]
    return client.call(function, method, "/api/admin", token=token, **{**sent, **more})


def _make(client: Client, token: str, **body: object) -> Reply:
    return _ask(client, "admin_keys_create", token, body=body)


def _babysea(client: Client) -> tuple[str, Key]:
    """Make a key of another surface."""
    return create_key(
        client.runtime.keys,
        client.runtime.wallets,
        account_id=client.account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="other",
        now_ms=NOW_MS,
    )


def test_a_master_key_that_is_revoked_while_it_makes_another_makes_none_that_works(
    client: Client, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, read = client.runtime.keys, Rosters.get

    def meet(rosters: Rosters, account_id: str) -> Roster:
        monkeypatch.undo()
        keys.revoke(hash_key(master))
        return read(rosters, account_id)

    monkeypatch.setattr(Rosters, "get", meet)
    assert _make(client, master, type="master", name="late").status == 503
    (made,) = [key for key in keys.list(client.account_id) if key.name == "late"]
    assert made.state is KeyState.REVOKED


@pytest.mark.parametrize("function", ADMIN)
def test_only_master_keys_administer(client: Client, function: str) -> None:
    assert _ask(client, function, client.token).error == (403, "FORBIDDEN", "Master key required")
    assert _ask(client, function, None).error[:2] == (401, "UNAUTHORIZED")
    babysea, _ = _babysea(client)
    assert _ask(client, function, babysea).error[:2] == (401, "UNAUTHORIZED")


def test_a_key_of_a_project_opens_it_for_ninety_days(client: Client, master: str) -> None:
    reply = _make(client, master, type="project", projectId=client.project.project_id, name="site")
    assert reply.status == 201
    assert list(reply.body)[:2] == ["apiKey", "metadata"]
    metadata = dict(reply.body["metadata"])
    key_id = metadata.pop("id")
    assert metadata == {
        "type": "project",
        "name": "site",
        "projectId": client.project.project_id,
        "organizationId": client.project.organization_id,
        "expiresAt": "2026-02-12T12:00:00.123Z",
    }
    token = reply.body["apiKey"]
    assert token.startswith("bnt_")
    assert len(token) == 68
    assert client.call("images_list", token=token).status == 200
    client.runtime.time_ms = NOW_MS + 90 * DAY_MS
    assert client.call("images_list", token=token).error[:2] == (401, "UNAUTHORIZED")
    listed = {one["id"]: one for one in _ask(client, "admin_keys_list", master).data}
    assert not listed[key_id]["isActive"]


def test_a_master_key_makes_master_keys_that_never_expire(client: Client, master: str) -> None:
    reply = _make(client, master, type="master", expiresInDays=1)
    assert reply.body["metadata"]["expiresAt"] is None
    assert reply.body["metadata"]["projectId"] is None
    assert _ask(client, "admin_keys_list", reply.body["apiKey"]).status == 200
    assert client.call("images_list", token=reply.body["apiKey"]).error[2] == "Project key required"


def test_organization_and_project_are_made_on_the_way(client: Client, master: str) -> None:
    asked = {
        "type": "project",
        "organizationSlug": f"studio-{client.account_id[:8]}",
        "projectSlug": "spring",
    }
    first, second = (_make(client, master, **asked).body["metadata"] for _ in range(2))
    assert first["projectId"] == second["projectId"]
    by_name = _make(client, master, type="project", projectId="autumn").body["metadata"]
    assert by_name["organizationId"] == client.project.organization_id
    slugs = {
        (one["organizationSlug"], one["slug"]) for one in _ask(client, "admin_projects_list", master).data
    }
    assert slugs == {
        (asked["organizationSlug"], "spring"),
        (client.project.organization_slug, "autumn"),
        (client.project.organization_slug, "main"),
    }
    in_it = _make(client, master, type="project", organizationId=first["organizationId"], projectSlug="fall")
    assert in_it.body["metadata"]["organizationId"] == first["organizationId"]


def test_an_account_without_projects_gets_an_organization_of_its_name(runtime: Clock) -> None:
    account = create_account(runtime.wallets, name="Fresh", now_ms=NOW_MS)
    client = Client(runtime)
    client.account_id = account.account_id
    master = client.add_key(None)
    made = _ask(client, "admin_projects_create", master, body={"name": "Site"}).data
    assert made["organizationSlug"].startswith("fresh")
    assert {one["slug"] for one in _ask(client, "admin_projects_list", master).data} == {"main", "site"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "admin"},
        {"type": "project"},
        {"type": "project", "projectId": 5},
        {"type": "project", "projectId": "No Slug"},
        {"type": "project", "projectId": "a", "organizationSlug": "-"},
        {"type": "project", "projectId": "a", "expiresInDays": 0},
        {"type": "project", "projectId": "a", "expiresInDays": True},
        {"type": "project", "projectId": "a", "expiresInDays": 3651},
        {"type": "master", "name": "x" * 101},
    ],
)
def test_a_key_that_cannot_be_meant_is_not_made(client: Client, master: str, body: dict[str, Any]) -> None:
    before = len(_ask(client, "admin_keys_list", master).data)
    assert _make(client, master, **body).error[:2] == (400, "VALIDATION_ERROR")
    assert len(_ask(client, "admin_keys_list", master).data) == before


def test_keys_are_listed_without_their_text_and_revoked_at_once(client: Client, master: str) -> None:
    made = _make(client, master, type="project", projectId=client.project.project_id)
    listed = _ask(client, "admin_keys_list", master)
    assert made.body["apiKey"] not in str(listed.body)
    assert {one["type"] for one in listed.data} == {"master", "project"}
    key_id = made.body["metadata"]["id"]
    gone = _ask(client, "admin_keys_revoke", master, params={"id": key_id})
    assert gone.data == {"id": key_id, "isActive": False}
    assert client.call("images_list", token=made.body["apiKey"]).error[:2] == (401, "UNAUTHORIZED")
    active = {one["id"]: one["isActive"] for one in _ask(client, "admin_keys_list", master).data}
    assert not active[key_id]
    assert _ask(client, "admin_keys_revoke", master).error == (404, "KEY_NOT_FOUND", "Key not found")


def test_keys_of_other_surfaces_are_not_its_business(client: Client, master: str) -> None:
    _, babysea = _babysea(client)
    assert babysea.key_id not in {one["id"] for one in _ask(client, "admin_keys_list", master).data}
    assert _ask(client, "admin_keys_revoke", master, params={"id": babysea.key_id}).status == 404


def test_a_key_is_given_no_more_than_its_maker_may(client: Client) -> None:
    reader = client.add_key(None, scopes=PRESETS["read_only"])
    assert _ask(client, "admin_keys_list", reader).status == 200
    assert _make(client, reader, type="master").error[:2] == (403, "FORBIDDEN")
    narrow = client.add_key(None, scopes=PRESETS["generate_only"])
    made = _make(client, narrow, type="project", projectId=client.project.project_id).body["apiKey"]
    deleted = client.about("images_delete", NOBODY, "DELETE", token=made)
    assert deleted.error[:2] == (403, "FORBIDDEN")


def test_organizations_and_projects_are_made_listed_and_changed(client: Client, master: str) -> None:
    slug = f"acme-{client.account_id[:8]}"
    made = _ask(
        client, "admin_organizations_create", master, body={"name": "Acme", "slug": slug, "email": "a@b.c"}
    )
    assert (made.status, made.data["slug"], made.data["email"]) == (201, slug, "a@b.c")
    taken = _ask(client, "admin_organizations_create", master, body={"name": "Acme", "slug": slug})
    assert taken.error[:2] == (409, "SLUG_ALREADY_EXISTS")
    assert slug in {one["slug"] for one in _ask(client, "admin_organizations_list", master).data}
    project = _ask(
        client, "admin_projects_create", master, body={"name": "Site", "organizationId": made.data["id"]}
    )
    assert (project.status, project.data["slug"], project.data["aliasConflict"]) == (201, "site", "reject")
    about = {"id": project.data["id"]}
    changed = _ask(client, "admin_projects_update", master, params=about, body={"aliasConflict": "move"})
    assert changed.data == {**project.data, "aliasConflict": "move"}
    renamed = _ask(client, "admin_projects_update", master, params=about, body={"name": "Shop"})
    assert (renamed.data["name"], renamed.data["slug"]) == ("Shop", "site")
    for body in ({"aliasConflict": "steal"}, {"name": 5}, {"name": "x" * 101}):
        refused = _ask(client, "admin_projects_update", master, params=about, body=body)
        assert refused.error[:2] == (400, "VALIDATION_ERROR")
    assert _ask(client, "admin_projects_update", master).error[:2] == (404, "PROJECT_NOT_FOUND")
    for function in ("admin_organizations_create", "admin_projects_create"):
        assert _ask(client, function, master, body={}).error[:2] == (400, "VALIDATION_ERROR")


def test_a_taken_alias_moves_where_the_project_says_so(client: Client, master: str) -> None:
    first, second = client.upload(alias="@hero").data["id"], client.upload().data["id"]
    assert client.about("images_alias_set", second, "PUT", body={"alias": "@hero"}).status == 409
    about = {"id": client.project.project_id}
    _ask(client, "admin_projects_update", master, params=about, body={"aliasConflict": "move"})
    assert client.about("images_alias_set", second, "PUT", body={"alias": "@hero"}).status == 200
    assert client.about("images_get", first).data["alias"] is None


def test_what_another_account_has_is_not_found(client: Client, stranger: Client) -> None:
    body = {"name": "x", "organizationId": client.project.organization_id}
    reply = _ask(stranger, "admin_projects_create", stranger.add_key(None), body=body)
    assert reply.error == (404, "ORGANIZATION_NOT_FOUND", "Organization not found")


def test_an_account_has_only_so_many(client: Client, master: str) -> None:
    rosters = client.runtime.keys.rosters
    key, *_ = rosters.get(client.account_id).keys
    for number in range(MAX_KEYS - len(rosters.get(client.account_id).keys)):
        more = replace(key, key_hash=f"{number}{key.key_hash}", key_id=f"{number}")
        assert rosters.add(more, rosters.get(client.account_id), only_if=())
    assert _make(client, master, type="master").error[:2] == (409, "TOO_MANY_KEYS")


def test_one_accounts_master_key_touches_nothing_of_anothers(
    client: Client, stranger: Client, master: str
) -> None:
    project, theirs = client.project, stranger.add_key(None)
    victims = _ask(client, "admin_keys_list", master).data
    for key in victims:
        assert _ask(stranger, "admin_keys_revoke", theirs, params={"id": key["id"]}).status == 404
    for asked in (
        {"projectId": project.project_id},
        {"projectSlug": "x", "organizationId": project.organization_id},
    ):
        assert _make(stranger, theirs, type="project", **asked).status == 404
    squatted = {"projectSlug": project.slug, "organizationSlug": project.organization_slug}
    assert _make(stranger, theirs, type="project", **squatted).error[:2] == (409, "SLUG_ALREADY_EXISTS")
    for owner in (project.organization_id, project.organization_slug):
        body = {"name": "x", "organizationId": owner}
        assert _ask(stranger, "admin_projects_create", theirs, body=body).status == 404
    about = {"id": project.project_id}
    assert _ask(stranger, "admin_projects_update", theirs, params=about).status == 404
    for function in ("admin_keys_list", "admin_organizations_list", "admin_projects_list"):
        shown = str(_ask(stranger, function, theirs).body)
        for name in (client.account_id, project.project_id, project.organization_id, project.path):
            assert name not in shown
    assert _ask(client, "admin_keys_list", master).data[1:] == victims[1:]


def test_a_master_key_may_ask_a_thousand_times_an_hour(runtime: Clock) -> None:
    runtime.time_ms = NOW_MS
    client = Client(runtime, plan="enterprise")
    reply = _ask(client, "admin_projects_list", client.add_key(None))
    assert (reply.headers["x-ratelimit-limit"], reply.headers["x-ratelimit-remaining"]) == ("1000", "999")
    assert client.call("images_list").headers["x-ratelimit-remaining"] == "99"


def test_health_and_info_ask_for_no_key(client: Client, master: str) -> None:
    health = client.call("health", path="/health", token=None)
    assert (health.status, health.body["status"]) == (200, "healthy")
    assert set(health.body) == {"status", "timestamp", "uptime", "environment", "version"}
    info = client.call("info", path="/api/info", token=None)
    assert not info.body["authenticated"]
    assert set(info.body["endpoints"]) == {"generations", "flows", "images", "live", "admin", "cdn", "health"}
    assert info.body["limits"]["supportedFormats"] == ["PNG", "JPEG", "JPG", "WebP"]
    for token, kind in ((client.token, "project"), (master, "master")):
        known = client.call("info", path="/api/info", token=token).body
        assert (known["authenticated"], known["keyInfo"]["type"]) == (True, kind)
    assert not client.call("info", path="/api/info", token="bnt_wrong").body["authenticated"]


class TestBootstrap:
    """The first master key over the network: an open door would be an attack, so it is closed."""

    @staticmethod
    def _knock(client: Client, secret: str | None = None) -> Reply:
        headers = {} if secret is None else {"x-bootstrap-secret": secret}
        path = "/api/bootstrap/initial-key"
        return client.call("bootstrap", "POST", path, token=None, headers=headers)

    def _open(self, client: Client, minutes: int = 60) -> str:
        client.runtime.client("dynamodb").delete_item(
            TableName="library", Key={"pk": {"S": "bootstrap"}, "sk": {"S": "initial-key"}}
        )
        return open_bootstrap(client.runtime, client.account_id, minutes=minutes, now_ms=NOW_MS)

    def test_it_is_closed_unless_the_operator_opens_it_and_to_whoever_lacks_the_secret(
        self, client: Client
    ) -> None:
        closed = (403, "FORBIDDEN", "The bootstrap is closed: the operator makes master keys.")
        assert self._knock(client).error == closed
        self._open(client)
        for secret in (None, "", "wrong"):
            assert self._knock(client, secret).error == closed

    def test_it_makes_one_master_key_and_then_never_again(self, client: Client) -> None:
        secret = self._open(client)
        reply = self._knock(client, secret)
        assert (reply.status, next(iter(reply.body))) == (201, "apiKey")
        assert (reply.body["type"], reply.body["expiresAt"]) == ("master", None)
        assert _ask(client, "admin_keys_list", reply.body["apiKey"]).status == 200
        assert self._knock(client, secret).error[:2] == (403, "FORBIDDEN")

    def test_it_closes_by_itself(self, client: Client) -> None:
        secret = self._open(client, minutes=1)
        client.runtime.time_ms = NOW_MS + 60_000
        assert self._knock(client, secret).error[:2] == (403, "FORBIDDEN")

    def test_whoever_looked_before_it_closed_comes_too_late_all_the_same(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret, bootstrap = self._open(client), client.runtime.library.bootstrap
        before, read = bootstrap.get(), bootstrap.get
        assert self._knock(client, secret).status == 201
        keys = len(client.runtime.keys.list(client.account_id))
        seen = iter([before])
        monkeypatch.setattr(bootstrap, "get", lambda: next(seen, None) or read())
        assert self._knock(client, secret).error[:2] == (403, "FORBIDDEN")
        assert len(client.runtime.keys.list(client.account_id)) == keys

    def test_it_stays_open_when_no_key_could_be_made(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret, rosters = self._open(client), client.runtime.keys.rosters
        with monkeypatch.context() as patched:
            patched.setattr(rosters, "add", lambda *_, **__: False)
            assert self._knock(client, secret).error[:2] == (503, "SERVICE_UNAVAILABLE")
        assert self._knock(client, secret).status == 201
