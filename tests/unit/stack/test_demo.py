"""The demo's own judgement: a signature that it checks by the documentation, and a picture as text."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from local.demo.preview import preview
from local.demo.signature import is_genuine
from tidegate.domain.webhook_signing import signature

# The contract's own test vector (docs.babysea.ai setup/webhooks, computed with the SDK's scheme).
SECRET, AT_S, BODY = "whsec_test", 1_700_000_000, b'{"webhook_event":"webhook.test"}'
HEADER = f"t={AT_S},v1=e3d760727843b1a5409bcfaf8f03879ecce63ff6649547f5ccc436c531e8bf17"


def test_the_published_vector_is_genuine() -> None:
    assert is_genuine(SECRET, HEADER, BODY, AT_S)


def test_what_the_gateway_signs_is_genuine() -> None:
    assert is_genuine(SECRET, signature(SECRET, AT_S, BODY), BODY, AT_S + 299)


@pytest.mark.parametrize(
    ("secret", "header", "body", "now_s"),
    [
        ("whsec_other", HEADER, BODY, AT_S),
        (SECRET, HEADER, BODY + b" ", AT_S),
        (SECRET, HEADER, BODY, AT_S + 301),
        (SECRET, HEADER, BODY, AT_S - 301),
        (SECRET, HEADER.replace("v1=", "v0="), BODY, AT_S),
        (SECRET, HEADER.replace(f"t={AT_S}", "t=now"), BODY, AT_S),
        (SECRET, "", BODY, AT_S),
    ],
)
def test_everything_else_is_not(secret: str, header: str, body: bytes, now_s: int) -> None:
    assert not is_genuine(secret, header, body, now_s)


def test_a_picture_is_shown_in_its_own_shape() -> None:
    picture = BytesIO()
    Image.new("RGB", (160, 90), (250, 120, 10)).save(picture, "PNG")
    lines = preview(picture.getvalue(), columns=32).plain.splitlines()
    assert {len(line) for line in lines} == {32}
    assert len(lines) == 9  # two pixels a line
