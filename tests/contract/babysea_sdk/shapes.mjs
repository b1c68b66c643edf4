// The contract's fields as data (§1, §2, §8.2), and the check that an answer has exactly them.

import assert from "node:assert/strict";

const named = (name, test) => (value, at) => (test(value) ? [] : [`${at} is ${JSON.stringify(value)}, not ${name}`]);
const matching = (name, pattern) => named(name, (value) => typeof value === "string" && pattern.test(value));

export const string = named("a string", (value) => typeof value === "string");
export const text = named("a text", (value) => typeof value === "string" && value.length > 0);
export const boolean = named("a boolean", (value) => typeof value === "boolean");
export const number = named("a number", (value) => typeof value === "number" && Number.isFinite(value));
export const count = named("a count", (value) => Number.isInteger(value) && value >= 0);
export const fraction = named("0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1);
export const uuid = matching("a UUID", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const timestamp = matching("a timestamp", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const predictionId = matching("a prediction id", /^pred_\w+$/);
export const url = matching("a URL", /^https?:\/\/\S+$/);
export const bseCode = matching("a BSE code", /^BSE[1-5]\d{3}$/);

export const is = (...allowed) => named(allowed.map((one) => JSON.stringify(one)).join(" or "), (value) => allowed.includes(value));
export const nullable = (type) => (value, at) => (value === null ? [] : type(value, at));
export const list = (type) => (value, at) =>
  Array.isArray(value) ? value.flatMap((entry, index) => type(entry, `${at}[${index}]`)) : [`${at} is no list`];
export const filled = (type) => (value, at) => (value?.length ? list(type)(value, at) : [`${at} is empty`]);
export const map = (type) => (value, at) =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, entry]) => type(entry, `${at}.${key}`))
    : [`${at} is no map`];

/** An object of exactly these fields; a name that ends in `?` may be absent. */
export const object = (fields) => (value, at) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [`${at} is no object`];
  const problems = [];
  const known = new Set();
  for (const [name, type] of Object.entries(fields)) {
    const key = name.replace(/\?$/, "");
    known.add(key);
    if (key in value) problems.push(...type(value[key], `${at}.${key}`));
    else if (!name.endsWith("?")) problems.push(`${at}.${key} is missing`);
  }
  return problems.concat(Object.keys(value).filter((key) => !known.has(key)).map((key) => `${at}.${key} is unknown`));
};

/** Fail with everything that is wrong, not only the first. */
export function assertShape(type, value, what = "data") {
  assert.deepEqual(type(value, what), []);
}

// ── what the endpoints answer ────────────────────────────────────────────────────────────────────────────

const MEDIA = is("image", "video");
const STATUS = is("pending", "processing", "succeeded", "failed", "canceled");

export const statusData = object({
  account_id: uuid,
  apikey_id: uuid,
  apikey_name: nullable(string),
  apikey_prefix: nullable(string),
  apikey_created_at: nullable(timestamp),
  apikey_last_used_at: nullable(timestamp),
  apikey_expires_at: nullable(timestamp),
});

export const usageData = object({
  account_id: uuid,
  usage_period_days: count,
  usage_credit_balance: number,
  usage_total_requests: count,
  usage_total_success: count,
  usage_total_client_errors: count,
  usage_total_server_errors: count,
  usage_total_generations: count,
  usage_total_provider_submissions: count,
  usage_total_estimated_cost: number,
  usage_endpoints: list(
    object({
      endpoint: text,
      total_requests: count,
      success_count: count,
      client_error_count: count,
      server_error_count: count,
      error_codes: map(count),
    }),
  ),
  usage_providers: list(
    object({
      provider: text,
      total_submissions: count,
      used_count: count,
      cancelled_count: count,
      discarded_count: count,
      failed_count: count,
      total_estimated_cost: number,
      wasted_estimated_cost: number,
    }),
  ),
});

export const accountData = object({
  account_id: uuid,
  account_name: string,
  account_email: nullable(string),
  account_is_personal: boolean,
  account_picture_url: nullable(string),
  account_created_at: timestamp,
});

export const billingData = object({
  account_id: uuid,
  billing_credit_balance: number,
  billing_plan: nullable(string),
  billing_subscription_status: nullable(string),
  billing_cancel_at_period_end: nullable(boolean),
  billing_currency: nullable(string),
  billing_period_starts_at: nullable(timestamp),
  billing_period_ends_at: nullable(timestamp),
  billing_created_at: nullable(timestamp),
  billing_updated_at: nullable(timestamp),
});

/** `further`: the fields of videos and of resolution-priced models. */
export const estimateData = (further = {}) =>
  object({
    model_identifier: text,
    model_type: MEDIA,
    assets_count: count,
    ...further,
    cost_per_generation: number,
    cost_total_consumed: number,
    credit_balance: nullable(number),
    credit_balance_can_afford: nullable(boolean),
    credit_balance_max_affordable: nullable(count),
  });

export const startedData = object({
  model_identifier: text,
  generation_provider_order: filled(text),
  generation_prediction_id: predictionId,
  generation_id: uuid,
  generation_initialized: is(true),
});

export const canceledVariant = object({ generation_id: uuid, generation_status: is("canceled") });

export const canceledData = object({
  generation_id: uuid,
  generation_status: is("canceled"),
  provider_cancel_sent: boolean,
  credits_refunded: boolean,
});

export const deletedData = object({ generation_id: uuid, files_deleted: count });

/** A record; `further` names the groups that apply to this one beyond what every record has. */
export const record = (further = {}) =>
  object({
    account_id: uuid,
    generation_id: uuid,
    model_identifier: text,
    generation_provider_order: filled(text),
    generation_provider_used: nullable(text),
    generation_prediction_id: nullable(predictionId),
    generation_status: STATUS,
    generation_prompt: text,
    generation_ratio: text,
    generation_output_format: is("png", "jpg", "webp", "mp4"),
    generation_output_number: count,
    generation_input_file: nullable(list(url)),
    generation_output_file: nullable(filled(url)),
    generation_created_at: timestamp,
    generation_started_at: nullable(timestamp),
    generation_completed_at: nullable(timestamp),
    generation_metrics_total_time: nullable(number),
    generation_metrics_predict_time: nullable(number),
    ...further,
  });

export const VIDEO = { generation_duration: number };
export const VIDEO_RESOLUTION = { ...VIDEO, generation_resolution: text };
export const VIDEO_AUDIO = { ...VIDEO_RESOLUTION, generation_generate_audio: boolean, generation_audio_mode: is("audio", "noaudio") };
export const FAILURE = { generation_error: text, generation_error_code: bseCode };
const providerError = object({ provider: text, code: bseCode, type: text, message: text, retryable: boolean });
/** Where several providers were asked. */
export const CHAIN_FAILURE = { ...FAILURE, generation_provider_errors: filled(providerError) };

export const anyRecord = record(
  Object.fromEntries(
    Object.entries({ ...VIDEO_AUDIO, ...CHAIN_FAILURE, generation_removed: is(true), generation_seed: number }).map(([name, type]) => [`${name}?`, type]),
  ),
);
