"""A deployment with one open attempt at each provider, and the providers' signing keys."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.session import get_session
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook

import functions.callbacks.fal
import functions.callbacks.google
import functions.callbacks.replicate
from local.simulator.identity import Identity
from local.simulator.vendors.google import events
from tests.unit.adapters.servers import Server, answering, serving
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import new_id
from tidegate.domain.money import Money
from tidegate.runtime import Runtime

HANDLERS = {
    "replicate": functions.callbacks.replicate,
    "fal": functions.callbacks.fal,
    "google": functions.callbacks.google,
}
IDENTITY = Identity.create()  # whose key is Google's here
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PREDICTION_ID = "gm3qorzdhgbfurvjtvhg6dckhu"
PROVIDERS = {
    "replicate": {"api_key": "r8", "webhook_secret": WEBHOOK_SECRET},
    "fal": {"api_key": "id:secret"},
    "google": {"api_key": "goog"},
}


@dataclass
class Post:
    """A callback as a provider would send it; change a field to send a bad one."""

    provider: str
    generation_id: str
    number: str
    token: str
    body: bytes
    headers: Mapping[str, str]
    encoded: bool = False

    def event(self) -> dict[str, Any]:
        """API Gateway's event for it."""
        body = base64.b64encode(self.body).decode() if self.encoded else self.body.decode()
        params = {"generation_id": self.generation_id, "number": self.number, "token": self.token}
        path = f"/callbacks/{self.provider}/{self.generation_id}/{self.number}/{self.token}"
        return {
            "rawPath": path,
            "rawQueryString": "",
            "headers": dict(self.headers),
            "pathParameters": params,
            "requestContext": {"http": {"method": "POST", "sourceIp": "192.0.2.7"}},
            "body": body,
            "isBase64Encoded": self.encoded,
        }


@dataclass
class Deployment:
    """The functions as deployed, and what they have done."""

    runtime: Runtime
    queue_url: str
    key_server: Server
    fal_key: Ed25519PrivateKey
    attempts: dict[str, Attempt] = field(default_factory=dict)

    def configure(self, providers: Mapping[str, Mapping[str, str]]) -> None:
        """Write the deployment's secret."""
        secrets: Any = get_session().create_client("secretsmanager", region_name="us-east-1")
        secrets.put_secret_value(
            SecretId=self.runtime.setting("SECRET_ID"), SecretString=json.dumps({"providers": providers})
        )

    def post(self, provider: str) -> Post:
        """A callback that is right in every respect."""
        attempt = self.attempts[provider]
        told: dict[str, object] = {"status": "succeeded", "output": "https://evil.example"}
        if provider == "google":
            told |= {"data": {"id": PREDICTION_ID, "user_metadata": {"attempt": attempt.reference}}}
        else:
            told |= {"id" if provider == "replicate" else "request_id": PREDICTION_ID}
        body = json.dumps(told).encode()
        headers = self.signed(provider, body)
        return Post(provider, attempt.generation_id, "1", attempt.callback_token, body, headers)

    def signed(self, provider: str, body: bytes) -> dict[str, str]:
        """The provider's headers over a body."""
        at_s = int(time.time())
        if provider == "replicate":
            signature = Webhook(WEBHOOK_SECRET).sign("msg", datetime.fromtimestamp(at_s, UTC), body.decode())
            return {"Webhook-Id": "msg", "Webhook-Timestamp": str(at_s), "Webhook-Signature": signature}
        if provider == "google":
            url = f"https://api.example.com/{self.attempts[provider].callback_path}"
            return self.by_google(url, at_s)
        lines = [PREDICTION_ID, "user", str(at_s), hashlib.sha256(body).hexdigest()]
        return {
            "X-Fal-Webhook-Request-Id": PREDICTION_ID,
            "X-Fal-Webhook-User-Id": "user",
            "X-Fal-Webhook-Timestamp": str(at_s),
            "X-Fal-Webhook-Signature": self.fal_key.sign("\n".join(lines).encode()).hex(),
        }

    @staticmethod
    def by_google(audience: str, at_s: int) -> dict[str, str]:
        """The headers of a callback that Google signed for somebody."""
        return dict(events.headers(IDENTITY, audience, at_s))

    def send(self, post: Post) -> tuple[int, object]:
        """Invoke the function; status and body of its answer."""
        answer = HANDLERS[post.provider].handler.respond(post.event(), self.runtime)
        return answer.status, answer.body

    def queued(self) -> list[Any]:
        """Take the messages off the attempts queue."""
        sqs: Any = get_session().create_client("sqs", region_name="us-east-1")
        messages = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"]) for message in messages]

    def settle(self, provider: str, status: AttemptStatus) -> None:
        """End the attempt, or move it on."""
        assert self.runtime.generations.attempts.change(
            self.attempts[provider], {"status": status}, only_if=(AttemptStatus.SUBMITTED,)
        )


def _jwks(key: Ed25519PrivateKey) -> bytes:
    x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    published = [{"kty": "OKP", "crv": "Ed25519", "x": x}, *events.jwks(IDENTITY)["keys"]]
    return json.dumps({"keys": published}).encode()


def _attempt(provider: str) -> Attempt:
    return Attempt(
        account_id="acc-1",
        generation_id=new_id(1_795_168_800_000),
        number=1,
        provider=provider,
        status=AttemptStatus.SUBMITTED,
        callback_token=f"token-of-{provider}",
        cost=Money(3_000),
        started_at_ms=1_795_168_800_000,
        deadline_ms=1_795_168_860_000,
        lease_until_ms=1_795_168_820_000,
    )


@pytest.fixture
def deployment(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """The functions on the in-process AWS, with the keys of fal and Google served on loopback."""
    fal_key = Ed25519PrivateKey.generate()
    with serving(answering(_jwks(fal_key))) as key_server:
        keys = dict.fromkeys(("fal_jwks", "google_jwks"), f"{key_server.url}/jwks.json")
        runtime = Runtime(
            aws
            | {
                "TIDEGATE_PROVIDER_BASE_URLS": json.dumps(keys),
                "TIDEGATE_ALLOWED_PRIVATE_HOSTS": ",".join(key_server.allowed),
            }
        )
        deployed = Deployment(runtime, aws["TIDEGATE_ATTEMPTS_QUEUE_URL"], key_server, fal_key)
        deployed.configure(PROVIDERS)
        for provider in HANDLERS:
            deployed.attempts[provider] = _attempt(provider)
            assert runtime.generations.attempts.create(deployed.attempts[provider])
        yield deployed
