"""What was deleted softly goes for good when its time is over."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image as Pillow

from functions.library import purge as function
from tests.integration.library.conftest import Meanwhile
from tidegate.domain.library.records import Image
from tidegate.runtime import Runtime
from tidegate.usecases.library.images import hide, restore
from tidegate.usecases.library.purge import purge
from tidegate.usecases.library.upload import Place, Upload, keep_upload

DAY_MS = 86_400_000
NOW_MS = 1_763_000_000_000


def _image(runtime: Runtime, **fields: Any) -> Image:
    file = io.BytesIO()
    Pillow.new("RGB", (4, 4)).save(file, "PNG")
    place = Place("account", "project", "acme/main", NOW_MS)
    return keep_upload(
        runtime.library, runtime.outputs, Upload(**fields), file=file, size=len(file.getvalue()), place=place
    )


def _purge(runtime: Runtime, now_ms: int, until_ms: int | None = None) -> int:
    return purge(
        runtime.library,
        runtime.outputs,
        clock=lambda: now_ms,
        until_ms=now_ms + 1 if until_ms is None else until_ms,
        log=lambda *_, **__: None,
    )


def _files(runtime: Runtime) -> int:
    return int(runtime.client("s3").list_objects_v2(Bucket="outputs")["KeyCount"])


def test_an_image_is_purged_after_thirty_days_and_not_before(runtime: Runtime) -> None:
    image = _image(runtime)
    hide(runtime.library, image, NOW_MS)
    assert _purge(runtime, NOW_MS + 30 * DAY_MS) == 0
    assert _purge(runtime, NOW_MS + 31 * DAY_MS) == 1
    assert runtime.library.images.get("project", image.image_id) is None
    assert _files(runtime) == 0
    assert _purge(runtime, NOW_MS + 31 * DAY_MS) == 0


def test_days_on_which_nothing_ran_are_made_up_for(runtime: Runtime) -> None:
    hide(runtime.library, _image(runtime), NOW_MS)
    assert _purge(runtime, NOW_MS + 43 * DAY_MS) == 1


def test_what_is_kept_and_what_came_back_stays(runtime: Runtime) -> None:
    kept, back = _image(runtime, alias="@a"), _image(runtime, alias="@b")
    restore(runtime.library, hide(runtime.library, back, NOW_MS), NOW_MS)
    assert _purge(runtime, NOW_MS + 31 * DAY_MS) == 0
    assert [runtime.library.images.get("project", one.image_id) for one in (kept, back)] == [kept, back]


def test_what_an_index_still_has_after_it_came_back_stays(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = _image(runtime)
    monkeypatch.setattr(
        runtime.library.images, "due", lambda _: iter([("project", image.image_id), ("project", "gone")])
    )
    assert _purge(runtime, NOW_MS) == 0
    assert _files(runtime) == 1


def test_what_comes_back_while_it_is_purged_stays(runtime: Runtime, meanwhile: Meanwhile) -> None:
    image = _image(runtime, alias="@a")
    hidden = hide(runtime.library, image, NOW_MS)
    images = runtime.library.images
    meanwhile(images, "get", lambda: restore(runtime.library, hidden, NOW_MS))
    assert _purge(runtime, NOW_MS + 31 * DAY_MS) == 0
    assert images.get("project", image.image_id) == image
    assert runtime.library.aliases.holder("project", "@a") == image.image_id
    assert _files(runtime) == 1


def test_what_came_back_and_was_deleted_again_has_its_thirty_days(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index, or whoever read it, may still tell of the first time."""
    image, now_ms = _image(runtime), NOW_MS + 31 * DAY_MS
    hide(runtime.library, restore(runtime.library, hide(runtime.library, image, NOW_MS), NOW_MS), now_ms)
    monkeypatch.setattr(runtime.library.images, "due", lambda _: iter([("project", image.image_id)]))
    assert _purge(runtime, now_ms) == 0
    assert _purge(runtime, now_ms + 31 * DAY_MS) == 1


def test_a_run_that_is_out_of_time_leaves_the_rest_for_the_next(runtime: Runtime) -> None:
    hide(runtime.library, _image(runtime), NOW_MS)
    later = NOW_MS + 31 * DAY_MS
    assert _purge(runtime, later, until_ms=later) == 0
    assert _purge(runtime, later) == 1


def test_the_oldest_go_first(runtime: Runtime) -> None:
    old, new = _image(runtime), _image(runtime)
    hide(runtime.library, new, NOW_MS + DAY_MS)
    hide(runtime.library, old, NOW_MS)
    times = iter([NOW_MS + 32 * DAY_MS, 0, 1])  # the run's begin, then before each image
    purged = purge(
        runtime.library, runtime.outputs, clock=lambda: next(times), until_ms=1, log=lambda *_, **__: None
    )
    assert purged == 1
    assert runtime.library.images.get("project", old.image_id) is None
    assert runtime.library.images.get("project", new.image_id) is not None


def test_the_function_runs(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function, "runtime", runtime)
    function.handler({}, None)
