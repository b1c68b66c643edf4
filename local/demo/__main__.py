"""``python -m local.demo``: brings the stack up and shows one generation (``make demo`` calls it)."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typer
import urllib3

from local.__main__ import HERE, Directory, Listen, stack_of
from local.demo.gateway import Unexpected
from local.demo.show import Show
from local.demo.story import Story
from local.stack import StackError, StackInfo
from local.stack.progress import Shown, console_of

app = typer.Typer(add_completion=False)


@app.command()
def demo(directory: Directory = HERE, ports: Listen = "") -> None:
    """Generate one picture through the deployed system, and hold every claim against what was seen."""
    console = console_of()
    info = stack_of(directory, ports).up(Shown(console))
    tell(info, Show(console), directory / "demo")


def tell(info: StackInfo, show: Show, folder: Path) -> None:
    """Run the story on a running stack; the picture goes into ``folder``.

    Raises:
        Unexpected: something was not as it must be.
    """
    story = Story(info)
    show.heading("The request")
    key = story.check_key()
    show.line(f"GET /v1/status: account {key['account_id']}, key {key['apikey_prefix']}…")
    before = story.wallet()
    show.request()
    generation_id = story.submit()

    show.heading(f"Generation {generation_id}")
    with show.waiting() as tell_status:
        record = story.follow(generation_id, tell_status)

    show.heading("The picture")
    picture = story.picture(record)
    show.picture(picture, _save(picture, folder / f"{generation_id}.png"))

    show.heading("The attempt trail")
    trail = story.trail(generation_id)
    show.trail(trail, time.time_ns() // 1_000_000)

    show.heading("The wallet")
    after = story.wallet()
    show.wallets(before, after, trail.generation.price)
    story.check_books(before, after, trail.generation)

    show.heading("The webhook")
    show.webhook(story.webhook(generation_id))

    show.heading("Try it yourself")
    show.next_steps(info, generation_id)


def _save(picture: bytes, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    return path


def main() -> None:
    """Run the demo; whatever is off becomes one message and exit code 1."""
    try:
        app()
    except (StackError, Unexpected, urllib3.exceptions.HTTPError) as error:
        console_of(stderr=True).print(str(error), style="red", soft_wrap=True, markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
