"""Data that the operations answer, one example or more each; a test holds them to their schemas."""

from __future__ import annotations

from typing import Any, Final

_ACCOUNT: Final = "5f0b6c1e-3a52-4f57-9a57-0f6f2b8f6a10"
_GENERATION: Final = "01987b2e-6d1c-7c30-8a4e-2f9d1b7c5e44"
_MODEL: Final = "bfl/flux-schnell"
_MADE: Final[dict[str, Any]] = {
    "account_id": _ACCOUNT,
    "generation_id": _GENERATION,
    "model_identifier": _MODEL,
    "generation_provider_order": ["replicate", "fal"],
    "generation_provider_used": "replicate",
    "generation_prediction_id": "pred_2f9d1b7c5e44",
    "generation_status": "succeeded",
    "generation_prompt": "A baby seal playing on Arctic ice",
    "generation_ratio": "16:9",
    "generation_output_format": "png",
    "generation_output_number": 1,
    "generation_input_file": None,
    "generation_seed": 7,
    "generation_output_file": [f"https://api.example.com/outputs/{_GENERATION}/k3v9/0.png"],
    "generation_created_at": "2026-05-14T09:29:56.500Z",
    "generation_started_at": "2026-05-14T09:29:56.750Z",
    "generation_completed_at": "2026-05-14T09:30:00.000Z",
    "generation_metrics_total_time": 3.5,
    "generation_metrics_predict_time": 2.4,
}
_FAILED: Final[dict[str, Any]] = {
    **_MADE,
    "generation_provider_used": None,
    "generation_status": "failed",
    "generation_output_file": None,
    "generation_metrics_predict_time": None,
    "generation_error": "Every provider failed.",
    "generation_error_code": "BSE4006",
}
_STARTED: Final = {
    "model_identifier": _MODEL,
    "generation_provider_order": ["replicate", "fal"],
    "generation_prediction_id": "pred_2f9d1b7c5e44",
    "generation_id": _GENERATION,
    "generation_initialized": True,
}
_CANCELED: Final = {"generation_id": _GENERATION, "generation_status": "canceled"}

