// The fields of the library (contract §1.11, §1.12).

import { boolean, count, filled, is, list, map, number, object, text, url } from "./shapes.mjs";

const MEDIA = is("image", "video");
const oneOf = (...types) => (value, at) => types.map((type) => type(value, at)).sort((a, b) => a.length - b.length)[0];

export const providersData = object({
  providers_total: count,
  providers: filled(
    object({
      provider_id: text,
      provider_name: text,
      provider_description: text,
      provider_website: url,
      provider_docs: url,
      provider_status: text,
      babysea_implementation: object({
        delivery_method: is("webhook_with_polling", "synchronous", "polling"),
        cancel_method: is("prediction_cancel_api", "queue_cancel_api", null),
        webhook_verification: is("hmac_sha256", "ed25519", null),
        error_mapping: is("bse_error_codes"),
        cost_tracking: is("per_generation_usd"),
        schema_conversion: is("unified_to_native"),
        failover_strategy: is("sequential_provider_chain"),
        health_monitoring: is("circuit_breaker"),
        supported_media_types: list(MEDIA),
        supported_models_total: count,
      }),
    }),
  ),
});

export const modelsData = object({
  models_total: count,
  models: filled(
    object({
      model_type: MEDIA,
      model_identifier: text,
      "model_pricing?": oneOf(number, map(number)),
      model_supported_provider: filled(text),
      schema: object({
        generation_prompt: boolean,
        generation_ratio: filled(text),
        generation_output_format: filled(is("png", "jpg", "webp", "mp4")),
        generation_output_number: count,
        generation_input_file: boolean,
        "generation_duration?": filled(number),
        "generation_resolution?": filled(text),
        "generation_generate_audio?": boolean,
      }),
      specific_schema: list(text),
    }),
  ),
});
