"""Every error of the SharkApi surface, provoked in both dialects, and the page that lists them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.contract.sharkapi.client import Reply, Shark
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.domain.keys import MAX_KEYS
from tidegate.surfaces.sharkapi.errors import ERRORS
from tidegate.usecases.accounts import revoke_key

PAGE: Final = (Path(__file__).parents[3] / "docs" / "sharkapi.md").read_text(encoding="utf-8")
ROW: Final = re.compile(r"^\| `([A-Z_]+)` \| (\d{3}|-) \| (\d{3}) \| (.+) \|$", re.MULTILINE)
BODY: Final = {"mode": "1k", "prompt": "A shark"}
NOWHERE: Final = "job_" + "0" * 32
Both = tuple[Reply, Reply | None]
Provoke = Callable[[Shark, pytest.MonkeyPatch], Both]


def _with(**more: Any) -> Provoke:
    """Submit by a token that is made like this."""
    return lambda shark, _: _submits(shark, token=shark.add_token(**more))


def _submits(shark: Shark, body: object = BODY, **more: Any) -> Both:
    return shark.generate(body, **more), shark.image(body, **more)


def _suspended(shark: Shark, _: pytest.MonkeyPatch) -> Both:
    shark.runtime.wallets.suspend(shark.account_id, 1)
    return _submits(shark)


def _revoked(shark: Shark, _: pytest.MonkeyPatch) -> Both:
    (key,) = shark.runtime.keys.list(shark.account_id)
    revoke_key(shark.runtime.keys, account_id=shark.account_id, key_id=key.key_id)
    return _submits(shark)


def _too_often(shark: Shark, _: pytest.MonkeyPatch) -> Both:
    for _number in range(int(shark.generate().headers["x-ratelimit-limit"])):
        shark.generate({})
    return _submits(shark)


def _too_many_keys(shark: Shark, _: pytest.MonkeyPatch) -> Both:
    rosters = shark.runtime.keys.rosters
    (key,) = rosters.get(shark.account_id).keys
    for number in range(1, MAX_KEYS):
        more = replace(key, key_hash=f"{number}{key.key_hash}", key_id=f"{number}")
        assert rosters.add(more, rosters.get(shark.account_id), only_if=())
    return (reply := shark.make_token({"name": "x"})), reply


def _reused(shark: Shark, _: pytest.MonkeyPatch) -> Both:
    headers = {"idempotency-key": "one"}
    _submits(shark, headers=headers)
    return _submits(shark, {"mode": "2k", "prompt": "Another"}, headers=headers)


def _in_progress(shark: Shark, patch: pytest.MonkeyPatch) -> Both:
    def busy(*_: object, **__: object) -> None:
        raise StillInConflict([{"Code": "None"}, {"Code": "None"}, {"Code": "TransactionConflict"}])

    patch.setattr(shark.runtime.generations, "create", busy)
    return _submits(shark, headers={"idempotency-key": "one"})


def _store_raises(error: Exception) -> Provoke:
    def provoke(shark: Shark, patch: pytest.MonkeyPatch) -> Both:
        def fail(*_: object, **__: object) -> None:
            raise error

        patch.setattr(shark.runtime.generations, "create", fail)
        return _submits(shark)

    return provoke


def _moderated(shark: Shark, patch: pytest.MonkeyPatch) -> Both:
    class Strict:
        """Refuses everything."""

        def flags(self, _prompt: str) -> bool:
            return True

    patch.setitem(shark.runtime.__dict__, "moderator", Strict())
    return _submits(shark)


def _elsewhere(method: str, first: str, second: str) -> Provoke:
    return lambda shark, _: (shark.elsewhere(method, first), shark.elsewhere(method, second))


def _image(content: bytes) -> dict[str, object]:
    return {**BODY, "image": base64.b64encode(content).decode()}


PROVOKED: dict[str, Provoke] = {
    "UNAUTHORIZED": lambda shark, _: _submits(shark, token=None),
    "INVALID_TOKEN": lambda shark, _: _submits(shark, token="sk_live_" + "0" * 64),
    "INVALID_TOKEN, revoked": _revoked,
    "ACCOUNT_SUSPENDED": _suspended,
    "INSUFFICIENT_PERMISSIONS": _with(scopes=("account:read",)),
    "ADDRESS_NOT_ALLOWED": _with(allowlist=("203.0.113.9",)),
    "INSUFFICIENT_BALANCE": lambda shark, _: _submits(Shark(shark.runtime, dollars="0")),
    "RATE_LIMIT_EXCEEDED": _too_often,
    "INVALID_REQUEST": lambda shark, _: _submits(shark, {"mode": "1k"}),
    "INVALID_MODE": lambda shark, _: _submits(shark, {"mode": "8k", "prompt": "x"}),
    "PROMPT_TOO_LONG": lambda shark, _: _submits(shark, {"mode": "1k", "prompt": "x" * 2_001}),
    "IMAGE_TOO_LARGE": lambda shark, _: _submits(shark, {**BODY, "image": "A" * 13_981_020}),
    "INVALID_IMAGE_FORMAT": lambda shark, _: _submits(shark, _image(b"GIF89a")),
    "CONTENT_MODERATED": _moderated,
    "JOB_NOT_FOUND": lambda shark, _: (shark.job(NOWHERE), shark.api_job(NOWHERE)),
    "NOT_FOUND": _elsewhere("GET", "/v1/wallet", "/api/v1/jobs"),
    "METHOD_NOT_ALLOWED": _elsewhere("PUT", "/v1/generate", "/api/v1/image"),
    "TOO_MANY_KEYS": _too_many_keys,
    "IDEMPOTENCY_KEY_REUSED": _reused,
    "IDEMPOTENCY_IN_PROGRESS": _in_progress,
    "SERVICE_UNAVAILABLE": _store_raises(EndpointConnectionError(endpoint_url="https://x")),
    "INTERNAL_ERROR": _store_raises(RuntimeError("boom")),
}


def _rows() -> dict[str, tuple[str, str]]:
    """What the page says: code to both statuses; the second row of a code is named by its cause."""
    shown: dict[str, tuple[str, str]] = {}
    for row in ROW.finditer(PAGE):
        name = f"{row[1]}, {row[4].split()[-1]}" if row[1] in shown else row[1]
        shown[name] = (row[2], row[3])
    return shown


def test_the_page_has_every_code_and_every_code_is_provoked() -> None:
    assert list(_rows()) == list(PROVOKED)
    assert {name.partition(",")[0] for name in PROVOKED} == {error.code for error in ERRORS.values()}


@pytest.mark.parametrize("name", PROVOKED)
def test_an_error_is_told_in_both_dialects(shark: Shark, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    first, second = PROVOKED[name](shark, monkeypatch)
    code, shown = name.partition(",")[0], _rows()[name]
    if shown[0] != "-":
        assert first.body.keys() == {"error"}
        assert first.body["error"].keys() == {"code", "message", "status"}
        assert (first.body["error"]["code"], first.body["error"]["status"]) == (code, first.status)
        assert first.body["error"]["message"]
        assert str(first.status) == shown[0]
    assert second is not None
    assert isinstance(second.body["error"], str)
    assert second.body.get("code") == (code if code == "INSUFFICIENT_BALANCE" else None)
    assert str(second.status) == shown[1]
    assert ("retry-after" in second.headers) == (second.status in {429, 503})
