"""Jobs of the models that replicate and fal share: what is asked for, and what each of them is sent."""

from __future__ import annotations

from typing import Any

ONE = ["https://example.com/seal.jpg"]
TWO = [*ONE, "https://example.com/ice.jpg"]
LAST = "https://example.com/last.jpg"

# model, what is asked for, the native model and its input at replicate, the same at fal
JOBS: list[tuple[str, dict[str, Any], tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = [
    (
        "bfl/flux-schnell",
        {"ratio": "16:9", "output_format": "jpg", "seed": 42, "num_inference_steps": 4},
        (
            "black-forest-labs/flux-schnell",
            {
                "prompt": "a seal",
                "aspect_ratio": "16:9",
                "output_format": "jpg",
                "num_outputs": 1,
                "seed": 42,
                "num_inference_steps": 4,
            },
        ),
        (
            "fal-ai/flux/schnell",
            {
                "prompt": "a seal",
                "image_size": "landscape_16_9",
                "output_format": "jpeg",
                "num_images": 1,
                "seed": 42,
                "num_inference_steps": 4,
            },
        ),
    ),
    (
        "bfl/flux-1.1-pro",
        {"ratio": "3:2", "seed": 7},
        (
            "black-forest-labs/flux-1.1-pro",
            {"prompt": "a seal", "aspect_ratio": "3:2", "output_format": "png", "seed": 7},
        ),
        (
            "fal-ai/flux-pro/v1.1",
            {
                "prompt": "a seal",
                "image_size": {"width": 1152, "height": 768},
                "output_format": "png",
                "num_images": 1,
                "seed": 7,
            },
        ),
    ),
    (
        "google/nano-banana",
        {"ratio": "4:5", "output_format": "jpg"},
        ("google/nano-banana", {"prompt": "a seal", "aspect_ratio": "4:5", "output_format": "jpg"}),
        (
            "fal-ai/nano-banana",
            {"prompt": "a seal", "aspect_ratio": "4:5", "output_format": "jpeg", "num_images": 1},
        ),
    ),
    (
        "google/nano-banana",
        {"input_file": TWO},
        (
            "google/nano-banana",
            {"prompt": "a seal", "aspect_ratio": "1:1", "output_format": "png", "image_input": TWO},
        ),
        (
            "fal-ai/nano-banana/edit",
            {
                "prompt": "a seal",
                "aspect_ratio": "1:1",
                "output_format": "png",
                "num_images": 1,
                "image_urls": TWO,
            },
        ),
    ),
    (
        "bytedance/seedream-4",
        {"ratio": "21:9"},
        (
            "bytedance/seedream-4",
            {
                "prompt": "a seal",
                "aspect_ratio": "21:9",
                "size": "2K",
                "sequential_image_generation": "disabled",
            },
        ),
        (
            "fal-ai/bytedance/seedream/v4/text-to-image",
            {"prompt": "a seal", "image_size": {"width": 3024, "height": 1296}, "num_images": 1},
        ),
    ),
    (
        "bytedance/seedream-4",
        {"input_file": TWO},
        (
            "bytedance/seedream-4",
            {
                "prompt": "a seal",
                "aspect_ratio": "1:1",
                "image_input": TWO,
                "size": "2K",
                "sequential_image_generation": "disabled",
            },
        ),
        (
            "fal-ai/bytedance/seedream/v4/edit",
            {
                "prompt": "a seal",
                "image_size": {"width": 2048, "height": 2048},
                "num_images": 1,
                "image_urls": TWO,
            },
        ),
    ),
    (
        "qwen/image",
        {"negative_prompt": "blurry", "seed": 42, "guidance": 7},
        (
            "qwen/qwen-image",
            {
                "prompt": "a seal",
                "aspect_ratio": "1:1",
                "output_format": "png",
                "negative_prompt": "blurry",
                "seed": 42,
                "guidance": 7,
            },
        ),
        (
            "fal-ai/qwen-image",
            {
                "prompt": "a seal",
                "image_size": "square_hd",
                "output_format": "png",
                "num_images": 1,
                "negative_prompt": "blurry",
                "seed": 42,
                "guidance_scale": 7,
            },
        ),
    ),
    (
        "qwen/image",
        {"input_file": ONE, "guidance": 2.5},
        (
            "qwen/qwen-image",
            {
                "prompt": "a seal",
                "aspect_ratio": "1:1",
                "output_format": "png",
                "image": ONE[0],
                "guidance": 2.5,
            },
        ),
        (
            "fal-ai/qwen-image/image-to-image",
            {
                "prompt": "a seal",
                "image_size": "square_hd",
                "output_format": "png",
                "num_images": 1,
                "image_url": ONE[0],
                "guidance_scale": 2.5,
            },
        ),
    ),
    (
        "google/veo-2",
        {"duration": 8, "ratio": "9:16"},
        ("google/veo-2", {"prompt": "a seal", "aspect_ratio": "9:16", "duration": 8}),
        ("fal-ai/veo2", {"prompt": "a seal", "aspect_ratio": "9:16", "duration": "8s"}),
    ),
    (
        "google/veo-2",
        {"duration": 5, "input_file": ONE},
        ("google/veo-2", {"prompt": "a seal", "aspect_ratio": "16:9", "duration": 5, "image": ONE[0]}),
        ("fal-ai/veo2/image-to-video", {"prompt": "a seal", "duration": "5s", "image_url": ONE[0]}),
    ),
    (
        "bytedance/seedance-1-pro",
        {"duration": 12, "resolution": "1080p", "seed": 3},
        (
            "bytedance/seedance-1-pro",
            {"prompt": "a seal", "aspect_ratio": "16:9", "duration": 12, "resolution": "1080p", "seed": 3},
        ),
        (
            "fal-ai/bytedance/seedance/v1/pro/text-to-video",
            {"prompt": "a seal", "aspect_ratio": "16:9", "duration": "12", "resolution": "1080p", "seed": 3},
        ),
    ),
    (
        "bytedance/seedance-1-pro",
        {"duration": 2, "input_file": ONE, "input_file_last_content": LAST},
        (
            "bytedance/seedance-1-pro",
            {
                "prompt": "a seal",
                "aspect_ratio": "16:9",
                "duration": 2,
                "resolution": "480p",
                "image": ONE[0],
                "last_frame_image": LAST,
            },
        ),
        (
            "fal-ai/bytedance/seedance/v1/pro/image-to-video",
            {
                "prompt": "a seal",
                "duration": "2",
                "resolution": "480p",
                "image_url": ONE[0],
                "end_image_url": LAST,
            },
        ),
    ),
    (
        "bytedance/seedance-1.5-pro",
        {"duration": 8, "generate_audio": True},
        (
            "bytedance/seedance-1.5-pro",
            {"prompt": "a seal", "aspect_ratio": "16:9", "duration": 8, "generate_audio": True},
        ),
        (
            "fal-ai/bytedance/seedance/v1.5/pro/text-to-video",
            {
                "prompt": "a seal",
                "aspect_ratio": "16:9",
                "duration": "8",
                "resolution": "720p",
                "generate_audio": True,
            },
        ),
    ),
    (
        "bytedance/seedance-1.5-pro",
        {"duration": 4, "input_file": ONE, "input_file_last_content": LAST},
        (
            "bytedance/seedance-1.5-pro",
            {
                "prompt": "a seal",
                "aspect_ratio": "16:9",
                "duration": 4,
                "generate_audio": False,
                "image": ONE[0],
                "last_frame_image": LAST,
            },
        ),
        (
            "fal-ai/bytedance/seedance/v1.5/pro/image-to-video",
            {
                "prompt": "a seal",
                "duration": "4",
                "resolution": "720p",
                "generate_audio": False,
                "image_url": ONE[0],
                "end_image_url": LAST,
            },
        ),
    ),
    (
        "minimax/video-01-director",
        {"duration": 5},
        ("minimax/video-01-director", {"prompt": "a seal"}),
        ("fal-ai/minimax/video-01-director", {"prompt": "a seal"}),
    ),
    (
        "minimax/video-01-director",
        {"duration": 5, "input_file": ONE},
        ("minimax/video-01-director", {"prompt": "a seal", "first_frame_image": ONE[0]}),
        ("fal-ai/minimax/video-01-director/image-to-video", {"prompt": "a seal", "image_url": ONE[0]}),
    ),
]
