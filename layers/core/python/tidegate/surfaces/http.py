"""An HTTP exchange as API Gateway's HTTP API hands it to a Lambda (payload format 2.0)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are lower case; ``client_address`` is the peer that API Gateway saw."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    path_params: Mapping[str, str]
    body: bytes
    client_address: str
    route: str = ""  # as API Gateway names it: ``GET /v1/content/{generation_id}``
    received_ms: int | None = None  # when API Gateway had it, which gives up 30 s later

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> Request:
        """Read a payload-2.0 event. Forwarding headers are never trusted for the address."""
        http = event["requestContext"]["http"]
        raw = event.get("body") or ""
        return cls(
            method=http["method"],
            path=unquote(event["rawPath"]),
            headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
            query=dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True)),
            path_params={k: unquote(v) for k, v in (event.get("pathParameters") or {}).items()},
            # Halves of characters are kept as they came, for whoever reads the body to refuse.
            body=base64.b64decode(raw)
            if event.get("isBase64Encoded")
            else raw.encode(errors="surrogatepass"),
            client_address=http.get("sourceIp", ""),
            route=event.get("routeKey", ""),
            received_ms=event["requestContext"].get("timeEpoch"),
        )

    def began_ms(self, now_ms: int) -> int:
        """Return when the caller began to wait: a cold start and a queue are time that it has waited, too."""
        return now_ms if self.received_ms is None else min(self.received_ms, now_ms)


UNREAD: Final = Request("", "", {}, {}, {}, b"", "")  # stands for one that could not be read


@dataclass(frozen=True, slots=True)
class Response:
    """One answer. A ``body`` that is not text or bytes is written as JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self) -> dict[str, Any]:
        """Write the answer in API Gateway's payload format 2.0."""
        if isinstance(self.body, bytes):
            text, encoded = base64.b64encode(self.body).decode(), True
        elif isinstance(self.body, str):
            text, encoded = self.body, False
        else:
            text, encoded = json.dumps(self.body, separators=(",", ":"), ensure_ascii=False), False
        headers = {"content-type": "application/json", **self.headers}
        return {"statusCode": self.status, "headers": headers, "body": text, "isBase64Encoded": encoded}
