"""The one secret of a deployment: provider credentials, and the key that seals webhook secrets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

REREAD_AFTER_S: Final = 60.0
_CURRENT: Final = "AWSCURRENT"
_NEXT: Final = "tidegate-next"  # the staging label of a version that is written and not yet in force
_REFUSED_MOVE: Final = {"InvalidParameterException", "InvalidRequestException"}
_Found = TypeVar("_Found")


class SecretUnavailable(RuntimeError):
    """The secret lacks what every deployment must have, or is not JSON: an operator's fault."""


class SecretChanged(RuntimeError):
    """Somebody else wrote the secret between our read and our write; nothing of ours is in force."""


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """The secret as it was read, and the version that it was."""

    values: Mapping[str, Any] = field(repr=False)
    version_id: str


class Secrets:
    """Reads the secret once per Lambda environment, and again when something is missing or was refused.

    Its JSON: ``{"sealing_key": "<random text>", "providers": {"<name>": {"api_key": "…", …}}}``.
    """

    def __init__(
        self, client: SecretsManagerClient, secret_id: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._secret_id = secret_id
        self._clock = clock
        self._read_at: float | None = None
        self._values: Mapping[str, Any] = {}

    def provider(self, name: str) -> Mapping[str, str] | None:
        """Return a provider's credentials; None when the operator gave none."""
        return self._find(lambda values: _credentials(values, name))

    @property
    def sealing_key(self) -> bytes:
        """The random text, as UTF-8 bytes of no set length: derive the key you need from it.

        Raises:
            SecretUnavailable: there is none.
        """
        key = self._find(_sealing_key)
        if key is None:
            raise SecretUnavailable("the secret has no sealing_key")
        return key

    def reread(self) -> bool:
        """Read again, for instance after a key was refused, at most once a minute; True when it was read.

        What was read before stays when Secrets Manager does not answer or the new text is unreadable.
        """
        if self._read_at is None:
            self._read()
            return True
        if self._clock() - self._read_at < REREAD_AFTER_S:
            return False
        self._read_at = self._clock()
        try:
            self._read()
        except (BotoCoreError, ClientError, SecretUnavailable):
            return False
        return True

    def _find(self, pick: Callable[[Mapping[str, Any]], _Found | None]) -> _Found | None:
        if self._read_at is None:
            self._read()
        found = pick(self._values)
        return pick(self._values) if found is None and self.reread() else found

    def _read(self) -> None:
        self._values = _parse(self._client.get_secret_value(SecretId=self._secret_id)["SecretString"])
        self._read_at = self._clock()


class SecretEditor:
    """Reads and replaces the secret for an operator. Two writers at a time never lose a change.

    Secrets Manager has no conditional write, but moving a staging label names the version that it must be
    taken from, and fails if it is not there (API reference, UpdateSecretVersionStage).
    """

    def __init__(self, client: SecretsManagerClient, secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def read(self) -> SecretVersion:
        """Read what is in force now.

        Raises:
            SecretUnavailable: it is no JSON object, or lacks the sealing key: not a deployment's secret.
        """
        answer = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=_CURRENT)
        values = _parse(answer["SecretString"])
        if _sealing_key(values) is None:
            raise SecretUnavailable("the secret has no sealing_key")
        return SecretVersion(values, answer["VersionId"])

    def replace(self, read: SecretVersion, values: Mapping[str, Any]) -> str:
        """Put ``values`` in force in place of the version that was read; return the new version's id.

        Raises:
            SecretChanged: another version is in force by now.
        """
        written = self._client.put_secret_value(
            SecretId=self._secret_id, SecretString=json.dumps(values), VersionStages=[_NEXT]
        )["VersionId"]
        try:
            self._client.update_secret_version_stage(
                SecretId=self._secret_id,
                VersionStage=_CURRENT,
                RemoveFromVersionId=read.version_id,
                MoveToVersionId=written,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _REFUSED_MOVE:
                raise
            in_force = self.read().version_id
            if in_force == read.version_id:
                raise
            if in_force != written:  # else botocore repeated a move whose answer was lost
                raise SecretChanged("the secret was changed by somebody else meanwhile") from error
        return written


def _credentials(values: Mapping[str, Any], name: str) -> Mapping[str, str] | None:
    providers = values.get("providers")
    credentials = providers.get(name) if isinstance(providers, dict) else None
    if not isinstance(credentials, dict):
        return None
    return {field: value for field, value in credentials.items() if isinstance(value, str) and value}


def _sealing_key(values: Mapping[str, Any]) -> bytes | None:
    key = values.get("sealing_key")
    return key.encode() if isinstance(key, str) and key else None


def _parse(text: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:  # the text must not appear in a log, and this error quotes it
        raise SecretUnavailable("the secret is not JSON") from None
    if not isinstance(values, dict):
        raise SecretUnavailable("the secret is not a JSON object")
    return values
