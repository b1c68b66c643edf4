"""Keys that cannot be guessed, and URLs that are signed without asking anyone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.config import Config
from botocore.session import get_session

from tidegate.adapters.s3 import OutputStore, public_url

GENERATION_ID = "0197a4c2-7d1e-7abc-9def-0123456789ab"
KEY = f"{GENERATION_ID}/AAAAAAAAAAAAAAAAAAAAAA/0.png"


@pytest.fixture
def store() -> OutputStore:
    """A store whose client has credentials and no network to use them on."""
    session = get_session()
    session.set_credentials("AKIDEXAMPLE", "secret", "session")
    client: Any = session.create_client(
        "s3",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:1",
        config=Config(signature_version="s3v4"),
    )
    return OutputStore(client, "outputs")


def test_the_public_url_lies_below_the_gateways_own() -> None:
    assert public_url("https://api.example.com", KEY) == f"https://api.example.com/outputs/{KEY}"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_signature_is_for_one_method_and_five_minutes(store: OutputStore, method: Any) -> None:
    parts = urlsplit(store.presign(KEY, method))
    query = parse_qs(parts.query)
    assert parts.path == f"/outputs/{KEY}"
    assert query["X-Amz-Expires"] == ["300"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]


def test_get_and_head_are_signed_apart(store: OutputStore) -> None:
    get, head = (parse_qs(urlsplit(store.presign(KEY, method)).query) for method in ("GET", "HEAD"))
    assert get["X-Amz-Signature"] != head["X-Amz-Signature"]


def test_a_file_name_becomes_a_download(store: OutputStore) -> None:
    query = parse_qs(urlsplit(store.presign(KEY, "GET", 60, filename="cat-1.png")).query)
    assert query["response-content-disposition"] == ['attachment; filename="cat-1.png"']
    assert query["X-Amz-Expires"] == ["60"]


@pytest.mark.parametrize("name", ["", "a b", 'a"b', "a\r\nb", "../a", ".hidden", "a" * 101])
def test_a_file_name_that_could_break_a_header_is_refused(store: OutputStore, name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        store.presign(KEY, "GET", filename=name)
