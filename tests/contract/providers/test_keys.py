"""How requests show the key, where it may go, and what a provider's answer to it proves."""

from __future__ import annotations

import pytest

from tests.contract.providers.wire import Script, Vendor, answer, secrets
from tidegate.adapters.http import ConnectFailed, ResponseLost
from tidegate.adapters.providers.answers import Answer
from tidegate.adapters.providers.authentication import Authentication, KeyHeader, Outgoing
from tidegate.adapters.providers.credentials import is_complete
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.adapters.providers.upstream import Upstream
from tidegate.domain.attempt import Failure, FailureClass, FailureCode


def upstream(vendor: Vendor, authentication: Authentication) -> Upstream:
    def failure_of(said: Answer) -> Failure:
        return Failure(FailureClass.FAIL_OVER, FailureCode.ERROR, str(said.status))

    return Upstream(
        vendor,
        secrets(),
        name="fal",
        base_url="https://api.example.com/v1",
        authentication=authentication,
        failure_of=failure_of,
        domains=("example.org",),
    )


REQUEST = Outgoing("GET", "https://api.example.com/v1/x", {}, None)


@pytest.mark.parametrize(
    ("authentication", "headers"),
    [
        (KeyHeader(scheme="Bearer"), {"Authorization": "Bearer k"}),
        (KeyHeader("x-key"), {"x-key": "k"}),
    ],
)
def test_a_key_is_shown_in_the_providers_own_header(
    authentication: Authentication, headers: dict[str, str]
) -> None:
    assert authentication.headers({"api_key": "k"}, REQUEST) == headers


def test_a_request_without_a_key_cannot_pass_for_one_with_a_key() -> None:
    assert KeyHeader(scheme="Bearer").headers({}, REQUEST) == {"Authorization": "Bearer"}


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://api.example.com/v1/jobs/1", True),
        ("https://api.example.com/v2/jobs/1", False),
        ("https://example.org/1", True),
        ("https://gateway.example.org/1", True),
        ("http://gateway.example.org/1", False),
        ("https://gateway.example.org:8443/1", False),
        ("https://notexample.org/1", False),
        ("https://example.org.evil.example/1", False),
        ("not a url", False),
    ],
)
def test_a_file_is_fetched_with_the_key_from_the_providers_own_hosts_only(url: str, own: bool) -> None:  # noqa: FBT001
    file = upstream(Vendor(), KeyHeader("x-key")).file(url, "image/png")
    assert file.headers == ({"x-key": "id:secret"} if own else {})
    assert "id:secret" not in repr(file)


def test_a_submit_has_limits_of_its_own() -> None:
    vendor = Vendor(script=[ResponseLost("timeout")])
    with pytest.raises(OutcomeUnknown):
        upstream(vendor, KeyHeader()).submit("https://api.example.com/v1/x", {}, timeout_s=300, max_bytes=9)
    assert vendor.sent[0].limits == {"timeout_s": 300, "max_bytes": 9}


ANSWERS: list[tuple[Script, KeyTest]] = [
    (answer({}), KeyTest.ACCEPTED),
    (answer({}, 404), KeyTest.ACCEPTED),
    (answer({}, 401), KeyTest.REFUSED),
    (answer({}, 403), KeyTest.REFUSED),
    (answer({}, 429), KeyTest.UNANSWERED),
    (answer({}, 503), KeyTest.UNANSWERED),
    (ConnectFailed("refused"), KeyTest.UNANSWERED),
]


@pytest.mark.parametrize(("said", "proves"), ANSWERS)
def test_what_an_answer_proves_about_the_key(said: Script, proves: KeyTest) -> None:
    vendor = Vendor(script=[said, said])
    assert upstream(vendor, KeyHeader()).try_key("https://api.example.com/v1/account") is proves


TESTED = {
    "replicate": "https://api.replicate.com/v1/account",
    "fal": "https://queue.fal.run/fal-ai/flux/requests/00000000-0000-4000-8000-000000000000/status",
}


@pytest.mark.parametrize("name", TESTED)
def test_a_key_is_tested_without_making_anything(name: str) -> None:
    vendor = Vendor(script=[answer({}, 404)])
    assert ProviderRegistry(vendor, secrets(), {}).get(name).try_key() is KeyTest.ACCEPTED
    assert [(sent.method, sent.url) for sent in vendor.sent] == [("GET", TESTED[name])]


def test_a_provider_that_nobody_knows_is_never_complete() -> None:
    assert not is_complete("nobody", {"api_key": "k"})


def test_an_answer_that_quotes_the_key_loses_it_but_pictures_stay_as_they_are() -> None:
    picture = "id:secret" + "A" * 300_000
    vendor = Vendor(script=[answer({"said": "id:secret"}), answer({"picture": picture})])
    api = upstream(vendor, KeyHeader())
    assert api.submit("https://api.example.com/v1/x", {}).fields == {"said": "[key]"}
    assert api.submit("https://api.example.com/v1/x", {}).fields == {"picture": picture}