EXAMPLES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "get_status": {
        "key": {
            "account_id": _ACCOUNT,
            "apikey_id": "0b8f2a5c-9a44-4c1c-8a62-0d9a5b0f7e31",
            "apikey_name": "Production key",
            "apikey_prefix": "bye_Qm3xT",
            "apikey_created_at": "2026-05-01T08:00:00.000Z",
            "apikey_last_used_at": "2026-05-14T09:30:00.000Z",
            "apikey_expires_at": None,
        }
    },
    "get_usage": {
        "a month": {
            "account_id": _ACCOUNT,
            "usage_period_days": 30,
            "usage_credit_balance": 12.345,
            "usage_total_requests": 42,
            "usage_total_success": 40,
            "usage_total_client_errors": 2,
            "usage_total_server_errors": 0,
            "usage_total_generations": 8,
            "usage_total_provider_submissions": 9,
            "usage_total_estimated_cost": 0.027,
            "usage_endpoints": [
                {
                    "endpoint": "/v1/generate/image",
                    "total_requests": 10,
                    "success_count": 8,
                    "client_error_count": 2,
                    "server_error_count": 0,
                    "error_codes": {"BSE2001": 2},
                }
            ],
            "usage_providers": [
                {
                    "provider": "replicate",
                    "total_submissions": 9,
                    "used_count": 8,
                    "cancelled_count": 0,
                    "discarded_count": 0,
                    "failed_count": 1,
                    "total_estimated_cost": 0.027,
                    "wasted_estimated_cost": 0.003,
                }
            ],
        }
    },
    "get_account": {
        "account": {
            "account_id": _ACCOUNT,
            "account_name": "Acme",
            "account_email": "ops@acme.example",
            "account_is_personal": False,
            "account_picture_url": None,
            "account_created_at": "2026-05-01T08:00:00.000Z",
        }
    },
    "get_billing": {
        "granted credits": {
            "account_id": _ACCOUNT,
            "billing_plan": None,
            "billing_credit_balance": 12.345,
            "billing_subscription_status": None,
            "billing_cancel_at_period_end": None,
            "billing_currency": None,
            "billing_period_starts_at": None,
            "billing_period_ends_at": None,
            "billing_created_at": None,
            "billing_updated_at": None,
        }
    },
    "estimate": {
        "image": {
            "model_identifier": _MODEL,
            "model_type": "image",
            "assets_count": 10,
            "cost_per_generation": 0.005,
            "cost_total_consumed": 0.05,
            "credit_balance": 12.345,
            "credit_balance_can_afford": True,
            "credit_balance_max_affordable": 2469,
        },
        "video": {
            "model_identifier": "bytedance/seedance-1.5-pro",
            "model_type": "video",
            "assets_count": 1,
            "cost_per_second": 0.067,
            "duration_seconds": 8,
            "resolution": "720p",
            "cost_per_generation": 0.536,
            "cost_total_consumed": 0.536,
            "credit_balance": None,
            "credit_balance_can_afford": None,
            "credit_balance_max_affordable": None,
        },
    },
    "generate_image": {"started": _STARTED, "replayed after a cancel": _CANCELED},
    "generate_video": {
        "started": _STARTED | {"model_identifier": "bytedance/seedance-1-pro"},
        "replayed after a cancel": _CANCELED,
    },
    "list_generations": {"a page": {"generations": [_MADE]}},
    "get_generation": {
        "succeeded": _MADE,
        "failed": _FAILED,
        "removed": {**_MADE, "generation_output_file": None, "generation_removed": True},
    },
    "delete_generation": {"deleted": {"generation_id": _GENERATION, "files_deleted": 1}},
    "cancel_generation": {"canceled": {**_CANCELED, "provider_cancel_sent": True, "credits_refunded": True}},
    "list_providers": {
        "providers": {
            "providers": [
                {
                    "provider_id": "replicate",
                    "provider_name": "Replicate",
                    "provider_description": "Runs open and commercial image and video models.",
                    "provider_website": "https://replicate.com",
                    "provider_docs": "https://replicate.com/docs",
                    "provider_status": "active",
                    "babysea_implementation": {
                        "delivery_method": "webhook_with_polling",
                        "cancel_method": "prediction_cancel_api",
                        "webhook_verification": "hmac_sha256",
                        "error_mapping": "bse_error_codes",
                        "cost_tracking": "per_generation_usd",
                        "schema_conversion": "unified_to_native",
                        "failover_strategy": "sequential_provider_chain",
                        "health_monitoring": "circuit_breaker",
                        "supported_media_types": ["image", "video"],
                        "supported_models_total": 9,
                    },
                }
            ],
            "providers_total": 1,
        }
    },
    "list_models": {
        "models": {
            "models": [
                {
                    "model_type": "image",
                    "model_identifier": _MODEL,
                    "model_pricing": 0.005,
                    "model_supported_provider": ["replicate", "fal"],
                    "schema": {
                        "generation_prompt": True,
                        "generation_ratio": ["1:1", "16:9", "9:16"],
                        "generation_output_format": ["png", "jpg"],
                        "generation_output_number": 1,
                        "generation_input_file": False,
                    },
                    "specific_schema": ["generation_seed"],
                },
                {
                    "model_type": "video",
                    "model_identifier": "bytedance/seedance-1.5-pro",
                    "model_pricing": {"720p_audio": 0.067, "720p_noaudio": 0.034},
                    "model_supported_provider": ["replicate", "fal"],
                    "schema": {
                        "generation_prompt": True,
                        "generation_ratio": ["16:9", "9:16"],
                        "generation_output_format": ["mp4"],
                        "generation_output_number": 1,
                        "generation_input_file": True,
                        "generation_duration": [4, 8, 12],
                        "generation_resolution": ["720p"],
                        "generation_generate_audio": True,
                    },
                    "specific_schema": [],
                },
            ],
            "models_total": 2,
        }
    },
    "get_provider_health": {
        "one is degraded": {
            "service": "providers",
            "healthy": False,
            "providers_total": 1,
            "providers": [
                {
                    "provider": "fal",
                    "status": "degraded",
                    "failure_rate": 0.75,
                    "window": {"total_attempts": 8, "failures": 6, "successes": 2, "duration_seconds": 300},
                }
            ],
        }
    },
    "get_model_health": {
        "models": {
            "service": "models",
            "healthy": True,
            "models_total": 1,
            "models": [
                {
                    "model_identifier": _MODEL,
                    "model_type": "image",
                    "model_pricing": 0.005,
                    "providers": {
                        "replicate": {"available": True, "raw_model_id": "black-forest-labs/flux-schnell"},
                        "fal": {"available": False, "raw_model_id": None},
                    },
                }
            ],
        }
    },
    "get_storage_health": {
        "healthy": {"service": "storage", "healthy": True, "latency_ms": 12.5, "bucket": "outputs"},
        "unhealthy": {
            "service": "storage",
            "healthy": False,
            "latency_ms": 2000,
            "bucket": "outputs",
            "error": "The bucket did not answer.",
        },
    },
    "get_cache_health": {"healthy": {"service": "redis", "healthy": True, "latency_ms": 3.2}},
}
REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "image": {
        "short": {"generation_prompt": "A baby seal playing on Arctic ice"},
        "with a choice of providers": {
            "generation_prompt": "A baby seal playing on Arctic ice",
            "generation_ratio": "16:9",
            "generation_output_format": "png",
            "generation_seed": 7,
            "generation_provider_order": "fal, replicate",
        },
    },
    "video": {
        "five seconds": {"generation_prompt": "The seal swims", "generation_duration": 5},
        "from a picture, with sound": {
            "generation_prompt": "The seal swims",
            "generation_duration": 8,
            "generation_resolution": "720p",
            "generation_generate_audio": True,
            "generation_input_file": ["https://example.com/seal.png"],
        },
    },
}
