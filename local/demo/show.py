"""How the demo looks: plain lines in a pipe, a progress bar and the picture itself in a terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.rule import Rule

from cli.generation_data import Snapshot, snapshot_view
from cli.render import dollars, facts, listing
from local.demo.preview import preview
from local.demo.receiver import Received
from local.demo.story import MODEL, REQUEST, Trail
from local.stack import StackInfo
from tidegate.domain.money import Money
from tidegate.domain.wallet import Wallet

_WIDTH = 100
_STAGES = {"pending": 1, "processing": 2, "succeeded": 3}


class Show:
    """Prints the demo on one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._console.print()
        self._console.print(Rule(f"[bold]{text}[/bold]", align="left", style="dim"), width=_WIDTH)

    def line(self, text: str) -> None:
        """Print one line as it is."""
        self._console.print(text, markup=False, soft_wrap=True)

    def request(self) -> None:
        """Show what is asked for."""
        self.line(f"POST /v1/generate/image/{MODEL}")
        self._console.print_json(json.dumps(REQUEST))

    @contextmanager
    def waiting(self) -> Iterator[Callable[[str], None]]:
        """Show how the status changes while the block runs."""
        if self._console.is_terminal:
            with self._bar() as bar:
                task = bar.add_task("accepted", total=max(_STAGES.values()))
                yield lambda status: bar.update(task, description=status, completed=_STAGES.get(status, 0))
            return
        started, seen = time.monotonic(), list[str]()

        def tell(status: str) -> None:
            if status not in seen:
                seen.append(status)
                self.line(f"{time.monotonic() - started:6.1f} s  {status}")

        yield tell

    def picture(self, data: bytes, path: Path) -> None:
        """Show the picture, as far as a terminal can, and where it was saved."""
        if self._console.color_system == "truecolor":
            self._console.print(preview(data))
        self.line(f"{path}  ({len(data):,} bytes)")

    def trail(self, trail: Trail, now_ms: int) -> None:
        """Show the generation and its attempts, as ``tidegate generation show`` does."""
        snapshot = Snapshot(trail.generation, trail.attempts, trail.output_urls)
        self._console.print(snapshot_view(snapshot, now_ms))

    def wallets(self, before: Wallet, after: Wallet, price: Money) -> None:
        """Show the account before and after."""
        rows = [
            ("balance", dollars(before.balance), dollars(after.balance)),
            ("held", dollars(before.held), dollars(after.held)),
        ]
        self._console.print(listing(("", "before", "after"), rows))
        self.line(f"charged {dollars(price)}, once")

    def webhook(self, received: Received) -> None:
        """Show what our receiver got."""
        content = received.content
        shown = {
            "event": content["webhook_event"],
            "delivery": content["webhook_delivery_id"],
            "signature": received.signature,
            "verified": "by the receiver, and again here: HMAC-SHA256 over the raw body",
        }
        self._console.print(facts(shown))

    def next_steps(self, info: StackInfo, generation_id: str) -> None:
        """Say where everything is and what to try."""
        where = {
            "gateway": info.base_url,
            "provider simulator": info.simulator_url,
            "webhooks received": f"{info.receiver_url}/deliveries",
            "AWS endpoint": info.aws_endpoint_url,
        }
        self._console.print(facts(where))
        key = info.keys["babysea"]
        self.line(
            f"\n  export TIDEGATE={info.base_url} KEY={key}\n"
            '  curl -H "Authorization: Bearer $KEY" $TIDEGATE/v1/library/models\n'
            f'  curl -H "Authorization: Bearer $KEY" $TIDEGATE/v1/content/{generation_id}\n'
            "  # the first provider fails: the next one serves it, and it is charged once\n"
            f'  curl -H "Authorization: Bearer $KEY" $TIDEGATE/v1/generate/image/{MODEL} \\\n'
            "    -H 'Content-Type: application/json' \\\n"
            '    -d \'{"generation_prompt":"a fox [[replicate:500]]"}\'\n'
            "  .venv/bin/tidegate generation list " + info.account_id + "\n"
            "  make down"
        )

    def _bar(self) -> Progress:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description:<10}"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self._console)
