"""Who may ask, how often, and whose records are seen."""

from __future__ import annotations

from typing import Any

import pytest

from infra.stacks.banatie import RUNS
from tests.contract.babysea.gateway import NOW_MS, Clock
from tests.contract.banatie.client import Client
from tidegate.usecases.accounts import revoke_key

HOUR_END_S = (NOW_MS // 3_600_000 + 1) * 3_600


def test_a_key_is_read_from_its_header_and_from_nowhere_else(client: Client) -> None:
    unauthorized = (401, "UNAUTHORIZED")
    assert client.call("images_list", token=None).error[:2] == unauthorized
    assert client.call("images_list", token=None, query={"apiKey": client.token}).error[:2] == unauthorized
    bearer = {"authorization": f"Bearer {client.token}"}
    assert client.call("images_list", token=None, headers=bearer).error[:2] == unauthorized
    assert client.call("images_list", token=client.token + "0").error[:2] == unauthorized
    assert client.call("images_list").status == 200


def test_a_revoked_key_stops_at_once(client: Client) -> None:
    (key,) = client.runtime.keys.list(client.account_id)
    revoke_key(client.runtime.keys, account_id=client.account_id, key_id=key.key_id)
    assert client.call("images_list").error[:2] == (401, "UNAUTHORIZED")


def test_a_master_key_has_no_library(client: Client) -> None:
    master = client.add_key(None)
    assert client.call("images_list", token=master).error == (403, "FORBIDDEN", "Project key required")


def test_a_scope_that_lacks_is_forbidden(client: Client) -> None:
    reader = client.add_key(client.project, scopes=("generation:read", "library:read"))
    assert client.call("images_list", token=reader).status == 200
    assert client.generate(token=reader).error[:2] == (403, "FORBIDDEN")


def test_a_key_may_ask_a_hundred_times_an_hour_and_another_is_counted_for_itself(runtime: Clock) -> None:
    runtime.time_ms = NOW_MS
    client = Client(runtime, plan="enterprise")
    first = client.call("images_list").headers
    assert first["x-ratelimit-limit"] == "100"
    assert first["x-ratelimit-remaining"] == "99"
    assert first["x-ratelimit-reset"] == str(HOUR_END_S)
    for _ in range(99):
        last = client.call("images_list")
    assert (last.status, last.headers["x-ratelimit-remaining"]) == (200, "0")
    refused = client.call("images_list")
    assert refused.error[:2] == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.headers["retry-after"] == str(HOUR_END_S - NOW_MS // 1000)
    assert client.call("images_list", token=client.add_key(client.project)).status == 200
    runtime.time_ms = HOUR_END_S * 1000
    assert client.call("images_list").status == 200


def test_an_unknown_path_and_a_wrong_method_are_told_apart(client: Client) -> None:
    unknown = client.elsewhere("GET", "/api/v1/pictures")
    assert unknown.error == (404, "NOT_FOUND", "There is no such path.")
    wrong = client.elsewhere("PATCH", "/api/v1/images/@hero")
    assert wrong.error[:2] == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "GET, PUT, DELETE"
    assert client.elsewhere("PUT", "/api/v1/images/resolve/@a").headers["allow"] == "GET"


ABOUT: dict[str, tuple[str, dict[str, Any]]] = {
    "generations_get": ("GET", {}),
    "generations_update": ("PUT", {"body": {"prompt": "x"}}),
    "generations_retry": ("POST", {}),
    "generations_regenerate": ("POST", {}),
    "generations_delete": ("DELETE", {}),
    "flows_get": ("GET", {}),
    "flows_generations": ("GET", {}),
    "flows_images": ("GET", {}),
    "flows_aliases_set": ("PUT", {"body": {"aliases": {}}}),
    "flows_alias_remove": ("DELETE", {"params": {"alias": "@main"}}),
    "flows_regenerate": ("POST", {}),
    "flows_delete": ("DELETE", {"query": {"cascade": "true"}}),
    "images_get": ("GET", {}),
    "images_update": ("PUT", {"body": {"meta": {}}}),
    "images_alias_set": ("PUT", {"body": {"alias": "@mine"}}),
    "images_alias_remove": ("DELETE", {}),
    "images_delete": ("DELETE", {"query": {"permanent": "true"}}),
    "images_restore": ("POST", {}),
}


@pytest.mark.parametrize("whose", ["another account", "another project"])
def test_every_id_of_one_project_is_unknown_to_another(client: Client, stranger: Client, whose: str) -> None:
    made = client.made(alias="@hero", flowAlias="@main")
    asker = stranger if whose == "another account" else client
    token = stranger.token if whose == "another account" else client.add_key(client.add_project())
    subjects = {"generations": made["id"], "flows": made["flowId"], "images": made["outputImageId"]}
    for function, (method, sent) in ABOUT.items():
        subject = subjects[function.partition("_")[0]]
        reply = asker.about(function, subject, method, token=token, **sent)
        assert reply.status == 404, function
    for query in ({"flowId": made["flowId"]}, {}):
        for function in ("generations_list", "images_list"):
            assert asker.call(function, query=query, token=token).data == []
    assert asker.about("images_get", "@hero", token=token).status == 404
    assert asker.call("images_resolve", params={"alias": "@hero"}, token=token).status == 404
    for body in (
        {"prompt": "x", "referenceImages": [made["outputImageId"]]},
        {"prompt": "x", "referenceImages": ["@hero"]},
        {"prompt": "x", "flowId": made["flowId"]},
    ):
        assert asker.generate(body, token=token).status == 404
    assert client.about("generations_get", made["id"]).data == made
    assert client.books() == ("$0.995", "$0")


def test_the_walk_over_ids_asks_every_function_that_takes_one() -> None:
    takes_none = {"generations_create", "flows_regenerate"}
    assert set(RUNS) - takes_none <= set(ABOUT)
