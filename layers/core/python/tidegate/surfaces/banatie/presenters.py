"""Records of the library as Banatie shows them (contracts: Banatie §4 to §6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tidegate.domain.library.records import Flow, Image, LibraryGeneration
from tidegate.surfaces.banatie.dialect import Answer, pagination
from tidegate.surfaces.headers import optional_timestamp, timestamp

StorageUrl = Callable[[str, str], str]  # from the project's path and an image's id


def storage_key(path: str, image_id: str) -> str:
    """Return an image's place as callers see it. Where its bytes lie is our own business."""
    return f"{path}/img/{image_id}"


def present_image(image: Image, url: StorageUrl) -> dict[str, object]:
    """One image."""
    point = image.focal_point
    return {
        "id": image.image_id,
        "projectId": image.project_id,
        "flowId": image.flow_id,
        "generationId": image.generation_id,
        **_file(image, url),
        "fileHash": image.file_hash,
        "source": image.source.value,
        "alias": image.alias,
        "focalPoint": None if point is None else {"x": float(point[0]), "y": float(point[1])},
        "meta": json.loads(image.meta),
        "createdAt": timestamp(image.created_at_ms),
        "updatedAt": timestamp(image.updated_at_ms),
        "deletedAt": optional_timestamp(image.deleted_at_ms),
    }


def present_flow(flow: Flow, *, generations: int, images: int) -> dict[str, object]:
    """One flow, with how many kept records it has."""
    return {
        "id": flow.flow_id,
        "projectId": flow.project_id,
        "aliases": dict(flow.aliases),
        "meta": json.loads(flow.meta),
        "generationCount": generations,
        "imageCount": images,
        "createdAt": timestamp(flow.created_at_ms),
        "updatedAt": timestamp(flow.updated_at_ms),
    }


def present_generation(
    generation: LibraryGeneration, images: Mapping[str, Image], url: StorageUrl
) -> dict[str, object]:
    """One generation. ``images`` are those that it names and that are still there, by id."""
    output = images.get(generation.output_image_id or "")
    if output and output.deleted_at_ms is not None and generation.deleted_at_ms is None:
        output = None
    enhanced = generation.prompt != generation.original_prompt
    references = [one for one in generation.references if one.image_id in images]
    return {
        "id": generation.generation_id,
        "projectId": generation.project_id,
        "flowId": generation.flow_id,
        "prompt": generation.prompt,
        "originalPrompt": generation.original_prompt,
        "enhancedPrompt": generation.prompt if enhanced else None,
        "autoEnhance": generation.auto_enhance,
        "aspectRatio": generation.aspect_ratio,
        "status": generation.status.value,
        "outputImageId": output.image_id if output else None,
        "outputImage": {"id": output.image_id, **_file(output, url)} if output else None,
        "referenceImages": [
            {"id": one.image_id, "storageUrl": url(generation.path, one.image_id), "alias": one.alias}
            for one in references
        ],
        "referencedImages": [
            {"imageId": one.image_id, "alias": one.alias} for one in references if one.alias
        ],
        "processingTimeMs": generation.processing_ms,
        "cost": float(generation.cost.dollars) if generation.cost else None,
        "retryCount": generation.retry_count,
        "errorMessage": generation.error_message,
        "meta": json.loads(generation.meta),
        "createdAt": timestamp(generation.created_at_ms),
        "updatedAt": timestamp(generation.updated_at_ms),
        "deletedAt": optional_timestamp(generation.deleted_at_ms),
    }


def present_list(shown: Sequence[Mapping[str, object]], total: int, limit: int, offset: int) -> Answer:
    """Some of many."""
    return Answer(shown, pagination=pagination(total, limit, offset))


_FILE: Final = (
    ("mimeType", "content_type"),
    ("fileSize", "size_bytes"),
    ("width", "width"),
    ("height", "height"),
)


def _file(image: Image, url: StorageUrl) -> dict[str, Any]:
    shown = {name: getattr(image, attribute) for name, attribute in _FILE}
    return {
        "storageKey": storage_key(image.path, image.image_id),
        "storageUrl": url(image.path, image.image_id),
        **shown,
    }
