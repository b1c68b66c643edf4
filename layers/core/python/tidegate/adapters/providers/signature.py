"""Requests to AWS that are signed with the caller's own permissions: no key of a provider is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tidegate.adapters.providers.authentication import Outgoing

if TYPE_CHECKING:
    from botocore.credentials import Credentials


@cache
def own_role() -> Credentials | None:
    """Return the credentials of this process: in a function, those of its role."""
    from botocore.session import get_session  # noqa: PLC0415  imports are cold-start time

    return get_session().get_credentials()


@dataclass(frozen=True, slots=True)
class SignatureV4:
    """AWS Signature Version 4 over all of a request (AWS General Reference, "Signing AWS API requests")."""

    service: str
    region: str
    role: Callable[[], Credentials | None] = own_role

    def headers(self, credentials: Mapping[str, str], request: Outgoing) -> Mapping[str, str]:  # noqa: ARG002
        """Return the signature, its date and, for a role, the session's token."""
        from botocore.auth import SigV4Auth  # noqa: PLC0415  imports are cold-start time
        from botocore.awsrequest import AWSRequest  # noqa: PLC0415

        signed = AWSRequest(request.method, request.url, data=request.body or b"")
        role = self.role()
        if role is None:
            raise RuntimeError("no AWS credentials: a function always has those of its role")
        SigV4Auth(role.get_frozen_credentials(), self.service, self.region).add_auth(signed)
        return dict(signed.headers.items())


class NoKeys:
    """In the place of the deployment's secret: there is nothing to read."""

    def provider(self, name: str) -> Mapping[str, str] | None:  # noqa: ARG002  the secret's shape
        """Return that there are no credentials."""
        return None

    def reread(self) -> bool:
        """Nothing changes."""
        return False
