"""One provider's API over HTTP: where it is, how it knows us, what transport trouble means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost
from tidegate.adapters.providers.answers import Answer, write_json
from tidegate.adapters.providers.authentication import Authentication, Outgoing
from tidegate.adapters.providers.credentials import CREDENTIALS
from tidegate.adapters.providers.protocol import SUBMIT_TIMEOUT_S, KeyTest, OutcomeUnknown, ProviderRefused
from tidegate.domain.addresses import DEFAULT_PORTS, Target, UnsafeUrl
from tidegate.domain.attempt import Failure, FailureClass, FailureCode, MediaFile, Running

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
ASK_TIMEOUT_S: Final = 15.0
_MAX_ANSWER_BYTES: Final = 16_777_216  # an answer may hold its pictures as data URLs
# The result of a synchronous provider: ten pictures of 4.5 MB, in base64. The worker, with 1 GB, holds it
# three times at most: as bytes, as text and decoded.
MAX_RESULT_BYTES: Final = 67_108_864
_MAX_PROSE_BYTES: Final = 262_144
_TOO_MANY: Final = 429
CALM_DOWN_S: Final = 20  # until a job is asked for again after "too many", if nobody says (docs/adr/0083)
_KEY_REFUSED: Final = frozenset({401, 403})
_KEY_TAKEN: Final = frozenset({*range(200, 300), 404})  # what a key may see, even if it is not there


@dataclass(frozen=True, slots=True)
class Content:
    """A request's body."""

    data: bytes
    content_type: str = "application/json"


class CredentialSource(Protocol):
    """Where credentials come from: the deployment's secret."""

    def provider(self, name: str) -> Mapping[str, str] | None:
        """Return a provider's credentials."""

    def reread(self) -> bool:
        """Read again after a refusal; False when that is of no use now."""


