"""Uploads: by a form, or by a URL of the bucket where a form is too large for the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any, Final, Protocol

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.http_errors import BodyTooLarge, ResponseLost, UnexpectedStatus
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import InvalidInput, PayloadTooLarge, ServiceUnavailable
from tidegate.domain.generation import new_id
from tidegate.domain.library.aliases import read_alias
from tidegate.domain.library.errors import FileTooLarge
from tidegate.domain.library.files import uploaded_file
from tidegate.domain.library.records import Image
from tidegate.surfaces.banatie.dialect import Tenant
from tidegate.surfaces.banatie.reading import read_id, read_meta, read_same, wants_move
from tidegate.surfaces.body import parse_json, read_object
from tidegate.surfaces.http import Request
from tidegate.surfaces.multipart import Part, read_form
from tidegate.usecases.library.upload import CONTENT_TYPES, MAX_BYTES, Place, Upload, keep_upload

# Lambda takes 6 MB, the base64 of the body included (AWS Lambda quotas, "invocation payload").
MAX_FORM_BYTES: Final = 4_650_000
UPLOAD_URL_S: Final = 900
_FORM_OVERHEAD: Final = 16_384  # of a form's own bytes, at most, when a file is said to be too large
_ELSEWHERE: Final = "A form of this size does not get through: use POST /api/v1/images/upload-url."


class Services(Protocol):
    """What an upload needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """Where the image is noted."""

    @property
    def outputs(self) -> OutputStore:
        """Where its file is kept."""

    def now_ms(self) -> int:
        """The time."""


def upload(request: Request, tenant: Tenant, services: Services) -> Image:
    """Add a file to the library: from a form, or one that was sent to a URL of ours before.

    Raises:
        FileTooLarge, PayloadTooLarge, InvalidInput, AliasTaken, FlowNotFound: nothing was kept.
    """
    if request.headers.get("content-type", "").lower().startswith("application/json"):
        return _claim(request, tenant, services)
    # A file that is too large is told so even if its form would not have got through the platform.
    if len(request.body) > MAX_BYTES + _FORM_OVERHEAD:
        raise FileTooLarge
    parts = read_form(request)
    file = _only_file(parts)
    if len(file.content) > MAX_BYTES:
        raise FileTooLarge
    if len(request.body) > MAX_FORM_BYTES:
        raise PayloadTooLarge(_ELSEWHERE, limit=MAX_FORM_BYTES)
    fields = {part.name: part.text for part in parts if part.name != "file"}
    asked = replace(read_upload(_typed(fields)), moves=wants_move(request))
    return _keep(asked, BytesIO(file.content), len(file.content), tenant, services)


def upload_url(request: Request, tenant: Tenant, services: Services) -> dict[str, object]:
    """Return a URL that takes one file of the size and type that the caller announces.

    Raises:
        FileTooLarge, InvalidInput: the library would not take such a file.
    """
    body = read_object(request)
    size, content_type = body.get("fileSize"), body.get("mimeType")
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise InvalidInput("fileSize must be the file's size in bytes.", field="fileSize")
    if size > MAX_BYTES:
        raise FileTooLarge
    if content_type not in CONTENT_TYPES:
        raise InvalidInput(f"mimeType must be one of {', '.join(CONTENT_TYPES)}.", field="mimeType")
    upload_id = new_id(services.now_ms())
    key = uploaded_file(tenant.project_id, upload_id)
    return {
        "uploadId": upload_id,
        "method": "PUT",
        "url": services.outputs.presign_upload(key, str(content_type), size, UPLOAD_URL_S),
        "headers": {"Content-Type": content_type, "Content-Length": str(size)},
        "expiresIn": UPLOAD_URL_S,
    }


def read_upload(fields: Mapping[str, Any]) -> Upload:
    """Read what was sent beside the file. An empty alias counts as none.

    Raises:
        InvalidInput: a field is no such thing as it must be.
    """
    flow_id = fields.get("flowId")
    in_flow = "flowId" not in fields or flow_id is not None
    alias, flow_alias = (
        read_same({name: value or None for name, value in fields.items()}, new, old)
        for new, old in (("alias", "assignAlias"), ("flowAlias", "assignFlowAlias"))
    )
    if flow_alias is not None and not in_flow:
        raise InvalidInput("flowAlias needs a flow, and flowId is null.", field="flowAlias")
    meta = {} if fields.get("meta") in (None, "") else fields["meta"]
    if isinstance(meta, Mapping) and fields.get("description"):
        meta = {**meta, "description": fields["description"]}
    return Upload(
        alias=None if alias is None else read_alias(alias, "alias"),
        in_flow=in_flow,
        flow_id=None if flow_id is None else read_id(flow_id, "flowId"),
        flow_alias=None if flow_alias is None else read_alias(flow_alias, "flowAlias"),
        meta=read_meta(meta),
    )


def _only_file(parts: list[Part]) -> Part:
    files = [part for part in parts if part.filename is not None or part.name == "file"]
    if len(files) != 1 or files[0].name != "file" or not files[0].content:
        raise InvalidInput("Send one file, in the field file.", field="file")
    return files[0]


def _typed(fields: Mapping[str, str]) -> dict[str, Any]:
    """A form knows only text: ``null`` and an empty flow id are null, ``meta`` is JSON."""
    typed: dict[str, Any] = dict(fields)
    if typed.get("flowId") in {"", "null"}:
        typed["flowId"] = None
    if typed.get("meta"):
        try:
            typed["meta"] = parse_json(typed["meta"])
        except ValueError as error:
            raise InvalidInput("meta must be a JSON object.", field="meta") from error
    return typed


def _claim(request: Request, tenant: Tenant, services: Services) -> Image:
    """Take what was sent to the bucket. It stays there for a day, so that a refused claim can be mended."""
    body = read_object(request)
    key = uploaded_file(tenant.project_id, read_id(body.get("uploadId"), "uploadId"))
    file = BytesIO()
    size = _read(services.outputs, key, file)
    asked = replace(read_upload(body), moves=wants_move(request))
    return _keep(asked, file, size, tenant, services)


def _read(outputs: OutputStore, key: str, into: BytesIO) -> int:
    try:
        return outputs.read(key, into, MAX_BYTES)
    except BodyTooLarge as error:
        raise FileTooLarge from error
    except UnexpectedStatus as error:  # S3 denies what is absent to those who may not list
        raise InvalidInput(
            "There is no such upload: send the file to its URL first.", field="uploadId"
        ) from error
    except ResponseLost as error:
        raise ServiceUnavailable("The upload could not be read. Try again.") from error


def _keep(asked: Upload, file: BytesIO, size: int, tenant: Tenant, services: Services) -> Image:
    place = Place(tenant.key.account_id, tenant.project_id, tenant.path, services.now_ms())
    return keep_upload(services.library, services.outputs, asked, file=file, size=size, place=place)
