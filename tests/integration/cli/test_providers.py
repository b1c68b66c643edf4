"""`tidegate provider`: the credentials in the deployment's one secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.lost_answers import losing_answers
from tidegate.adapters.http import HttpClient, HttpResponse
from tidegate.adapters.payments.credentials import PAYMENTS
from tidegate.adapters.providers.credentials import CREDENTIALS
from tidegate.adapters.providers.protocol import KeyTest
from tidegate.adapters.providers.registry import BUILDERS
from tidegate.adapters.secrets import SecretEditor, SecretUnavailable, SecretVersion
from tidegate.runtime import Runtime

KEY, OTHER_KEY = "r8_abcdefghijklmnop1234", "0198-fal-key:abcdefgh5678"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SEALING_KEY = "0123456789abcdef0123456789abcdef"


class Vault:
    """The secret, written as somebody else would."""

    def __init__(self, runtime: Runtime) -> None:
        self._client = runtime.client("secretsmanager")
        self._id = runtime.setting("SECRET_ID")

    def read(self) -> Any:
        # The label is named because moto's default is not the version that carries it.
        answer = self._client.get_secret_value(SecretId=self._id, VersionStage="AWSCURRENT")
        return json.loads(answer["SecretString"])

    def write(self, values: object) -> None:
        text = values if isinstance(values, str) else json.dumps(values)
        self._client.put_secret_value(SecretId=self._id, SecretString=text)


@pytest.fixture
def vault(runtime: Runtime) -> Vault:
    return Vault(runtime)


@pytest.fixture
def rival(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """Somebody who writes just after our command has read; what is then in force."""
    theirs = {"sealing_key": SEALING_KEY, "providers": {"fal": {"api_key": OTHER_KEY}}}
    replace = SecretEditor.replace

    def raced(*arguments: Any) -> str:
        vault.write(theirs)
        return replace(*arguments)

    monkeypatch.setattr(SecretEditor, "replace", raced)
    return theirs


def test_the_providers_on_offer_are_those_that_have_an_adapter() -> None:
    assert set(CREDENTIALS) == set(BUILDERS) - {"bedrock"}  # runs on the deployment's own role


def test_a_key_is_read_from_stdin_and_stored_beside_all_else(operator: Operator, vault: Vault) -> None:
    vault.write({"sealing_key": SEALING_KEY, "providers": {"fal": {"api_key": OTHER_KEY}}, "note": [1]})
    run = operator.types("provider", "set-key", "replicate", "--json", piped=f"{KEY}\n")
    assert run.exit_code == 0
    assert run.data == {
        "provider": "replicate",
        "configured": True,
        "credentials": {"api_key": "…1234", "webhook_secret": None},
    }
    assert vault.read() == {
        "sealing_key": SEALING_KEY,
        "providers": {"fal": {"api_key": OTHER_KEY}, "replicate": {"api_key": KEY}},
        "note": [1],
    }


def test_the_webhook_secret_comes_after_the_key_and_outlives_a_new_key(
    operator: Operator, vault: Vault
) -> None:
    first = operator.types(
        "provider", "set-key", "replicate", "--webhook-secret", piped=f"{KEY}\n{WEBHOOK_SECRET}\n"
    )
    second = operator.types("provider", "set-key", "replicate", piped="r8_rotated\n")
    assert (first.exit_code, second.exit_code) == (0, 0)
    stored = {"api_key": "r8_rotated", "webhook_secret": WEBHOOK_SECRET}
    assert vault.read()["providers"]["replicate"] == stored


def test_the_audience_of_googles_callbacks_is_no_secret_and_outlives_a_new_key(
    operator: Operator, vault: Vault
) -> None:
    words = ("provider", "set-key", "google", "--webhook-audience", "project-7", "--json")
    first = operator.types(*words, piped=f"{KEY}\n")
    assert first.data["credentials"] == {"api_key": "…1234", "webhook_audience": "project-7"}
    assert operator.types("provider", "set-key", "google", piped="goog_rotated\n").exit_code == 0
    stored = {"api_key": "goog_rotated", "webhook_audience": "project-7"}
    assert vault.read()["providers"]["google"] == stored
    refused = operator.types("provider", "set-key", "fal", "--webhook-audience", "x", piped=f"{KEY}\n")
    assert refused.exit_code == 2


def test_a_terminal_is_asked_without_echo(
    operator: Operator, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []

    def prompt(what: str, **options: Any) -> str:
        asked.append((what, options))
        return KEY

    monkeypatch.setattr("cli.provider_commands._is_terminal", lambda: True)
    monkeypatch.setattr("typer.prompt", prompt)
    assert operator.types("provider", "set-key", "fal").exit_code == 0
    assert asked == [("fal api_key", {"hide_input": True, "err": True})]
    assert vault.read()["providers"]["fal"] == {"api_key": KEY}


def test_no_output_shows_a_whole_credential(operator: Operator) -> None:
    words = ("provider", "set-key", "replicate", "--webhook-secret")
    runs = [operator.types(*words, *extra, piped=f"{KEY}\n{WEBHOOK_SECRET}\n") for extra in ((), ("--json",))]
    runs += [operator.types("provider", "list", *extra) for extra in ((), ("--json",))]
    runs += [operator.types("provider", "set-key", "fal", piped=f"{KEY} {KEY}\n")]
    for run in runs:
        assert KEY not in run.stdout + run.stderr
        assert WEBHOOK_SECRET not in run.stdout + run.stderr


def test_the_list_names_every_provider_configured_or_not(operator: Operator, vault: Vault) -> None:
    short = {"api_key": "short", "webhook_secret": ""}
    vault.write({"sealing_key": SEALING_KEY, "providers": {"replicate": short, "fal": None}})
    listed = {entry.pop("provider"): entry for entry in operator.asks("provider", "list")}
    assert set(listed) == {*CREDENTIALS, *PAYMENTS, "bedrock"}
    assert listed["replicate"] == {
        "configured": True,
        "credentials": {"api_key": "…", "webhook_secret": None},
        "enabled": True,
    }
    assert listed["fal"] == {"configured": False, "credentials": {"api_key": None}, "enabled": True}


def test_the_list_tells_who_is_disabled(operator: Operator) -> None:
    for name in ("fal", "bedrock"):
        operator.asks("provider", "disable", name)
    listed = {entry["provider"]: entry["enabled"] for entry in operator.asks("provider", "list")}
    assert {name for name, enabled in listed.items() if not enabled} == {"fal", "bedrock"}
    assert "enabled" in operator.types("provider", "list").stdout.splitlines()[0]


def test_bedrock_is_listed_and_takes_no_key(
    operator: Operator, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "bedrock takes no key: it runs on the deployment's own permissions"
    for action in ("set-key", "remove"):
        run = operator.types("provider", action, "bedrock", piped=f"{KEY}\n")
        assert run.exit_code == 1
        assert told in run.stderr

    def listed() -> object:
        return operator.asks("provider", "list")[-1]

    shown = {"provider": "bedrock", "configured": True, "credentials": {}, "enabled": True}
    assert listed() == shown
    assert "deployment's own permissions" in operator.types("provider", "list").stdout
    monkeypatch.delitem(aws, "TIDEGATE_BEDROCK_OUTPUTS")
    assert listed() == {**shown, "configured": False}


def test_a_removed_provider_leaves_the_others(operator: Operator, vault: Vault) -> None:
    vault.write(
        {"sealing_key": SEALING_KEY, "providers": {"fal": {"api_key": "f"}, "replicate": {"api_key": "r"}}}
    )
    assert operator.asks("provider", "remove", "fal")["removed"] is True
    assert operator.asks("provider", "remove", "fal")["removed"] is False
    assert vault.read() == {"sealing_key": SEALING_KEY, "providers": {"replicate": {"api_key": "r"}}}


def test_routing_knows_which_providers_have_a_key(operator: Operator, runtime: Runtime, vault: Vault) -> None:
    vault.write({"sealing_key": SEALING_KEY, "providers": {"replicate": {"api_key": KEY}}})  # by hand
    assert runtime.overrides.get().keyed is None
    assert "did not know" in operator.types("provider", "list").stderr
    assert "did not know" not in operator.types("provider", "list").stderr
    out = {row["provider"]: row["out"] for row in operator.asks("routing", "show", "google/veo-2")}
    assert out == {"fal": "no key", "replicate": None}
    operator.types("provider", "set-key", "fal", piped=f"{KEY}\n")
    assert runtime.overrides.get().keyed == frozenset({"fal", "replicate"})
    operator.types("provider", "remove", "replicate")
    assert runtime.overrides.get().keyed == frozenset({"fal"})


@pytest.mark.parametrize("action", ["set-key", "remove"])
def test_an_unknown_provider_is_refused_with_those_that_exist(
    operator: Operator, vault: Vault, action: str
) -> None:
    before = vault.read()
    run = operator.types("provider", action, "nobody", piped=f"{KEY}\n")
    assert run.exit_code == 1
    assert "'nobody': choose one of replicate, fal" in run.stderr
    assert vault.read() == before


@pytest.mark.parametrize(
    "piped",
    [
        "",
        "\n",
        "two words\n",
        "schlüssel\n",
        "bell\a\n",
        "x" * 513,
        WEBHOOK_SECRET,
        f"{KEY}\n",
        f"{KEY}\nnot-a-webhook-secret\n",
        f"{KEY}\nwhsec_not base64\n",
        f"{KEY}\nwhsec_***\n",
    ],
)
def test_what_cannot_be_a_credential_is_refused_and_not_quoted(
    operator: Operator, vault: Vault, piped: str
) -> None:
    before = vault.read()
    run = operator.types("provider", "set-key", "replicate", "--webhook-secret", "--json", piped=piped)
    assert run.exit_code == 1
    assert json.loads(run.stderr.splitlines()[-1])["error"]["code"] == "invalid_input"
    assert not [line for line in piped.split() if len(line) > 5 and line in run.stderr]
    assert vault.read() == before


def test_a_key_is_no_argument_and_fal_has_no_webhook_secret(operator: Operator) -> None:
    assert operator.types("provider", "set-key", "fal", KEY).exit_code == 2
    assert operator.types("provider", "set-key", "fal", "--webhook-secret", piped=f"{KEY}\n").exit_code == 2


@pytest.mark.parametrize("words", [("set-key", "replicate"), ("remove", "fal")])
def test_a_change_that_meets_another_is_refused_and_loses_nothing(
    operator: Operator, vault: Vault, rival: Mapping[str, Any], words: tuple[str, ...]
) -> None:
    vault.write({"sealing_key": SEALING_KEY, "providers": {"fal": {"api_key": "old"}}})
    run = operator.types("provider", *words, "--json", piped=f"{KEY}\n")
    assert run.exit_code == 1
    assert json.loads(run.stderr.splitlines()[-1])["error"]["code"] == "changed_meanwhile"
    assert vault.read() == rival


def test_a_change_that_is_in_force_is_called_done_though_the_answer_to_it_was_lost(
    operator: Operator, vault: Vault, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, secrets = Runtime.client, runtime.client("secretsmanager")
    monkeypatch.setattr(
        Runtime,
        "client",
        lambda of, name, *more: secrets if name == "secretsmanager" else make(of, name, *more),
    )
    with losing_answers(secrets, "update_secret_version_stage"):
        assert operator.types("provider", "set-key", "fal", piped=f"{OTHER_KEY}\n").exit_code == 0
    assert vault.read()["providers"] == {"fal": {"api_key": OTHER_KEY}}
    assert runtime.overrides.get().keyed == frozenset({"fal"})


def test_a_change_that_is_overtaken_at_once_is_not_called_done(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = SecretEditor.replace

    def overtaken(editor: SecretEditor, read: SecretVersion, values: Mapping[str, Any]) -> str:
        version = replace(editor, read, values)
        replace(editor, editor.read(), {"sealing_key": SEALING_KEY, "providers": {}})
        return version

    monkeypatch.setattr(SecretEditor, "replace", overtaken)
    run = operator.types("provider", "set-key", "fal", piped=f"{KEY}\n")
    assert run.exit_code == 1
    assert "just after" in run.stderr


@pytest.mark.parametrize("values", ["not JSON", "[]", {"providers": {}}])
def test_a_secret_of_something_else_is_never_written(
    operator: Operator, runtime: Runtime, vault: Vault, values: object
) -> None:
    vault.write(values)
    run = operator.types("provider", "set-key", "fal", piped=f"{KEY}\n")
    assert run.exit_code == 1
    assert "the secret" in run.stderr
    with pytest.raises(SecretUnavailable):
        SecretEditor(runtime.client("secretsmanager"), runtime.setting("SECRET_ID")).read()


def test_a_cell_on_aws_is_found_by_its_profile(aws_operator: Operator, vault: Vault) -> None:
    run = aws_operator.types("provider", "set-key", "fal", piped=f"{KEY}\n")
    assert run.exit_code == 0
    assert "target: AWS account 123456789012" in run.stderr
    assert vault.read()["providers"]["fal"] == {"api_key": KEY}


@pytest.mark.parametrize(("result", "exit_code"), [("accepted", 0), ("refused", 1), ("unanswered", 1)])
def test_a_key_is_shown_to_its_provider(
    operator: Operator, vault: Vault, monkeypatch: pytest.MonkeyPatch, result: str, exit_code: int
) -> None:
    vault.write({"sealing_key": SEALING_KEY, "providers": {"fal": {"api_key": OTHER_KEY}}})
    monkeypatch.setattr("tidegate.adapters.providers.fal.Fal.try_key", lambda _self: KeyTest(result))
    run = operator.types("provider", "test", "fal", "--json")
    assert (run.exit_code, run.data) == (exit_code, {"provider": "fal", "key": result})


def test_a_key_that_is_not_set_cannot_be_tested(operator: Operator, vault: Vault) -> None:
    vault.write({"sealing_key": SEALING_KEY})
    run = operator.types("provider", "test", "fal")
    assert run.exit_code == 1
    assert "fal has no key" in run.stderr


def test_stripe_needs_its_key_and_its_secret_which_is_not_base64(operator: Operator, vault: Vault) -> None:
    signing = "whsec_5f2a_not-base64"
    run = operator.types(
        "provider", "set-key", "stripe", "--json", piped=f"sk_live_0123456789abcdef\n{signing}\n"
    )
    assert run.data == {
        "provider": "stripe",
        "configured": True,
        "credentials": {"api_key": "…cdef", "webhook_secret": "…se64"},
    }
    assert vault.read()["providers"]["stripe"]["webhook_secret"] == signing
    assert operator.types("provider", "set-key", "stripe", piped="sk_live_1\n").exit_code == 1
    assert operator.types("provider", "disable", "stripe").exit_code == 1


@pytest.mark.parametrize(("status", "result"), [(200, "accepted"), (401, "refused"), (500, "unanswered")])
def test_stripes_key_is_shown_to_stripe(
    operator: Operator, vault: Vault, monkeypatch: pytest.MonkeyPatch, status: int, result: str
) -> None:
    assert "stripe has no key" in operator.types("provider", "test", "stripe").stderr
    credentials = {"api_key": "sk_live_1", "webhook_secret": "whsec_1"}
    vault.write({"sealing_key": SEALING_KEY, "providers": {"stripe": credentials}})
    monkeypatch.setattr(HttpClient, "request", lambda *_, **__: HttpResponse(status, {}, b"{}"))
    run = operator.types("provider", "test", "stripe", "--json")
    assert (run.exit_code, run.data) == (int(status != 200), {"provider": "stripe", "key": result})


def _signed(_client: object, method: str, url: str, **sent: Any) -> HttpResponse:
    """Answer as Bedrock does to a signed request."""
    assert (method, url.partition("?")[0]) == (
        "GET",
        "https://bedrock-runtime.us-east-1.amazonaws.com/async-invoke",
    )
    headers = {name.lower(): value for name, value in sent["headers"].items()}
    assert "/us-east-1/bedrock/aws4_request" in headers["authorization"]
    return HttpResponse(200, {}, b"{}")


def test_bedrock_is_tested_with_the_operators_permissions_where_it_is_enabled(
    operator: Operator, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidegate.adapters.http.HttpClient.request", _signed)
    run = operator.types("provider", "test", "bedrock", "--json")
    assert (run.exit_code, run.data) == (0, {"provider": "bedrock", "key": "accepted"})
    assert "your own" in run.stderr
    monkeypatch.delitem(aws, "TIDEGATE_BEDROCK_OUTPUTS")
    run = operator.types("provider", "test", "bedrock")
    assert run.exit_code == 1
    assert "bedrock=true" in run.stderr
