// The fields of the health endpoints (contract §1.13).

import { boolean, count, filled, fraction, is, map, nullable, number, object, string, text } from "./shapes.mjs";

export const providersHealth = object({
  service: is("providers"),
  healthy: boolean,
  providers_total: count,
  providers: filled(
    object({
      provider: text,
      status: is("healthy", "recovering", "degraded", "unknown"),
      failure_rate: fraction,
      window: object({ total_attempts: count, failures: count, successes: count, duration_seconds: count }),
    }),
  ),
});

export const modelsHealth = object({
  service: is("models"),
  healthy: boolean,
  models_total: count,
  models: filled(
    object({
      model_identifier: text,
      model_type: is("image", "video", "unknown"),
      "model_pricing?": number,
      providers: map(object({ available: boolean, raw_model_id: nullable(string) })),
    }),
  ),
});

export const storageHealth = object({ service: is("storage"), healthy: boolean, latency_ms: number, bucket: text, "error?": text });
export const cacheHealth = object({ service: is("redis"), healthy: boolean, latency_ms: number, "error?": text });
