"""What a live URL asks for, and what tells pictures, pages and signatures apart."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.live import LiveAsked, cache_key, origin_of, read_origins, read_slug
from tidegate.domain.library.live_errors import ScopeFormatInvalid, SignatureExpired, SignatureRefused
from tidegate.domain.library.signed_urls import check_signature, is_signed, mint_signing_secret, sign
from tidegate.domain.library.waiting import Waiting

ASKED = LiveAsked("An eagle", "1:1")
PATH = "acme/main/live/hero"
GENERATION_ID = "0190a000-0000-7000-8000-000000000001"


def _key(asked: LiveAsked, looks_at: tuple[str, ...] = (), model: str = "bfl/flux-schnell") -> str:
    return cache_key(asked, looks_at=looks_at, model=model)


def test_whatever_changes_the_picture_changes_its_key() -> None:
    keys = [
        _key(ASKED),
        _key(replace(ASKED, prompt="An owl")),
        _key(replace(ASKED, aspect_ratio="16:9")),
        _key(replace(ASKED, auto_enhance=False)),
        _key(replace(ASKED, template=Template.COMIC)),
        _key(ASKED, ("a", "b")),
        _key(ASKED, ("ab",)),
        _key(ASKED, model="bfl/flux-2-pro"),
        _key(replace(ASKED, prompt="грузовик")),
    ]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)
    assert _key(ASKED) == _key(LiveAsked("An eagle", "1:1"))


def test_a_template_says_nothing_where_nothing_is_rewritten() -> None:
    plain = replace(ASKED, auto_enhance=False)
    assert _key(plain) == _key(replace(plain, template=Template.COMIC))


@pytest.mark.parametrize("slug", ["a", "Hero_1", "-", "x" * 64])
def test_a_scope_is_called_by_letters_digits_hyphens_and_underscores(slug: str) -> None:
    assert read_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "a b", "a#b", "a/b", "é", "x" * 65, "a\n", None, 1])
def test_nothing_else_is_a_scope(slug: object) -> None:
    with pytest.raises(ScopeFormatInvalid):
        read_slug(slug)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.com/a?b", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:80/", "http://[::1]"),
        ("https://user@example.com/", None),
        ("ftp://example.com", None),
        ("example.com", None),
        ("null", None),
        ("https://", None),
        ("https://example.com:x/", None),
        ("https://[::1", None),
    ],
)
def test_a_page_is_known_by_its_origin(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_origins_are_read_each_once_and_at_most_twenty() -> None:
    assert read_origins(["https://a.test", "https://A.test/x"]) == ("https://a.test",)
    for values in (["nonsense"], [1], [f"https://{n}.test" for n in range(21)]):
        with pytest.raises(InvalidInput):
            read_origins(values)


def test_a_signature_holds_for_its_url_until_it_expires() -> None:
    secret_id, secret = mint_signing_secret()
    query = sign(secret, secret_id=secret_id, path=PATH, query={"prompt": "Ein Adler, ö & +"}, until_s=100)
    assert is_signed(query)
    assert not is_signed({"prompt": "x"})
    arrived = {**dict(parse_qsl(urlencode(query))), "wait": "w1"}
    check_signature(secret, secret_id=secret_id, path=PATH, query=arrived, now_ms=99_999)
    with pytest.raises(SignatureExpired):
        check_signature(secret, secret_id=secret_id, path=PATH, query=arrived, now_ms=100_000)


@pytest.mark.parametrize(
    "changed",
    [{"prompt": "y"}, {"exp": "200"}, {"sig": "x"}, {"sig": "\udc80"}, {"kid": "other"}, {"more": "1"}],
)
def test_a_signature_holds_for_nothing_else(changed: dict[str, str]) -> None:
    query = sign("secret", secret_id="one", path=PATH, query={"prompt": "x"}, until_s=100)
    with pytest.raises(SignatureRefused):
        check_signature("secret", secret_id="one", path=PATH, query={**query, **changed}, now_ms=0)


def test_a_signature_of_another_path_or_secret_is_refused() -> None:
    query = sign("secret", secret_id="one", path=PATH, query={"prompt": "x"}, until_s=100)
    for secret, secret_id, path in (
        ("secret", "one", PATH + "s"),
        ("other", "one", PATH),
        (None, None, PATH),
    ):
        with pytest.raises(SignatureRefused):
            check_signature(secret, secret_id=secret_id, path=path, query=query, now_ms=0)


def test_a_time_beyond_all_is_none() -> None:
    query = sign("secret", secret_id="one", path=PATH, query={"prompt": "x"}, until_s=10**12)
    with pytest.raises(SignatureExpired):
        check_signature("secret", secret_id="one", path=PATH, query=query, now_ms=0)


@pytest.mark.parametrize(
    "waiting", [Waiting(1), Waiting(12, GENERATION_ID), Waiting(3, GENERATION_ID, maker=True)]
)
def test_how_far_a_request_came_is_read_as_it_was_written(waiting: Waiting) -> None:
    assert Waiting.read(str(waiting)) == waiting


@pytest.mark.parametrize("text", ["", "w", "w0", "w100", "x1", "w1-", "w1-abc", f"w1-{GENERATION_ID}x"])
def test_what_no_redirect_wrote_begins_anew(text: str) -> None:
    assert Waiting.read(text) == Waiting()
