"""A look at a prompt before any money is held, where the operator wants one.

The provider's own verdict counts in any case; this one spares its price and its time.
"""

from __future__ import annotations

from tidegate.adapters.moderation.protocol import ModerationUnavailable, Moderator
from tidegate.domain.errors import ContentPolicyViolation, ServiceUnavailable


def moderate(moderator: Moderator | None, prompt: str) -> None:
    """Refuse what the moderation service refuses. Without a service everything passes.

    A service that gives no verdict lets nothing pass: an operator who asked for a check does not want it to
    be skipped by breaking it.

    Raises:
        ContentPolicyViolation: the prompt is refused.
        ServiceUnavailable: there was no verdict; nothing was held.
    """
    if moderator is None:
        return
    try:
        flagged = moderator.flags(prompt)
    except ModerationUnavailable as error:
        raise ServiceUnavailable("The content check gave no verdict. Nothing was charged.") from error
    if flagged:
        raise ContentPolicyViolation("The prompt was refused by this gateway's content policy.")
