"""What Replicate's refusals and failed predictions mean (contracts/providers §1.6)."""

from __future__ import annotations

import re
from typing import Final

from tidegate.adapters.providers.answers import MAX_RETRY_AFTER_S, Answer, text
from tidegate.adapters.providers.classification import CLIENT_ERRORS, SERVER_ERRORS, Rule, Symptoms
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# Answers with an error status, first match wins.
REFUSALS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, (400, 422), text="(e005)"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, (400, 422), text="flagged as sensitive"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, (402,)),
    Rule(Class.FAIL_OVER, Code.AUTH, (401, 403)),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, (404, 410)),
    Rule(Class.FAIL, Code.INVALID_INPUT, (400, 422)),
    Rule(Class.RETRY, Code.RATE_LIMITED, (429,)),
    Rule(Class.RETRY, Code.TIMEOUT, (408, 504)),
    Rule(Class.RETRY, Code.UNAVAILABLE, SERVER_ERRORS),
    Rule(Class.FAIL_OVER, Code.ERROR, CLIENT_ERRORS),
    Rule(Class.FAIL_OVER, Code.INVALID_RESPONSE),
)

# The ``error`` text of a prediction whose status is ``failed``, first match wins.
FAILED_PREDICTIONS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, text="(e005)"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, text="flagged as sensitive"),
    # The wording of Replicate's own Stable Diffusion models (github.com/replicate/cog-stable-diffusion).
    Rule(Class.FAIL, Code.CONTENT_POLICY, text="nsfw content detected"),
    Rule(Class.RETRY, Code.ERROR, text="e1000"),  # unknown
    Rule(Class.FAIL_OVER, Code.ERROR, text="e1001"),  # out of memory
    Rule(Class.FAIL_OVER, Code.ERROR, text="e4875"),  # the webhook URL is empty: our request is at fault
    # Seen live when a machine is taken away (github.com/replicate/cog-whisper issue 1).
    Rule(Class.RETRY, Code.UNAVAILABLE, text="prediction interrupted"),
    Rule(Class.FAIL_OVER, Code.ERROR),
)

_RESETS_IN: Final = re.compile(r"resets in ~?(\d{1,6})s")


def symptoms_of(answer: Answer) -> Symptoms:
    """Read a refusal: close to RFC 7807, any field may be missing or of another type."""
    fields = answer.fields
    prose = [text(fields.get(name)) for name in ("title", "detail", "error")]
    said = ": ".join(dict.fromkeys(filter(None, prose)))
    resets = _RESETS_IN.search(said)
    named_s = min(int(resets[1]), MAX_RETRY_AFTER_S) if resets else None
    wait_s = answer.retry_after_s
    return Symptoms(answer.status, text=said, retry_after_s=named_s if wait_s is None else wait_s)
