"""What a new run could not keep of the last one, in one line."""

from __future__ import annotations

from local.stack.info import StackInfo
from local.stack.progress import Progress


def tell_what_is_new(known: StackInfo | None, info: StackInfo, shown: Progress) -> None:
    """Tell when the demo's account or keys are not those of the last run: what was copied works no more."""
    if known is None or (known.account_id, known.keys) == (info.account_id, info.keys):
        return
    if known.account_id != info.account_id:
        lost = "The last run's state is lost, with every account, key and generation in it"
        shown.note(f"{lost}: the demo has a new account, new keys and a new webhook secret in tidegate.json.")
        return
    changed = sorted(surface for surface in info.keys if known.keys.get(surface) != info.keys[surface])
    shown.note(f"New keys for {', '.join(changed)} in tidegate.json: the old ones do not work any more.")
