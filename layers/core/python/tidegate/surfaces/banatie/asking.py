"""Reading what is to be made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tidegate.domain.errors import InvalidIdempotencyKey, InvalidInput
from tidegate.domain.idempotency import fingerprint, is_well_formed
from tidegate.domain.library.aliases import is_alias, read_alias
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.errors import ImageNotFound
from tidegate.domain.parameters import PROMPT_MAX_LENGTH
from tidegate.surfaces.banatie.reading import read_id, read_meta, read_same
from tidegate.surfaces.http import Request
from tidegate.usecases.library.references import MAX_REFERENCES
from tidegate.usecases.library.runs import Asked
from tidegate.usecases.submit import Idempotency

# The ones that the hosted product documents; its first is the default (contracts: Banatie §7).
RATIOS: Final = ("1:1", "16:9", "9:16", "3:2", "21:9", "4:3", "3:4")
_WAIT: Final = re.compile(r"wait=(\d{1,4})")
_ASYNC: Final = "respond-async"


def read_asked(body: Mapping[str, Any]) -> Asked:
    """Read a generation. Unknown fields are ignored; an empty alias counts as none.

    Raises:
        InvalidInput: a field is no such thing as it must be.
        ImageNotFound: a reference is neither an id nor an alias.
    """
    prompt = read_prompt(body)
    named = {name: value for name, value in body.items() if value not in ("", None)}
    alias = read_same(named, "alias", "assignAlias")
    flow_alias = _flow_alias(named)
    in_flow = "flowId" not in body or body["flowId"] is not None
    if flow_alias is not None and not in_flow:
        raise InvalidInput("flowAlias needs a flow, and flowId is null.", field="flowAlias")
    return Asked(
        prompt=prompt,
        original_prompt=prompt,
        aspect_ratio=read_ratio(body.get("aspectRatio")),
        auto_enhance=_auto_enhance(body),
        template=_template(body.get("enhancementOptions")),
        references=_references(body.get("referenceImages")),
        in_flow=in_flow,
        flow_id=read_id(body["flowId"], "flowId") if body.get("flowId") is not None else None,
        alias=None if alias is None else read_alias(alias, "alias"),
        flow_alias=flow_alias,
        meta=read_meta(body["meta"]) if body.get("meta") is not None else "{}",
    )


def read_prompt(body: Mapping[str, Any]) -> str:
    """Return the prompt.

    Raises:
        InvalidInput: there is none, or it is too long.
    """
    prompt = body.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidInput("Prompt is required", field="prompt")
    if len(prompt.strip()) > PROMPT_MAX_LENGTH:
        raise InvalidInput(f"The prompt may have at most {PROMPT_MAX_LENGTH} characters.", field="prompt")
    return prompt.strip()


def read_ratio(value: object) -> str:
    """Return the aspect ratio.

    Raises:
        InvalidInput: there is no such one.
    """
    if value is None:
        return RATIOS[0]
    if value not in RATIOS:
        raise InvalidInput("Invalid aspect ratio", field="aspectRatio")
    return str(value)


def read_wait_ms(request: Request, longest_ms: int) -> int:
    """Return how long the caller wants to wait (RFC 7240: ``respond-async``, ``wait=<seconds>``)."""
    preferred = request.headers.get("prefer", "").lower()
    if _ASYNC in preferred:
        return 0
    match = _WAIT.search(preferred)
    return min(longest_ms, int(match[1]) * 1000) if match else longest_ms


def read_idempotency(request: Request, project_id: str, body: Mapping[str, Any]) -> Idempotency | None:
    """Return what the caller's idempotency key stands for. Keys belong to a project.

    Raises:
        InvalidIdempotencyKey: it is malformed.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not is_well_formed(key):
        raise InvalidIdempotencyKey("Idempotency-Key must be 1 to 255 characters of A-Z a-z 0-9 _ - : and .")
    path = f"{project_id}{request.path}"
    return Idempotency(path, key, fingerprint(path, body))


def _flow_alias(named: Mapping[str, Any]) -> str | None:
    """Read the alias in the flow; the oldest clients sent an object whose key it is."""
    value = read_same(named, "flowAlias", "assignFlowAlias")
    if isinstance(value, Mapping) and len(value) == 1:
        (value,) = value
    return None if value is None else read_alias(value, "flowAlias")


def _auto_enhance(body: Mapping[str, Any]) -> bool:
    value = body.get("autoEnhance")
    if value is None:
        return True
    if not isinstance(value, bool):
        raise InvalidInput("autoEnhance must be true or false.", field="autoEnhance")
    return value


def _template(options: object) -> Template:
    if options is None:
        return Template.GENERAL
    template = options.get("template", Template.GENERAL) if isinstance(options, Mapping) else None
    if template not in tuple(Template):
        raise InvalidInput(f"template must be one of {', '.join(Template)}.", field="enhancementOptions")
    return Template(template)


def _references(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InvalidInput("referenceImages must be a list of ids and aliases.", field="referenceImages")
    if len(value) > MAX_REFERENCES:
        raise InvalidInput(f"At most {MAX_REFERENCES} reference images.", field="referenceImages")
    return tuple(name if is_alias(name) else _image_id(name) for name in value)


def _image_id(name: str) -> str:
    try:
        return read_id(name, "referenceImages")
    except InvalidInput as error:
        raise ImageNotFound from error
