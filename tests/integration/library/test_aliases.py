"""An alias is one image's: the row that says whose it is, and the image that says so, change together."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow

from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.domain.library.records import Image
from tidegate.runtime import Runtime
from tidegate.usecases.library.aliases import assign, taking
from tidegate.usecases.library.upload import Place, Upload, keep_upload

NOW_MS = 1_763_000_000_000


def _image(runtime: Runtime) -> Image:
    file = io.BytesIO()
    Pillow.new("RGB", (4, 4)).save(file, "PNG")
    place = Place("account", "project", "acme/main", NOW_MS)
    return keep_upload(
        runtime.library, runtime.outputs, Upload(), file=file, size=len(file.getvalue()), place=place
    )


def _now(runtime: Runtime, image: Image) -> Image:
    found = runtime.library.images.get("project", image.image_id)
    assert found is not None
    return found


def _take(runtime: Runtime, image: Image) -> None:
    now = _now(runtime, image)
    assign(runtime.library, now, "@hero", account_id="account", moves=True, now_ms=NOW_MS)


@pytest.mark.parametrize("returns", [False, True], ids=["stays away", "comes back"])
def test_an_alias_that_moves_while_it_is_read_is_taken_from_nobody(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, *, returns: bool
) -> None:
    library = runtime.library
    holder, other, taker = (_image(runtime) for _ in range(3))
    _take(runtime, holder)
    with monkeypatch.context() as patch:
        read = library.images.get

        def too_late(project_id: str, image_id: str) -> Image | None:
            patch.undo()  # it is known who has the alias: now that changes
            _take(runtime, other)
            return read(project_id, image_id)

        patch.setattr(library.images, "get", too_late)
        actions = taking(library, "project", "@hero", taker.image_id, NOW_MS)
    if returns:
        _take(runtime, holder)
    with pytest.raises(ConditionsFailed):
        library.write(actions)
    _take(runtime, taker)
    named = [image for image in (holder, other, taker) if _now(runtime, image).alias == "@hero"]
    assert named == [taker]
    assert library.aliases.holder("project", "@hero") == taker.image_id
