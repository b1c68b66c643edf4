// The fields of webhooks (contract §8.2).

import { boolean, bseCode, filled, is, number, object, predictionId, text, timestamp, url, uuid } from "./shapes.mjs";

const envelope = (event, data) =>
  object({ webhook_event: is(event), webhook_timestamp: timestamp, webhook_delivery_id: uuid, webhook_data: object(data) });

const about = (state) => ({
  account_id: uuid,
  model_identifier: text,
  generation_id: uuid,
  generation_status: is(state),
  "generation_prediction_id?": predictionId,
});

export const WEBHOOKS = {
  "generation.started": envelope("generation.started", { ...about("processing"), generation_provider_initialize: text }),
  "generation.completed": envelope("generation.completed", {
    ...about("succeeded"),
    generation_provider_used: text,
    generation_output_file: filled(url),
  }),
  "generation.failed": envelope("generation.failed", {
    ...about("failed"),
    generation_error: text,
    generation_error_code: bseCode,
    "generation_provider_used?": text,
  }),
  "generation.canceled": envelope("generation.canceled", { ...about("canceled"), "credits_refunded?": boolean }),
  "credits.low_balance": envelope("credits.low_balance", {
    account_id: uuid,
    current_balance: number,
    thresholds_crossed: filled(object({ threshold: number, balance_at: number })),
  }),
  "webhook.test": envelope("webhook.test", { account_id: uuid, model_identifier: text, generation_id: uuid, generation_status: is("succeeded") }),
};