class Upstream:
    """Sends requests with the provider's credentials, to the provider's own hosts only."""

    def __init__(
        self,
        http: HttpClient,
        secrets: CredentialSource,
        *,
        name: str,
        base_url: str,
        authentication: Authentication,
        failure_of: Callable[[Answer], Failure],
        domains: Sequence[str] = (),
        headers: Mapping[str, str] = NO_HEADERS,
        poll_every_s: int | None = None,
    ) -> None:
        """Describe one provider.

        Args:
            http: the way out.
            secrets: hold the credentials.
            name: the provider's id.
            base_url: where its API is.
            authentication: how a request shows the credentials.
            failure_of: what its error answers mean.
            headers: sent with every request, such as the version of the API.
            poll_every_s: how often a job may be asked for, if the provider limits that.
            domains: further domains whose every https host is the provider's, such as ``bfl.ai``.
        """
        self.base_url = base_url.rstrip("/")
        self._http = http
        self._secrets = secrets
        self._name = name
        self._authentication = authentication
        self._failure_of = failure_of
        self._domains = tuple(domains)
        self._headers = headers
        self._poll_every_s = poll_every_s
        self._home = Target.parse(self.base_url)

    def owns(self, url: str) -> bool:
        """Whether a URL from an answer is the provider's own: only there may the credentials go."""
        try:
            target = Target.parse(url)
        except UnsafeUrl:
            return False
        below = self._home.path.rstrip("/") + "/"
        if target.origin == self._home.origin and target.path.startswith(below):
            return True
        of_domain = any(f".{target.host}".endswith(f".{domain}") for domain in self._domains)
        return of_domain and (target.scheme, target.port) == ("https", DEFAULT_PORTS["https"])

    def credential(self, field: str) -> str:
        """Return a field of the provider's credentials, empty when it is not set."""
        return self._credentials().get(field, "")

    def renew_credentials(self) -> bool:
        """Read the credentials again after they were refused; False when that was done a moment ago."""
        return self._secrets.reread()

    def submit(
        self,
        url: str,
        payload: Mapping[str, object] | Content,
        *,
        timeout_s: float = SUBMIT_TIMEOUT_S,
        max_bytes: int = _MAX_ANSWER_BYTES,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Answer:
        """POST a job exactly once and return the answer that accepts it.

        Raises:
            ProviderRefused: nothing was sent, or the provider said no.
            OutcomeUnknown: it was sent, and the answer did not reach us.
        """
        content = (
            payload if isinstance(payload, Content) else Content(write_json(payload), "application/json")
        )
        try:
            answer = self._send(self._request("POST", url, content, headers), timeout_s, max_bytes)
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
        if not answer.is_success:
            raise ProviderRefused(self._failure_of(answer))
        return answer

    def ask(self, method: str, url: str, *, max_bytes: int = _MAX_ANSWER_BYTES) -> Answer | None:
        """Ask something that may be asked again; None when no complete answer came."""
        try:
            return self._send(self._request(method, url), ASK_TIMEOUT_S, max_bytes)
        except (ConnectFailed, UnsafeUrl, ResponseLost, BodyTooLarge):
            return None

    def look(self, url: str, *, max_bytes: int = _MAX_ANSWER_BYTES) -> Answer | Running:
        """Ask where a job stands. A poll that fails is no verdict: the job goes on (contracts §13.10)."""
        answer = self.ask("GET", url, max_bytes=max_bytes)
        if answer is None or not answer.is_success:
            return self.running(answer)
        return answer

    def running(self, answer: Answer | None = None) -> Running:
        """Return that the job goes on, and when it may be asked for again."""
        wished_s = answer.retry_after_s if answer else None
        if wished_s is None and answer is not None and answer.status == _TOO_MANY:
            wished_s = CALM_DOWN_S
        waits_s = [wait_s for wait_s in (self._poll_every_s, wished_s) if wait_s is not None]
        return Running(max(waits_s) if waits_s else None)

    def try_key(self, url: str) -> KeyTest:
        """Ask for something that only a good key may see; that it is not there is an answer, too."""
        answer = self.ask("GET", url)
        if answer is None or answer.status not in _KEY_REFUSED | _KEY_TAKEN:
            return KeyTest.UNANSWERED
        return KeyTest.REFUSED if answer.status in _KEY_REFUSED else KeyTest.ACCEPTED

    def file(self, url: str, content_type: str | None = None) -> MediaFile:
        """Return a produced file; one on the provider's own host is fetched with the credentials."""
        headers: Mapping[str, str] = {}
        if self.owns(url):
            headers = self._authentication.headers(self._credentials(), Outgoing("GET", url, {}, None))
        return MediaFile(url=url, content_type=content_type, headers=headers)

    def _credentials(self) -> Mapping[str, str]:
        return self._secrets.provider(self._name) or {}

    def _request(
        self, method: str, url: str, content: Content | None = None, own: Mapping[str, str] = NO_HEADERS
    ) -> Outgoing:
        headers = {"Accept": "application/json", **self._headers, **own}
        if content is not None:
            headers["Content-Type"] = content.content_type
        return Outgoing(method, url, headers, content.data if content else None)

    def _send(self, request: Outgoing, timeout_s: float, max_bytes: int) -> Answer:
        shown = self._credentials()
        answer = self._send_as(shown, request, timeout_s, max_bytes)
        if self._is_of_the_key(answer) and self.renew_credentials():
            # A refused key took no job, so a rotated one may try the same request again.
            renewed = self._credentials()
            if renewed != shown:
                return self._send_as(renewed, request, timeout_s, max_bytes)
        return answer

    def _is_of_the_key(self, answer: Answer) -> bool:
        """Whether an answer refuses our key, in the provider's own way: Google does so by a 400."""
        try:
            return not answer.is_success and self._failure_of(answer).code is FailureCode.AUTH
        except OutcomeUnknown:
            return False

    def _send_as(
        self, credentials: Mapping[str, str], request: Outgoing, timeout_s: float, max_bytes: int
    ) -> Answer:
        response = self._http.request(
            request.method,
            request.url,
            headers={**request.headers, **self._authentication.headers(credentials, request)},
            body=request.body,
            timeout_s=timeout_s,
            max_bytes=max_bytes,
        )
        answer = Answer(response.status, response.headers, response.body)
        if answer.is_success and len(answer.body) > _MAX_PROSE_BYTES:
            return answer  # pictures, and their base64 may hold a short key by chance
        return replace(answer, body=self._without_keys(answer.body, credentials))

    def _without_keys(self, body: bytes, credentials: Mapping[str, str]) -> bytes:
        """Mask our keys: an answer that quotes one must not carry it into a stored message."""
        for field in CREDENTIALS.get(self._name, ()):
            if field.secret and (value := credentials.get(field.name)):
                body = body.replace(value.encode(), b"[key]")
        return body
