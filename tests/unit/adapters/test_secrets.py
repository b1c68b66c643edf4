"""The deployment's secret: read once, again when something is missing, and never in an error's text."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from tidegate.adapters.secrets import REREAD_AFTER_S, Secrets, SecretUnavailable


class SecretsManager:
    """Holds one text and counts how often it is read; None makes it fail."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.reads = 0

    def get_secret_value(self, **request: str) -> dict[str, str]:
        self.reads += 1
        if self.text is None:
            raise ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue")
        assert request == {"SecretId": "the-secret"}
        return {"SecretString": self.text}


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def written(**values: Any) -> str:
    return json.dumps({"sealing_key": "seal", "providers": {"fal": {"api_key": "k"}}, **values})


def secrets_of(manager: SecretsManager, clock: Clock) -> Secrets:
    return Secrets(cast("Any", manager), "the-secret", clock=clock)


def test_the_secret_is_read_once_for_everything() -> None:
    manager = SecretsManager(written())
    secrets = secrets_of(manager, Clock())
    assert secrets.provider("fal") == {"api_key": "k"}
    assert secrets.sealing_key == b"seal"
    assert secrets.provider("fal") == {"api_key": "k"}
    assert manager.reads == 1


def test_a_missing_provider_is_looked_for_again_once_a_minute() -> None:
    manager, clock = SecretsManager(written()), Clock()
    secrets = secrets_of(manager, clock)
    assert [secrets.provider("replicate") for _ in range(5)] == [None] * 5
    assert manager.reads == 1
    manager.text = written(providers={"replicate": {"api_key": "r"}})
    clock.now += REREAD_AFTER_S
    assert secrets.provider("replicate") == {"api_key": "r"}
    assert manager.reads == 2


def test_a_rotation_is_seen_after_a_reread() -> None:
    manager, clock = SecretsManager(written()), Clock()
    secrets = secrets_of(manager, clock)
    assert secrets.reread()
    manager.text = written(providers={"fal": {"api_key": "rotated"}})
    assert not secrets.reread()
    clock.now += REREAD_AFTER_S
    assert secrets.reread()
    assert secrets.provider("fal") == {"api_key": "rotated"}


@pytest.mark.parametrize("later", [None, "not JSON", "[]"])
def test_what_was_read_stays_when_a_reread_fails(later: str | None) -> None:
    manager, clock = SecretsManager(written()), Clock()
    secrets = secrets_of(manager, clock)
    assert secrets.sealing_key == b"seal"
    manager.text = later
    clock.now += REREAD_AFTER_S
    assert not secrets.reread()
    assert secrets.sealing_key == b"seal"


def test_a_first_read_that_fails_is_tried_again_at_once() -> None:
    manager = SecretsManager(None)
    secrets = secrets_of(manager, Clock())
    with pytest.raises(ClientError):
        secrets.provider("fal")
    manager.text = written()
    assert secrets.provider("fal") == {"api_key": "k"}


@pytest.mark.parametrize("providers", [None, [], "fal", {"fal": None}, {"fal": "k"}, {"fal": ["k"]}])
def test_nonsense_in_place_of_credentials_is_none(providers: object) -> None:
    assert secrets_of(SecretsManager(written(providers=providers)), Clock()).provider("fal") is None


def test_only_texts_are_credentials() -> None:
    manager = SecretsManager(written(providers={"fal": {"api_key": "k", "n": 1, "empty": ""}}))
    assert secrets_of(manager, Clock()).provider("fal") == {"api_key": "k"}


@pytest.mark.parametrize("key", [None, "", 7, ["seal"]])
def test_a_deployment_without_a_sealing_key_says_so(key: object) -> None:
    with pytest.raises(SecretUnavailable):
        _ = secrets_of(SecretsManager(written(sealing_key=key)), Clock()).sealing_key


@pytest.mark.parametrize("text", ["hunter2", '"hunter2"', '{"hunter2"'])
def test_an_unreadable_secret_is_not_quoted(text: str) -> None:
    with pytest.raises(SecretUnavailable) as refused:
        secrets_of(SecretsManager(text), Clock()).provider("fal")
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
