"""What the operations take and answer, by example; a test holds them to their schemas."""

from __future__ import annotations

from typing import Any, Final

_DIGITS: Final = "01987b2e6d1c7c308a4e2f9d1b7c5e44"
_UUID: Final = "01987b2e-6d1c-7c30-8a4e-2f9d1b7c5e44"
_URL: Final = f"https://api.example.com/outputs/{_UUID}/k3v9/0.jpg"
_AT: Final = "2026-05-14T09:29:56.500Z"
_DONE: Final = "2026-05-14T09:30:00.000Z"
_PROMPT: Final = "A shark swimming in neon-lit deep ocean"
_MODEL: Final = {
    "name": "bfl/flux-schnell",
    "code": "bfl/flux-schnell",
    "variant": "1k",
    "category": "image",
}
_COMPLETE: Final[dict[str, Any]] = {
    "job_id": f"job_{_DIGITS}",
    "status": "complete",
    "image_url": _URL,
    "mode": "2k",
    "prompt": _PROMPT,
    "cost": "$0.02",
    "error": None,
    "created_at": _AT,
    "completed_at": _DONE,
}
_FAILED: Final = {
    **_COMPLETE,
    "status": "failed",
    "image_url": None,
    "cost": None,
    "error": "Generation service timeout. No charge applied.",
    "completed_at": None,
}
_COMPLETED: Final[dict[str, Any]] = {
    "job_id": _UUID,
    "status": "completed",
    "image_url": _URL,
    "cost": "$0.01",
    "error": None,
    "queued_at": _AT,
    "started_at": _AT,
    "completed_at": _DONE,
    "created_at": _AT,
    "model": _MODEL,
}

# By the name of the shape that an operation answers.
ANSWERS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "Submitted": {
        "queued": {
            "job_id": f"job_{_DIGITS}",
            "status": "queued",
            "estimated_cost": "$0.02",
            "poll_url": f"https://api.example.com/v1/jobs/job_{_DIGITS}",
            "created_at": _AT,
        }
    },
    "Job": {"complete": _COMPLETE, "failed": _FAILED},
    "SubmittedImage": {
        "queued": {
            "job_id": _UUID,
            "status": "queued",
            "poll_url": f"/api/v1/jobs/{_UUID}",
            "created_at": _AT,
            "price_usd": 0.01,
            "model": {**_MODEL, "price_usd": 0.01},
        }
    },
    "ImageJob": {"completed": _COMPLETED},
    "Balance": {
        "a wallet": {
            "balance": "$9.98",
            "currency": "USD",
            "free_trials_remaining": 0,
            "updated_at": _DONE,
        }
    },
    "History": {
        "a page": {
            "data": [
                {
                    "job_id": f"job_{_DIGITS}",
                    "status": "complete",
                    "type": "text",
                    "mode": "2k",
                    "prompt": _PROMPT,
                    "cost": "$0.02",
                    "token": "Production",
                    "moderation": "passed",
                    "image_url": _URL,
                    "created_at": _AT,
                    "completed_at": _DONE,
                }
            ],
            "total": 1,
            "limit": 20,
            "offset": 0,
            "summary": {
                "total_requests": 1,
                "successful_requests": 1,
                "failed_requests": 0,
                "moderated_requests": 0,
                "total_spend": "$0.02",
                "mode_1k_count": 0,
                "mode_2k_count": 1,
            },
        }
    },
    "NewToken": {
        "a token": {
            "key": f"sk_live_{'9f' * 32}",
            "apiKey": {
                "id": "0b8f2a5c-9a44-4c1c-8a62-0d9a5b0f7e31",
                "user_id": "5f0b6c1e-3a52-4f57-9a57-0f6f2b8f6a10",
                "name": "Production",
                "key_prefix": "sk_live_9f9f9f9f",
                "is_active": True,
                "last_used_at": None,
                "created_at": _AT,
                "revoked_at": None,
            },
        }
    },
    "Checkout": {
        "a page": {
            "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1",
            "amount": "$20.00",
            "status": "pending",
        }
    },
}
REQUESTS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "submit_job": {"a shark": {"prompt": _PROMPT, "mode": "2k"}},
    "submit_image": {"a shark": {"prompt": _PROMPT}, "its size": {"prompt": _PROMPT, "variant": "1k"}},
    "make_token": {"a token": {"name": "Production"}},
    "top_up": {"twenty dollars": {"amount": 20}},
}
