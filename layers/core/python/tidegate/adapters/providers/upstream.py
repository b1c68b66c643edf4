"""One provider's API over HTTP: where it is, the credential it is shown, what transport trouble means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.providers.answers import Answer, write_json
from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused
from tidegate.adapters.secrets import Secrets
from tidegate.domain.addresses import Target
from tidegate.domain.attempt import Failure, FailureClass, FailureCode

SUBMIT_TIMEOUT_S: Final = 30.0
ASK_TIMEOUT_S: Final = 15.0
_MAX_ANSWER_BYTES: Final = 16_777_216  # an answer may hold its pictures as data URLs
_UNAUTHORIZED: Final = 401


class Upstream:
    """Sends requests with the provider's key, to the provider's own origin only."""

    def __init__(self, http: HttpClient, secrets: Secrets, *, name: str, scheme: str, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = http
        self._secrets = secrets
        self._name = name
        self._scheme = scheme  # of the Authorization header
        self._home = Target.parse(self.base_url)

    def owns(self, url: str) -> bool:
        """Whether a URL from an answer lies below the base URL: only there may the credential go."""
        try:
            target = Target.parse(url)
        except UnsafeUrl:
            return False
        below = self._home.path.rstrip("/") + "/"
        return target.origin == self._home.origin and target.path.startswith(below)

    def credential(self, field: str) -> str:
        """Return a field of the provider's credentials, empty when it is not set."""
        return (self._secrets.provider(self._name) or {}).get(field, "")

    def renew_credentials(self) -> bool:
        """Read the credentials again after they were refused; False when that was done a moment ago."""
        return self._secrets.reread()

    def submit(self, url: str, payload: Mapping[str, object]) -> Answer:
        """POST a job exactly once.

        Raises:
            ProviderRefused: nothing was sent.
            OutcomeUnknown: it was sent, and the answer did not reach us.
        """
        try:
            return self._send("POST", url, write_json(payload), SUBMIT_TIMEOUT_S)
        except ConnectFailed as error:
            raise ProviderRefused(
                Failure(FailureClass.RETRY, FailureCode.UNAVAILABLE, "the provider could not be reached")
            ) from error
        except UnsafeUrl as error:
            raise ProviderRefused(
                Failure(FailureClass.FAIL_OVER, FailureCode.ERROR, f"the provider's URL is refused: {error}")
            ) from error
        except (ResponseLost, BodyTooLarge) as error:
            raise OutcomeUnknown(f"{self._name}: {error}") from error

    def ask(self, method: str, url: str) -> Answer | None:
        """Ask something that may be asked again; None when no complete answer came."""
        try:
            return self._send(method, url, None, ASK_TIMEOUT_S)
        except (ConnectFailed, UnsafeUrl, ResponseLost, BodyTooLarge):
            return None

    def _send(self, method: str, url: str, body: bytes | None, timeout_s: float) -> Answer:
        key = self.credential("api_key")
        answer = self._send_with(key, method, url, body, timeout_s)
        if answer.status == _UNAUTHORIZED and self.renew_credentials():
            # A refused key took no job, so a rotated one may try the same request again.
            renewed = self.credential("api_key")
            if renewed != key:
                return self._send_with(renewed, method, url, body, timeout_s)
        return answer

    def _send_with(self, key: str, method: str, url: str, body: bytes | None, timeout_s: float) -> Answer:
        headers = {"Authorization": f"{self._scheme} {key}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        response = self._http.request(
            method, url, headers=headers, body=body, timeout_s=timeout_s, max_bytes=_MAX_ANSWER_BYTES
        )
        # An answer that quotes the key must not carry it into a stored message.
        said = response.body.replace(key.encode(), b"[key]") if key else response.body
        return Answer(response.status, response.headers, said)
