"""Renders files off the event loop and keeps the last of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor

from local.simulator.media.scene import Scene

_KEPT = 128  # a picture has some 0.3 MB
_AHEAD = 8  # files drawn before anyone asks; in a rush, what is asked for comes first


class Studio:
    """Turns scenes into bytes. A scene that was dropped from memory is simply drawn again."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="render")
        self._files: OrderedDict[Scene, Future[bytes]] = OrderedDict()

    def prepare(self, scene: Scene) -> None:
        """Draw a file that will be asked for soon, unless there is enough to do already."""
        if sum(not file.done() for file in self._files.values()) < _AHEAD:
            self._draw(scene)

    async def file(self, scene: Scene) -> bytes:
        """The file's bytes."""
        return await asyncio.shield(asyncio.wrap_future(self._draw(scene)))

    def close(self) -> None:
        """Stop rendering; what is under way is finished but not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _draw(self, scene: Scene) -> Future[bytes]:
        if scene not in self._files:
            self._files[scene] = self._threads.submit(_render, scene)
        self._files.move_to_end(scene)
        while len(self._files) > _KEPT:
            self._files.popitem(last=False)
        return self._files[scene]


def _render(scene: Scene) -> bytes:
    if scene.duration_s is None:
        from local.simulator.media.picture import render_picture  # noqa: PLC0415  slow to load, and not at once

        return render_picture(scene)
    from local.simulator.media.video import render_video  # noqa: PLC0415  same

    return render_video(scene)
