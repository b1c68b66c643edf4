"""The operator's overrides change by what is stored now, not by what was stored a moment ago."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from tidegate.adapters.secrets import SecretEditor
from tidegate.runtime import Runtime
from tidegate.usecases.credentials import remove_credentials, set_credentials
from tidegate.usecases.override_routing import note_keys

_KEY = {"pk": {"S": "operator"}, "sk": {"S": "routing"}}


def test_a_key_that_comes_and_goes_is_noted_although_reads_lag_behind(runtime: Runtime) -> None:
    secret = SecretEditor(runtime.client("secretsmanager"), runtime.setting("SECRET_ID"))
    note_keys(runtime.overrides, secret)
    read = runtime.dynamodb.get_item
    old = read(TableName="generations", Key=_KEY)
    set_credentials(secret, "fal", {"api_key": "k"})
    note_keys(runtime.overrides, secret)
    remove_credentials(secret, "fal")

    def behind(**request: Any) -> Any:
        return read(**request) if request.get("ConsistentRead") else old

    with patch.object(runtime.dynamodb, "get_item", behind):
        assert note_keys(runtime.overrides, secret)
    assert runtime.overrides.get().keyed == frozenset()
