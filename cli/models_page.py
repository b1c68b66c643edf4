"""docs/models.md, written from the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tidegate.domain.catalog import Catalog
from tidegate.domain.generation import MediaType
from tidegate.domain.model import Model

_INTRODUCTION: Final = """\
# Models

Written by `tidegate catalog page` from [`catalog.json`](../layers/core/python/tidegate/catalog.json), where
the source of every figure stands. The first value of a list is the default. Prices are credits (1 credit =
1 USD) for an image or for a second of video; `generation_duration` has no default and is required. Every
model takes `generation_prompt` (at most 5,000 characters), `generation_ratio`, `generation_output_format`,
`generation_output_number` and `generation_provider_order`; the last column names what is its own.

Pictures that are sent along (`generation_input_file`) must be public JPEG, PNG or WebP files of at most 10 MB
with 64 to 8,192 pixels a side. A model that has retired is not offered; what it made can still be read."""
_Column = tuple[str, Callable[[Model], str]]


def page(catalog: Catalog) -> list[str]:
    """Return the page's lines."""
    lines = _INTRODUCTION.splitlines()
    for heading, media_type, columns in (
        ("Images", MediaType.IMAGE, _IMAGE_COLUMNS),
        ("Videos", MediaType.VIDEO, _VIDEO_COLUMNS),
    ):
        models = [model for model in catalog.models if model.media_type is media_type]
        lines += ["", f"## {heading}", "", *_table(columns, models)]
    return lines


def _table(columns: Sequence[_Column], models: Sequence[Model]) -> Iterator[str]:
    yield _row([title for title, _ in columns])
    yield _row(["---"] * len(columns))
    for model in sorted(models, key=lambda model: model.identifier):
        yield _row([write(model) or "–" for _, write in columns])  # noqa: RUF001  a dash, not a minus


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _name(model: Model) -> str:
    retired = f", until {model.retires_on}" if model.retires_on else ""
    return f"`{model.identifier}`{retired}"


def _price(model: Model) -> str:
    amounts = model.price.amounts.items()
    return ", ".join(
        f"{key.replace('_', ' ')} {amount.dollars.normalize():f}".strip() for key, amount in amounts
    )


def _pictures(model: Model) -> str:
    most = model.schema.input_files_max
    needed = ", one is needed" if model.needs_input else ""
    return f"up to {most}{needed}" if most else ""


def _frames(model: Model) -> str:
    frames = ["first"] * bool(model.schema.input_files_max) + ["last"] * model.schema.last_frame
    return " and ".join(frames) + (", the first is needed" if model.needs_input else "")


def _durations(model: Model) -> str:
    seconds = model.schema.durations
    if len(seconds) > 2 and list(seconds) == [*range(seconds[0], seconds[-1] + 1)]:  # noqa: PLR2004
        return f"{seconds[0]} to {seconds[-1]}"
    return ", ".join(map(str, seconds))


def _specific(model: Model) -> str:
    return ", ".join(f"`{name}`" for name in model.specific)


_FIRST: Final[tuple[_Column, ...]] = (
    ("Model", _name),
    ("Price", _price),
    ("Providers", lambda model: ", ".join(model.providers)),
)
_LAST: Final[tuple[_Column, ...]] = (
    ("Ratios", lambda model: ", ".join(model.schema.ratios)),
    ("Its own parameters", _specific),
)
_IMAGE_COLUMNS: Final[tuple[_Column, ...]] = (
    *_FIRST,
    ("Pictures in", _pictures),
    ("Formats", lambda model: ", ".join(model.schema.formats)),
    *_LAST,
)
_VIDEO_COLUMNS: Final[tuple[_Column, ...]] = (
    *_FIRST,
    ("Seconds", _durations),
    ("Sound", lambda model: "if asked for" if model.schema.audio else ""),
    ("Frames in", _frames),
    *_LAST,
)
