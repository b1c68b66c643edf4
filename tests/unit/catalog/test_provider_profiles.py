"""``providers.json``: one sound profile for every provider that a model or an adapter names."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tidegate.adapters.providers.registry import BUILDERS
from tidegate.domain.catalog import load_catalog
from tidegate.domain.provider_profiles import (
    PROFILES_FILE,
    CancelMethod,
    DeliveryMethod,
    Verification,
    load_profiles,
)

PROFILES = {profile.provider_id: profile for profile in load_profiles()}


def test_every_provider_has_one_profile() -> None:
    assert len(PROFILES) == len(load_profiles())
    assert set(PROFILES) == set(BUILDERS)
    assert {provider for model in load_catalog().models for provider in model.providers} <= set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.provider_id)
def test_a_profile_is_complete(profile: object) -> None:
    assert all(value for name, value in _fields(profile).items() if isinstance(value, str))
    for name in ("website", "docs"):
        assert urlsplit(_fields(profile)[name]).scheme == "https"


def _fields(profile: object) -> dict[str, str]:
    return {name: getattr(profile, name) for name in type(profile).__dataclass_fields__}  # type: ignore[attr-defined]


def test_what_calls_back_is_verified() -> None:
    for profile in PROFILES.values():
        calls_back = profile.delivery_method is DeliveryMethod.WEBHOOK_WITH_POLLING
        assert bool(profile.webhook_verification) is calls_back


def _file(folder: Path, **changes: object) -> Path:
    entry = json.loads(PROFILES_FILE.read_text())["providers"][0]
    file = folder / "providers.json"
    file.write_text(json.dumps({"providers": [entry | changes]}))
    return file


def test_a_provider_may_have_neither_cancel_nor_callbacks(tmp_path: Path) -> None:
    methods = {"delivery_method": "synchronous", "cancel_method": None, "webhook_verification": None}
    (profile,) = load_profiles(_file(tmp_path, **methods))
    assert profile.delivery_method is DeliveryMethod.SYNCHRONOUS
    assert profile.cancel_method is None
    assert profile.webhook_verification is None


@pytest.mark.parametrize("field", ["delivery_method", "cancel_method", "webhook_verification"])
def test_a_word_that_the_wire_does_not_know_is_refused(tmp_path: Path, field: str) -> None:
    with pytest.raises(ValueError, match="pigeon"):
        load_profiles(_file(tmp_path, **{field: "pigeon"}))


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        load_profiles(_file(tmp_path, surprise=1))


def test_the_words_are_the_wires() -> None:
    words = [[word.value for word in kind] for kind in (DeliveryMethod, CancelMethod, Verification)]
    assert words == [
        ["webhook_with_polling", "synchronous", "polling"],
        ["prediction_cancel_api", "queue_cancel_api"],
        ["hmac_sha256", "ed25519"],
    ]
