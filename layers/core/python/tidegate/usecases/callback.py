"""A provider says that a job is done: prove that it is the provider, then poll now."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.providers.protocol import Callback, CallbackRejected
from tidegate.adapters.providers.registry import ProviderNotConfigured, ProviderRegistry
from tidegate.adapters.sqs import Queue
from tidegate.domain.attempt import Attempt
from tidegate.domain.errors import PayloadTooLarge

MAX_BODY_BYTES: Final = 1_048_576
_GENERATION_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER: Final = re.compile(r"[1-9][0-9]?")


def accept_callback(
    provider_name: str,
    *,
    path_params: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    now_s: int,
    public_base_url: str,
    generations: GenerationTable,
    providers: ProviderRegistry,
    attempts: Queue,
) -> None:
    """Queue an immediate poll of the attempt that a callback is about.

    The token in the URL is checked before the signature, so that strangers cost one read and nothing else.
    Of the payload only the prediction's id is used; what became of the job is asked at the provider.

    Args:
        provider_name: whose route it came in on.
        path_params: ``generation_id``, ``number`` and ``token`` of the URL that we gave the provider.
        headers: names in lower case.
        body: raw, as signed.
        now_s: the current time, epoch seconds.
        public_base_url: where providers reach this gateway.
        generations: knows the attempt and its token.
        providers: know their own signatures.
        attempts: where the poll is queued.

    Raises:
        PayloadTooLarge: more than 1 MB.
        CallbackRejected: anything else that is not right; the reason is for our log only.
    """
    if len(body) > MAX_BODY_BYTES:
        raise PayloadTooLarge("The callback is too large.")
    attempt = _attempt(provider_name, path_params, generations)
    try:
        provider = providers.get(provider_name)
    except ProviderNotConfigured as error:
        raise CallbackRejected("the provider is not configured") from error
    callback = provider.verify_callback(headers, body, now_s)
    _check_addressee(callback, attempt, public_base_url)
    if not attempt.status.is_open:
        return  # it is settled: a late or repeated callback changes nothing
    attempts.send(
        {
            "kind": "callback",
            "account_id": attempt.account_id,
            "generation_id": attempt.generation_id,
            "number": attempt.number,
            "prediction_id": callback.prediction_id,
        }
    )


def _attempt(provider_name: str, path_params: Mapping[str, str], generations: GenerationTable) -> Attempt:
    generation_id, number = path_params.get("generation_id", ""), path_params.get("number", "")
    if not _GENERATION_ID.fullmatch(generation_id) or not _NUMBER.fullmatch(number):
        raise CallbackRejected("the path is not one that we gave out")
    attempt = generations.attempts.get(generation_id, int(number))
    if attempt is None or attempt.provider != provider_name:
        raise CallbackRejected("there is no such attempt")
    if not hmac.compare_digest(attempt.callback_token.encode(), path_params.get("token", "").encode()):
        raise CallbackRejected("the token is wrong")
    return attempt


def _check_addressee(callback: Callback, attempt: Attempt, public_base_url: str) -> None:
    """Make sure that a callback which says for whom it is was meant for this attempt of ours."""
    if callback.reference is not None and callback.reference != attempt.reference:
        raise CallbackRejected("it is about another attempt")
    base = urlsplit(public_base_url)
    origin, url = f"{base.scheme}://{base.netloc}", f"{public_base_url}/{attempt.callback_path}"
    if callback.audiences and not {origin, f"{origin}/", public_base_url, url} & {*callback.audiences}:
        raise CallbackRejected(f"it was signed for another audience: {callback.audiences[0][:200]}")
