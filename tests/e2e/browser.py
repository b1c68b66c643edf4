"""A browser that opens a page: headless Chromium, where there is one."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Final

CHROMIUM: Final = shutil.which("chromium")
TRIES: Final = 3
# No sandbox, for it runs as root in a container; the rest keeps it from asking the internet for anything.
FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--window-size=900,640",
]
_PAGE: Final = """<!doctype html><meta charset="utf-8"><title>Live pictures</title>
<style>body {{ display: grid; grid-template-columns: 1fr 1fr; gap: 8px; margin: 8px }}
img {{ width: 100%; height: 300px; object-fit: contain; background: #ddd }}</style>
{images}"""
# One that does not come is asked for again, as on a page that is meant to stay whole.
_SEEN: Final = (
    'onload="this.dataset.width = this.naturalWidth" '
    'onerror="this.dataset.failed = ~~this.dataset.failed + 1; '
    f'if (this.dataset.failed &lt; {TRIES}) this.src = this.src"'
)
_IMAGE: Final = '<img src="{url}" alt="" ' + _SEEN + ">"


@contextmanager
def page_with(urls: Sequence[str]) -> Iterator[str]:
    """Serve a page that shows these pictures; yields its URL."""
    body = _PAGE.format(images="\n".join(_IMAGE.format(url=escape(url)) for url in urls)).encode()

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def open_page(url: str, folder: Path) -> subprocess.Popen[str]:
    """Open a page; the process ends when all of it is loaded.

    It prints the DOM, and leaves ``page.png`` and ``net.json``, its log of the network, in the folder.
    """
    assert CHROMIUM is not None
    return subprocess.Popen(  # noqa: S603  the machine's own browser, our own page
        [
            CHROMIUM,
            *FLAGS,
            f"--user-data-dir={folder / 'profile'}",
            f"--screenshot={folder / 'page.png'}",
            f"--log-net-log={folder / 'net.json'}",
            "--dump-dom",
            url,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
    )


def answers_seen(folder: Path) -> list[str]:
    """Return the status lines of all answers that a browser which has ended got."""
    return re.findall(r'"HTTP/[0-9.]+ ([0-9]{3}[^"]*)"', (folder / "net.json").read_text(errors="replace"))
