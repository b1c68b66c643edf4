"""What the operator does with the providers' credentials: show, set, remove; one provider at a time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tidegate.adapters.payments.credentials import PAYMENTS
from tidegate.adapters.providers.credentials import CREDENTIALS, WEBHOOK_SECRET, Field, has_all
from tidegate.adapters.secrets import SecretChanged, SecretEditor
from tidegate.domain.errors import InvalidInput

KNOWN: Final[Mapping[str, tuple[Field, ...]]] = {**CREDENTIALS, **PAYMENTS}
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105  Standard Webhooks, which Replicate follows; and Stripe's own
_MAX_LENGTH: Final = 512
_SHOWN: Final = 4
_SHOWN_FROM: Final = 16  # of a shorter text, four characters would be too much


@dataclass(frozen=True, slots=True)
class Credentials:
    """One provider's credentials; a field that is not set is absent."""

    provider: str
    values: Mapping[str, str] = field(repr=False)

    @property
    def is_configured(self) -> bool:
        """Whether the provider is used: every field that it needs is there."""
        return has_all(KNOWN[self.provider], self.values)

    @property
    def shown(self) -> dict[str, str | None]:
        """Every field as it may be shown: of a secret the end, enough to tell two keys apart."""
        return {field.name: self._shown(field) for field in KNOWN[self.provider]}

    def _shown(self, field: Field) -> str | None:
        value = self.values.get(field.name)
        if value is None or not field.secret:
            return value
        return f"…{value[-_SHOWN:]}" if len(value) >= _SHOWN_FROM else "…"


def list_credentials(secret: SecretEditor) -> tuple[Credentials, ...]:
    """Return every provider that this version knows, payments included, configured or not."""
    stored = _providers(secret.read().values)
    return tuple(_credentials(provider, stored) for provider in KNOWN)


def set_credentials(secret: SecretEditor, provider: str, given: Mapping[str, str]) -> Credentials:
    """Set some fields of a provider; its others, and all else in the secret, stay as they are.

    Raises:
        InvalidInput: no such provider or field, or a text that no HTTP header could carry.
        SecretChanged: somebody else changed the secret meanwhile.
    """
    known = {field.name: field for field in fields_of(provider)}
    for name, value in given.items():
        if name not in known:
            raise InvalidInput(f"{provider} has no {name}: it has {', '.join(known)}.", field=name)
        _check(known[name], value)
    read = secret.read()
    stored = _providers(read.values)
    before = stored.get(provider)
    stored[provider] = {**(before if isinstance(before, dict) else {}), **given}
    secret.replace(read, {**read.values, "providers": stored})
    # Read again: what is answered is what the functions will find.
    after = _credentials(provider, _providers(secret.read().values))
    if any(after.values.get(name) != value for name, value in given.items()):
        raise SecretChanged("somebody else changed the credentials just after they were set")
    return after


def remove_credentials(secret: SecretEditor, provider: str) -> bool:
    """Forget a provider's credentials; False when there were none.

    Raises:
        InvalidInput: no such provider.
        SecretChanged: somebody else changed the secret meanwhile.
    """
    fields_of(provider)
    read = secret.read()
    stored = _providers(read.values)
    if provider not in stored:
        return False
    del stored[provider]
    secret.replace(read, {**read.values, "providers": stored})
    return True


def fields_of(provider: str) -> tuple[Field, ...]:
    """Return what a provider's credentials consist of, in the order in which they are asked for.

    Raises:
        InvalidInput: there is no adapter for such a provider.
    """
    if provider not in KNOWN:
        raise InvalidInput(
            f"There is no provider {provider!r}: choose one of {', '.join(KNOWN)}.", field="provider"
        )
    return KNOWN[provider]


def _check(field: Field, value: str) -> None:
    """Refuse what cannot be a credential. The text itself must not appear in the message."""
    name = field.name
    if not value:
        raise InvalidInput(f"The {name} is empty.", field=name)
    if not (value.isascii() and value.isprintable()) or " " in value or len(value) > _MAX_LENGTH:
        raise InvalidInput(
            f"The {name} must be at most {_MAX_LENGTH} printable ASCII characters without spaces.", field=name
        )
    if (name == WEBHOOK_SECRET) != value.startswith(_SECRET_PREFIX):
        raise InvalidInput(
            f"The {name} looks like another field: only a webhook secret begins with {_SECRET_PREFIX}.",
            field=name,
        )
    if field.base64 and not _is_base64(value.removeprefix(_SECRET_PREFIX)):
        raise InvalidInput(f"The {name} must be {_SECRET_PREFIX} and base64: copy all of it.", field=name)


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def _providers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the providers' part; a part that is no object never served anyone."""
    stored = values.get("providers")
    return dict(stored) if isinstance(stored, dict) else {}


def _credentials(provider: str, stored: Mapping[str, Any]) -> Credentials:
    entry = stored.get(provider)
    texts = entry if isinstance(entry, dict) else {}
    given = {field.name: texts.get(field.name) for field in KNOWN[provider]}
    return Credentials(
        provider, {name: value for name, value in given.items() if isinstance(value, str) and value}
    )
