"""`tidegate live`."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.integration.cli.deployment import Operator
from tidegate.domain.library.live_errors import SignatureRefused
from tidegate.domain.library.signed_urls import check_signature
from tidegate.runtime import Runtime
from tidegate.usecases.library.live_signing import open_secret


def _check(runtime: Runtime, url: str, project_id: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    settings = runtime.library.scopes.settings(project_id)
    check_signature(
        open_secret(settings, runtime.secrets, project_id),
        secret_id=settings.signing_id,
        path=parts.path.partition("/cdn/")[2],
        query=query,
        now_ms=runtime.now_ms(),
    )
    return query


def test_a_url_is_signed_for_a_page(operator: Operator, runtime: Runtime, account_id: str) -> None:
    shown = operator.asks("live", "sign", account_id, "--scope", "hero", "--prompt", "Ein Bär", "--as-it-is")
    query = _check(runtime, shown["url"], shown["project_id"])
    assert (query["prompt"], query["aspectRatio"], query["autoEnhance"]) == ("Ein Bär", "1:1", "false")
    run = operator.types("live", "sign", account_id, "--scope", "hero", "--prompt", "x")
    assert any(line.startswith("http") for line in run.stdout.splitlines())


def test_another_secret_ends_what_was_signed_before(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    words = ("live", "sign", account_id, "--scope", "hero", "--prompt", "x")
    before = operator.asks(*words)
    project = runtime.library.projects.get(account_id, before["project_id"])
    assert project is not None
    renewed = operator.asks("live", "renew-secret", account_id, "--project", project.path)
    assert renewed["project_id"] == before["project_id"]
    with pytest.raises(SignatureRefused):
        _check(runtime, before["url"], before["project_id"])
    _check(runtime, operator.asks(*words, "--project", project.project_id)["url"], project.project_id)


def test_what_cannot_be_meant_is_refused(operator: Operator, account_id: str) -> None:
    words = ("live", "sign", account_id, "--prompt", "x")
    assert operator.types(*words, "--scope", "a b").exit_code == 1
    assert operator.types(*words, "--scope", "hero", "--aspect-ratio", "5:1").exit_code == 1
    assert operator.types(*words, "--scope", "hero", "--project", "nobody/none").exit_code == 1
