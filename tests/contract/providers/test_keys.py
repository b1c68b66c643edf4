"""How requests show the key, where it may go, and what a provider's answer to it proves."""

from __future__ import annotations

import pytest

from tests.contract.providers.failure_cases import FLUX, SEEDREAM
from tests.contract.providers.wire import Clock, Script, Vault, Vendor, answer, secrets
from tests.contract.providers.wire_others import KEYS, image
from tidegate.adapters.http import ConnectFailed, HttpResponse, ResponseLost
from tidegate.adapters.providers.answers import Answer
from tidegate.adapters.providers.authentication import Authentication, KeyHeader, Outgoing
from tidegate.adapters.providers.credentials import is_complete
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.adapters.providers.upstream import Upstream
from tidegate.domain.attempt import Failure, FailureClass, FailureCode, Job


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


REFUSED_KEYS: list[tuple[str, Job, HttpResponse]] = [
    ("bfl", image("flux-pro-1.1", prompt="a lighthouse"), answer({"detail": "Not authorized"}, 403)),
    ("cloudflare", FLUX, answer({"success": False, "errors": [{"code": 10000, "message": "no"}]}, 403)),
    ("byteplus", SEEDREAM, answer({"error": {"code": "AuthenticationError", "message": "no"}}, 401)),
    (
        "google",
        image("gemini-2.5-flash-image", prompt="a lighthouse"),
        answer(
            {
                "error": {
                    "code": 400,
                    "message": "API key not valid. Please pass a valid API key.",
                    "status": "INVALID_ARGUMENT",
                    "details": [{"reason": "API_KEY_INVALID", "domain": "googleapis.com"}],
                }
            },
            400,
        ),
    ),
]


@pytest.mark.parametrize(("name", "job", "refusal"), REFUSED_KEYS, ids=[case[0] for case in REFUSED_KEYS])
def test_a_rotated_key_is_used_at_once_however_the_vendor_refuses_the_old_one(
    name: str, job: Job, refusal: HttpResponse
) -> None:
    vault, clock = Vault(KEYS), Clock()
    vendor = Vendor(script=[refusal, answer({}, 503)])
    adapter = ProviderRegistry(vendor, secrets(vault, clock), {}).get(name)
    vault.credentials = {name: {**KEYS[name], "api_key": "rotated"}}
    clock.now = 60
    with pytest.raises(ProviderRefused):
        adapter.submit(job)
    assert [any("rotated" in value for value in sent.headers.values()) for sent in vendor.sent] == [
        False,
        True,
    ]
