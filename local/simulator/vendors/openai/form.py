"""Reading ``multipart/form-data`` with the standard library's parser of MIME."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final

from starlette.requests import Request

_WHOLE_NUMBERS: Final = frozenset({"n", "output_compression"})


async def read_form(request: Request) -> dict[str, Any] | None:
    """The fields of a form, and under ``image`` the bytes of its pictures; None when it is no form."""
    content_type = request.headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        return None
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=HTTP).parsebytes(head + await request.body())
    fields: dict[str, Any] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition"))
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            return None
        if part.get_filename() is not None:
            fields.setdefault(name.removesuffix("[]"), []).append(data)
        else:
            fields[name] = _value(name, data.decode(errors="replace"))
    return fields


def _value(name: str, text: str) -> str | int:
    return int(text) if name in _WHOLE_NUMBERS and text.isdigit() else text
