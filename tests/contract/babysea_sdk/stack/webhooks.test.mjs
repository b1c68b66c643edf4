// The six events, as they arrive and as the SDK's verifier reads them (contract §8).

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { assertShape } from "../shapes.mjs";
import { WEBHOOKS } from "../shapes_webhooks.mjs";
import { client, deliveries, ended, stack, until } from "../stack.mjs";
import { verifyWebhook } from "../webhooks.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";

async function start(prompt) {
  return (await babysea.generate(IMAGE, { generation_prompt: prompt, generation_output_format: "jpg" })).data.generation_id;
}

/** Wait for an event about a generation; verify it with the raw body; return its data. */
async function told(event, id, account = "customer") {
  const delivery = await until(async () => {
    const arrived = await deliveries(account);
    return arrived.find(({ body }) => body.webhook_event === event && (!id || body.webhook_data.generation_id === id));
  }, `${event} arrives`);
  const { headers, text } = delivery;
  const secrets = stack.accounts[account].secrets;
  const secret = secrets.find((one) => {
    try {
      return verifyWebhook(text, headers["x-babysea-signature"], one);
    } catch {
      return false;
    }
  });
  assert.ok(secret, `${event} verifies`);
  const body = verifyWebhook(text, headers["x-babysea-signature"], secret);
  assertShape(WEBHOOKS[event], body, event);
  assert.match(headers["content-type"], /^application\/json/);
  assert.equal(headers["x-babysea-event"], event);
  assert.equal(headers["x-babysea-timestamp"], body.webhook_timestamp);
  assert.equal(headers["x-babysea-delivery-id"], body.webhook_delivery_id);
  assert.match(headers["x-babysea-signature"], /^t=\d+,v1=[0-9a-f]{64}$/);
  return body.webhook_data;
}

describe("webhooks", { concurrency: 4 }, () => {
  test("started and completed tell of a success", async () => {
    const id = await start("A seal");
    const record = await ended(babysea, id);
    const began = await told("generation.started", id);
    const done = await told("generation.completed", id);
    assert.equal(began.generation_provider_initialize, record.generation_provider_order[0]);
    assert.deepEqual(done.generation_output_file, record.generation_output_file);
    assert.equal(done.generation_provider_used, record.generation_provider_used);
    assert.equal(done.generation_prediction_id, record.generation_prediction_id);
  });

  test("failed tells why", async () => {
    const id = await start("A seal [[fault:moderation]]");
    const record = await ended(babysea, id);
    const data = await told("generation.failed", id);
    assert.deepEqual([data.generation_error, data.generation_error_code], [record.generation_error, record.generation_error_code]);
  });

  test("canceled tells of the refund", async () => {
    const id = await start("A seal [[fault:slow:60]]");
    await babysea.cancelGeneration(id);
    assert.equal((await told("generation.canceled", id)).credits_refunded, true);
  });

  test("a low balance is told to who asked for it", async () => {
    const thrifty = client("thrifty"); // 0.502 credits; the threshold is 0.5
    await thrifty.generate(IMAGE, { generation_prompt: "A seal" });
    const data = await told("credits.low_balance", undefined, "thrifty");
    assert.equal(data.account_id, stack.accounts.thrifty.account_id);
    assert.deepEqual(data.thresholds_crossed, [{ threshold: 0.5, balance_at: 0.497 }]);
  });

  test("the test button's event needs no subscription", async () => {
    const data = await told("webhook.test");
    assert.deepEqual([data.account_id, data.generation_status], [stack.accounts.customer.account_id, "succeeded"]);
    assert.equal(data.generation_id, "00000000-0000-0000-0000-000000000000");
  });
});
