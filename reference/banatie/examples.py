"""What the operations take and answer, by example; a test holds them to their schemas."""

from __future__ import annotations

from typing import Any, Final

PROJECT: Final = "0b8f2a5c-9a44-4c1c-8a62-0d9a5b0f7e31"
_GENERATION: Final = "01987b2e-6d1c-7c30-8a4e-2f9d1b7c5e44"
IMAGE: Final = "01987b2e-6d1d-7a02-9b1f-6c0d2e4f8a10"
_FLOW: Final = "01987b2e-6d1c-7d55-a3c2-91e0f5b7d620"
_UPLOAD: Final = "01987b2e-9e00-7b11-8c3d-5a4f6e2d1c0b"
AT: Final = "2026-05-14T09:29:56.500Z"
THEN: Final = "2026-05-14T09:30:00.000Z"
_KEY: Final = f"acme/main/img/{IMAGE}"
_FILE: Final[dict[str, Any]] = {
    "storageKey": _KEY,
    "storageUrl": f"https://api.example.com/cdn/{_KEY}",
    "mimeType": "image/png",
    "fileSize": 482_113,
    "width": 1344,
    "height": 768,
}
_MADE: Final[dict[str, Any]] = {
    "id": _GENERATION,
    "projectId": PROJECT,
    "flowId": _FLOW,
    "prompt": "An eagle over mountains, balanced composition, coherent light, rich detail",
    "originalPrompt": "An eagle over mountains",
    "enhancedPrompt": "An eagle over mountains, balanced composition, coherent light, rich detail",
    "autoEnhance": True,
    "aspectRatio": "16:9",
    "status": "success",
    "outputImageId": IMAGE,
    "outputImage": {"id": IMAGE, **_FILE},
    "referenceImages": [],
    "referencedImages": [],
    "processingTimeMs": 3500,
    "cost": 0.005,
    "retryCount": 0,
    "errorMessage": None,
    "meta": {"tags": ["demo"]},
    "createdAt": AT,
    "updatedAt": THEN,
    "deletedAt": None,
}
_BEGUN: Final = {
    **_MADE,
    "status": "processing",
    "outputImageId": None,
    "outputImage": None,
    "processingTimeMs": None,
    "cost": None,
}
STORED: Final[dict[str, Any]] = {
    "id": IMAGE,
    "projectId": PROJECT,
    "flowId": _FLOW,
    "generationId": _GENERATION,
    **_FILE,
    "fileHash": None,
    "source": "generated",
    "alias": "@eagle",
    "focalPoint": {"x": 0.5, "y": 0.3},
    "meta": {},
    "createdAt": AT,
    "updatedAt": THEN,
    "deletedAt": None,
}
_SENT: Final = {
    **STORED,
    "generationId": None,
    "source": "uploaded",
    "fileHash": "9f" * 32,
    "alias": "@logo",
}
_FLOW_SHOWN: Final[dict[str, Any]] = {
    "id": _FLOW,
    "projectId": PROJECT,
    "aliases": {"@hero": IMAGE},
    "meta": {"name": "Spring"},
    "generationCount": 1,
    "imageCount": 1,
    "createdAt": AT,
    "updatedAt": THEN,
}

# By the name of the shape that an operation answers.
ANSWERS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "Generation": {"made": _MADE, "under way": _BEGUN},
    "Flow": {"a flow": _FLOW_SHOWN},
    "Image": {"generated": STORED, "uploaded": _SENT},
    "Resolution": {
        "in a flow": {
            "alias": "@hero",
            "imageId": IMAGE,
            "scope": "flow",
            "flowId": _FLOW,
            "image": STORED,
        }
    },
    "Removal": {"softly": {"id": IMAGE, "deletedAt": THEN}, "for good": {"id": IMAGE}},
    "DeletedFlow": {"gone": {"id": _FLOW}},
    "UploadPlace": {
        "a place": {
            "uploadId": _UPLOAD,
            "method": "PUT",
            "url": f"https://bucket.s3.amazonaws.com/uploads/{_UPLOAD}?X-Amz-Signature=…",
            "headers": {"Content-Type": "image/png", "Content-Length": "5242880"},
            "expiresIn": 900,
        }
    },
}
FORM: Final = {"file": "(the file)", "alias": "@logo", "meta": '{"kind": "logo"}'}
REQUESTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "create_generation": {
        "an eagle": {"prompt": "An eagle over mountains", "aspectRatio": "16:9", "alias": "@eagle"},
        "with references": {"prompt": "A banner with @logo", "referenceImages": [IMAGE], "flowId": _FLOW},
    },
    "update_generation": {"another prompt": {"prompt": "An owl on a branch"}, "notes": {"meta": {"v": 2}}},
    "retry_generation": {"as it was": {}, "another ratio": {"aspectRatio": "1:1"}},
    "create_flow": {"a campaign": {"meta": {"name": "Spring"}}},
    "set_flow_aliases": {"a name": {"aliases": {"@hero": IMAGE}}},
    "update_image": {
        "all": {"alias": "@logo", "focalPoint": {"x": 0.5, "y": 0.3}, "meta": {"kind": "logo"}},
        "no name": {"alias": None},
    },
    "set_image_alias": {"a name": {"alias": "@logo"}, "no name": {"alias": None}},
    "announce_upload": {"5 MB": {"fileSize": 5_242_880, "mimeType": "image/png"}},
    "upload_image": {"one that was sent": {"uploadId": _UPLOAD, "alias": "@large"}},
}
