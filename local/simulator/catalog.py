"""The models that the simulator serves, read from the tables in ``models/``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ValidationError

from local.simulator.inputs import input_schema, pixels

_FRAMES_PER_SECOND = 24  # of the models that take `num_frames`
_VIDEO_SIDE = 360
Size = tuple[int, int]


class InvalidInput(Exception):
    """The model refuses the input. ``errors`` are pydantic's, locations relative to the input object."""

    def __init__(self, errors: Iterable[Mapping[str, Any]]) -> None:
        super().__init__("the model refuses the input")
        self.errors = tuple(errors)


@dataclass(frozen=True)  # no slots: the schema is cached
class Model:
    """One model at one vendor, as its table in ``models/`` describes it."""

    provider: str
    id: str
    media: str
    answer: str | list[str]
    sizes: Mapping[str, Size]
    ratio: str
    inputs: Mapping[str, Mapping[str, Any]]
    format: str = "png"
    count: str | None = None
    duration_s: float = 5
    scale: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    free_size: bool = False
    paths: list[str] = field(default_factory=list)

    @cached_property
    def schema(self) -> type[BaseModel]:
        """The inputs, as each vendor reads them: fal by FastAPI, the others by their JSON types."""
        return input_schema(self.id, self.inputs, strict=self.provider != "fal")

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input with the model's defaults filled in.

        Raises:
            InvalidInput: a field is missing or wrong.
        """
        try:
            return self.schema.model_validate(given).model_dump()
        except ValidationError as error:
            raise InvalidInput(error.errors(include_url=False)) from None

    def ignored(self, given: Mapping[str, Any]) -> list[str]:
        """The fields that the vendor would silently drop: most often a mistake of the caller's."""
        return sorted(given.keys() - self.inputs.keys())

    def files(self, values: Mapping[str, Any]) -> int:
        """How many files the input asks for."""
        if values.get("sequential_image_generation") == "disabled" or self.count is None:
            return 1
        return int(values.get(self.count) or 1)

    def file_format(self, values: Mapping[str, Any]) -> str:
        """The files' extension."""
        return "mp4" if self.media == "video" else str(values.get("output_format") or self.format)

    def duration(self, values: Mapping[str, Any]) -> float | None:
        """Seconds of video; None for a picture. Vendors write 5, "5" or "5s"."""
        if self.media != "video":
            return None
        if values.get("num_frames"):
            return float(values["num_frames"]) / _FRAMES_PER_SECOND
        named = values.get("duration") or values.get("durationSeconds")
        return float(str(named or self.duration_s).removesuffix("s"))

    def size(self, values: Mapping[str, Any]) -> Size:
        """Width and height in pixels."""
        for name in ("size", "ratio", "dimension"):
            if named := pixels(values.get(name)):
                return _small(named) if self.media == "video" else named
        asked = values.get("image_size")
        if isinstance(asked, dict):
            return asked["width"], asked["height"]
        if "custom" in (values.get("size"), values.get("aspect_ratio")):
            return int(values.get("width") or 1024), int(values.get("height") or 1024)
        if self.free_size:
            return int(values["width"]), int(values["height"])
        ratios = (values.get(name) for name in ("aspect_ratio", "aspectRatio", "ratio"))
        word = asked if asked in self.sizes else next(filter(None, ratios), None)
        width, height = self.sizes.get(str(word), self.sizes[self.ratio])
        factor = self._factor(values)
        return round(width * factor), round(height * factor)

    def _factor(self, values: Mapping[str, Any]) -> float:
        for name, steps in self.scale.items():
            return steps.get(str(values.get(name)), 1)
        return 1


def _small(size: Size) -> Size:
    """A video's size as it is drawn here: 360 pixels on the short side, even numbers."""
    shrink = _VIDEO_SIDE / min(size)
    width, height = (round(side * shrink / 2) * 2 for side in size)
    return width, height


class Catalog:
    """Every simulated model."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models = {(model.provider, model.id): model for model in models}

    def find(self, provider: str, model_id: str) -> Model | None:
        """The model, if that vendor has it."""
        return self._models.get((provider, model_id))

    def ids(self, provider: str) -> list[str]:
        """The ids of a vendor's models."""
        return [model_id for owner, model_id in self._models if owner == provider]


@lru_cache(maxsize=1)
def load_catalog() -> Catalog:
    """Read every table in ``models/``: one file a vendor, and sizes that they share."""
    folder = files("local.simulator").joinpath("models")
    tables: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
                tables.setdefault(name, {}).update(table)
    sizes = {
        name: {word: tuple(size) for word, size in row.items()} for name, row in tables.pop("sizes").items()
    }
    return Catalog(
        _model(provider, model_id, models, sizes)
        for provider, models in tables.items()
        for model_id in models
    )


def _model(provider: str, model_id: str, models: Mapping[str, Any], sizes: Mapping[str, Any]) -> Model:
    table = _whole(model_id, models)
    table["sizes"] = sizes[table["sizes"]]
    return Model(provider=provider, id=model_id, inputs=table.pop("input"), **table)


def _whole(model_id: str, models: Mapping[str, Any]) -> dict[str, Any]:
    """A model's table with what it takes over from the one that it is like."""
    own = models[model_id]
    if "like" not in own:
        return dict(own)
    other = _whole(own["like"], models)
    kept = {name: value for name, value in own.items() if name != "like"}
    return {**other, **kept, "input": {**other["input"], **own.get("input", {})}}
