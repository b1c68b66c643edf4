"""Cloudflare Workers AI: image models that answer with the picture (contracts/providers §6)."""

from __future__ import annotations

import re
from typing import Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import Answer, mapping
from tidegate.adapters.providers.authentication import KeyHeader
from tidegate.adapters.providers.cloudflare_failures import failure_of
from tidegate.adapters.providers.credentials import ACCOUNT_ID
from tidegate.adapters.providers.protocol import Abilities, KeyTest, Limited, ProviderRefused
from tidegate.adapters.providers.results import at_once, check_model, decoded, produced
from tidegate.adapters.providers.upstream import MAX_RESULT_BYTES, Upstream
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import (
    Failed,
    Failure,
    FailureClass,
    FailureCode,
    Job,
    MediaFile,
    Succeeded,
)
from tidegate.domain.generation import MediaType

DEFAULT_BASE_URL: Final = "https://api.cloudflare.com/client/v4"
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MODEL: Final = re.compile(r"@(cf|hf)/[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9.-]*")


class Cloudflare(Limited):
    """Adapter for Workers AI. ``native_model`` is a model's name with its ``@cf/``.

    A picture costs fractions of a cent, so that a lost answer is simply asked for again.
    """

    name = "cloudflare"
    abilities = Abilities(
        callbacks=False,
        cancel=False,
        search=False,
        output_lifetime_s=0,
        synchronous=frozenset({MediaType.IMAGE}),
        resendable=True,
    )

    def __init__(self, http: HttpClient, secrets: Secrets, base_url: str = DEFAULT_BASE_URL) -> None:
        self._api = Upstream(
            http,
            secrets,
            name=self.name,
            base_url=base_url,
            authentication=KeyHeader(scheme="Bearer"),
            failure_of=failure_of,
        )

    def submit(self, job: Job) -> Succeeded:
        """Make the picture."""
        check_model(self.name, _MODEL, job.native_model)
        url = f"{self._account()}/ai/run/{job.native_model}"
        answer = self._api.submit(url, job.input, timeout_s=job.timeout_s, max_bytes=MAX_RESULT_BYTES)
        return at_once(_result(answer))

    def try_key(self) -> KeyTest:
        """Ask for the models of the account."""
        return self._api.try_key(f"{self._account()}/ai/models/search?per_page=1")

    def _account(self) -> str:
        account_id = self._api.credential(ACCOUNT_ID)
        if not _ACCOUNT.fullmatch(account_id):
            wrong = Failure(FailureClass.FAIL_OVER, FailureCode.AUTH, "the account id of cloudflare is none")
            raise ProviderRefused(wrong)
        return f"{self._api.base_url}/accounts/{account_id}"


def _result(answer: Answer) -> Succeeded | Failed:
    """Read the picture: some models answer with the file itself, the others with an envelope."""
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type.startswith("image/"):
        return produced([MediaFile(data=answer.body, content_type=content_type)])
    if answer.is_object and answer.fields.get("success") is False:
        return Failed(failure_of(answer))
    return produced([decoded(mapping(answer.fields.get("result")).get("image"))])
