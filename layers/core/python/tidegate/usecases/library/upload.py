"""An uploaded file becomes an image of the library, or nothing is kept of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import IO, Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed, StillInConflict
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.generation import new_id
from tidegate.domain.images import HEAD_BYTES, recognise_image
from tidegate.domain.images import Image as Picture
from tidegate.domain.input_files import UNPACKED_PX, UNPACKED_SIDE_PX, can_be_meant
from tidegate.domain.library.errors import AliasTaken, FileTooLarge, FlowNotFound
from tidegate.domain.library.files import library_file
from tidegate.domain.library.records import Image, Source
from tidegate.usecases.library.aliases import may_move, taking
from tidegate.usecases.library.flows import join, why_not_named
from tidegate.usecases.library.images import drop_files

MAX_BYTES: Final = 5 * 1024 * 1024  # "5MB" (seed); the contract gives no figure in bytes
_TRIES: Final = 5
CONTENT_TYPES: Final = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent beside the file. ``in_flow``: whether the image belongs to a flow at all."""

    alias: str | None = None
    moves: bool = False  # an alias that another image has comes here
    in_flow: bool = True
    flow_id: str | None = None  # None: a new one
    flow_alias: str | None = None
    meta: str = "{}"


def check_file(file: IO[bytes], size: int) -> Picture:
    """Return what the file is, by its own bytes.

    Raises:
        FileTooLarge: over 5 MB.
        InvalidInput: it is no whole PNG, JPEG or WebP, or it would unpack to more than anybody can mean.
    """
    if size > MAX_BYTES:
        raise FileTooLarge
    file.seek(0)
    picture = recognise_image(file, file.read(HEAD_BYTES))
    if picture is None or picture.content_type not in CONTENT_TYPES:
        raise InvalidInput("The file must be a whole PNG, JPEG or WebP image.", field="file")
    if not can_be_meant(picture.width, picture.height):
        raise InvalidInput(
            f"The image may have at most {UNPACKED_SIDE_PX} pixels a side and {UNPACKED_PX} in all.",
            field="file",
        )
    return picture


@dataclass(frozen=True, slots=True)
class Place:
    """Whose library an upload is for, and when it came."""

    account_id: str
    project_id: str
    path: str
    now_ms: int


def keep_upload(
    library: LibraryTable,
    outputs: OutputStore,
    upload: Upload,
    *,
    file: IO[bytes],
    size: int,
    place: Place,
) -> Image:
    """Check a file, store it, and add it to the library.

    The file comes before its record: what is interrupted in between leaves a file that nobody names.

    Raises:
        FileTooLarge, InvalidInput: as ``check_file``.
        AliasTaken, FlowNotFound, ServiceUnavailable: nothing was kept.
    """
    picture = check_file(file, size)
    image = _image(upload, picture, place, size=size, digest=_digest(file))
    actions: list[Item] = []
    if upload.in_flow:
        names = {upload.flow_alias: image.image_id} if upload.flow_alias else None
        flow_id, joined = join(library, place.project_id, upload.flow_id, place.now_ms, names=names)
        image = replace(image, flow_id=flow_id)
        actions.append(joined)
    outputs.put(image.file, file, image.content_type, size)
    try:
        _write(library, image, actions, place, moves=upload.moves)
    except (AliasTaken, FlowNotFound, InvalidInput, ServiceUnavailable, StillInConflict):
        drop_files(outputs, image.files)
        raise
    return image


def _write(library: LibraryTable, image: Image, joining: list[Item], place: Place, *, moves: bool) -> None:
    """Store an image with its names; the first action of ``joining``, if there is one, is its flow's."""
    for _ in range(_TRIES):
        named = _naming(library, image, place.now_ms, moves=moves)
        try:
            library.write([*joining, *named, library.images.insert(image)])
        except ConditionsFailed as error:
            if joining and error.failed[0]:
                raise why_not_named(library, image.project_id, image.flow_id or "") from error
            if not moves and not may_move(library, place.account_id, place.project_id):
                raise AliasTaken from error
            moves = True
        else:
            return
    raise ServiceUnavailable("The alias is being changed by others. Nothing was kept; try again.")


def _naming(library: LibraryTable, image: Image, now_ms: int, *, moves: bool) -> list[Item]:
    if image.alias is None:
        return []
    if moves:
        return taking(library, image.project_id, image.alias, image.image_id, now_ms)
    return [library.aliases.claim(image.project_id, image.alias, image.image_id)]


def _image(upload: Upload, picture: Picture, place: Place, *, size: int, digest: str) -> Image:
    image_id = new_id(place.now_ms)
    return Image(
        project_id=place.project_id,
        image_id=image_id,
        path=place.path,
        file=library_file(place.project_id, image_id, new_id(place.now_ms), picture.extension),
        content_type=picture.content_type,
        size_bytes=size,
        width=picture.width,
        height=picture.height,
        source=Source.UPLOADED,
        created_at_ms=place.now_ms,
        updated_at_ms=place.now_ms,
        alias=upload.alias,
        meta=upload.meta,
        file_hash=digest,
    )


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
