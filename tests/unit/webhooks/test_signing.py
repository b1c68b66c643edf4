"""The signature and its companion headers."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tidegate.domain.webhook_signing import USER_AGENT, signature, signed_headers, standard_signature
from tidegate.domain.webhooks import Delivery, DeliveryKey, EventType

BODY = b'{"webhook_event":"webhook.test"}'
DELIVERY = Delivery(
    key=DeliveryKey("acc-1", 1_700_000_000_123, "7e1b6a52-4c0e-5f5e-9f0c-0f2f6f3b1a11"),
    endpoint_id="end-1",
    event_id="event-1",
    event_type=EventType.TEST,
    body=BODY.decode(),
)


def test_the_signature_matches_the_contracts_vector() -> None:
    assert signature("whsec_test", 1_700_000_000, BODY) == (
        "t=1700000000,v1=e3d760727843b1a5409bcfaf8f03879ecce63ff6649547f5ccc436c531e8bf17"
    )


def test_the_standard_signature_matches_the_specifications_vector() -> None:
    # The example of the Standard Webhooks specification and of Svix's "verifying manually" page.
    signed = standard_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_that_is_not_base64_has_no_standard_signature() -> None:
    assert standard_signature("whsec_not base64!", "id", 1, BODY) is None
    assert "webhook-signature" not in signed_headers(DELIVERY, "whsec_not base64!", 1)


def test_every_header_of_the_contract_is_there_and_no_other() -> None:
    headers = signed_headers(DELIVERY, "whsec_" + "a" * 32, 1_700_000_001)
    signed = headers.pop("X-BabySea-Signature")
    standard = headers.pop("webhook-signature")
    assert signed.startswith("t=1700000001,v1=")
    assert standard.startswith("v1,")
    assert headers == {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-BabySea-Event": "webhook.test",
        "X-BabySea-Timestamp": "2023-11-14T22:13:20.123Z",
        "X-BabySea-Delivery-Id": "7e1b6a52-4c0e-5f5e-9f0c-0f2f6f3b1a11",
        "webhook-id": "7e1b6a52-4c0e-5f5e-9f0c-0f2f6f3b1a11",
        "webhook-timestamp": "1700000001",
    }


def test_each_attempt_is_signed_anew_over_the_same_body() -> None:
    first, second = (signed_headers(DELIVERY, "whsec_" + "a" * 32, at_s) for at_s in (1, 2))
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {"X-BabySea-Signature", "webhook-timestamp", "webhook-signature"}


def test_during_a_rotation_the_new_secret_signs_first_and_the_old_one_second() -> None:
    new, old = "whsec_" + "n" * 32, "whsec_" + "o" * 32
    headers = signed_headers(DELIVERY, new, 7, previous=old)
    digests = [signature(key, 7, BODY).removeprefix("t=7,") for key in (new, old)]
    assert headers["X-BabySea-Signature"] == f"t=7,{digests[0]},{digests[1]}"
    identity = DELIVERY.key.delivery_id
    assert headers["webhook-signature"] == " ".join(
        str(standard_signature(key, identity, 7, BODY)) for key in (new, old)
    )


def test_a_secret_that_is_not_base64_leaves_the_other_its_standard_signature() -> None:
    fine = "whsec_" + "a" * 32
    headers = signed_headers(DELIVERY, fine, 7, previous="whsec_not base64!")
    assert headers["webhook-signature"] == standard_signature(fine, DELIVERY.key.delivery_id, 7, BODY)


def test_the_user_agent_names_the_projects_version() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert f"Tidegate-Webhooks/{project['version']}" == USER_AGENT
