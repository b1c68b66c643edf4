"""What each provider's credentials consist of, and whether they are complete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BEDROCK: Final = "bedrock"  # needs none: it runs on the deployment's own permissions
API_KEY: Final = "api_key"
WEBHOOK_AUDIENCE: Final = "webhook_audience"
WEBHOOK_SECRET: Final = "webhook_secret"  # noqa: S105  a field's name

ACCOUNT_ID: Final = "account_id"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a provider's credentials in the deployment's secret."""

    name: str
    required: bool = True
    secret: bool = True  # shown by its end only, and typed unseen
    base64: bool = False  # after its prefix


_KEY: Final = Field(API_KEY)
# A provider is used when every required field is there. A key is asked for in this order.
CREDENTIALS: Final[Mapping[str, tuple[Field, ...]]] = {
    # The secret verifies callbacks; without it Replicate is only polled.
    "replicate": (_KEY, Field(WEBHOOK_SECRET, required=False, base64=True)),
    "fal": (_KEY,),  # signs its callbacks with a published key
    "bfl": (_KEY,),  # signs its callbacks with a secret that we choose
    "openai": (_KEY,),
    # Callbacks are signed for our URL, or for this where Google's project has an audience of its own.
    "google": (_KEY, Field(WEBHOOK_AUDIENCE, required=False, secret=False)),
    "byteplus": (_KEY,),
    "alibabacloud": (_KEY,),
    "runway": (_KEY,),
    "cloudflare": (_KEY, Field(ACCOUNT_ID, secret=False)),
}


def is_complete(provider: str, values: Mapping[str, str]) -> bool:
    """Whether the provider can be used with these."""
    return has_all(CREDENTIALS.get(provider, ()), values)


def has_all(fields: Sequence[Field], values: Mapping[str, str]) -> bool:
    """Whether every field is there that is needed; a text that no header can carry is no credential."""
    required = [field.name for field in fields if field.required]
    return bool(required) and all(_is_usable(values.get(name, "")) for name in required)


def _is_usable(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()
