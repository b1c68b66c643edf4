// The codes that a caller can provoke on a deployed stack, each as the table has it (contract §2.4).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";

import { client, ended, refused, stack } from "../stack.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";
const NEVER = "00000000-0000-7000-8000-000000000000";
const seal = (more = {}) => ({ generation_prompt: "A seal", ...more });
const generate = (params, model = IMAGE) => babysea.generate(model, seal(params));
const as = (account) => client(account);
const withKey = (key) => Object.assign(client(), { apiKey: key });

/** code: [HTTP status, type, how to provoke it, the field that is named] */
const REFUSALS = {
  BSE1001: [401, "authentication_required", () => withKey("").status()],
  BSE1002: [401, "authentication_failed", () => withKey("bye_nobody").status()],
  BSE1003: [403, "insufficient_permissions", () => as("reader").deleteGeneration(NEVER)],
  BSE1004: [402, "insufficient_credits", () => as("poor").generate(IMAGE, seal())],
  BSE1007: [403, "ip_not_allowed", () => as("elsewhere").status()],
  BSE1008: [404, "account_not_found", () => as("gone").generate(IMAGE, seal())],
  BSE2001: [400, "invalid_input", () => generate({ surprise: 1 }), "surprise"],
  BSE2008: [422, "parameter_out_of_range", () => generate({ generation_seed: -1 }), "generation_seed"],
  BSE2010: [413, "payload_too_large", () => generate({ generation_prompt: "x".repeat(110_000) })],
  BSE2011: [404, "model_not_found", () => generate({}, "no/such-model")],
  BSE2012: [400, "unsupported_provider_order", () => generate({ generation_provider_order: "fal, fal" })],
  BSE2013: [422, "unsafe_url", () => generate({ generation_input_file: ["http://169.254.169.254/latest/"] }, "google/nano-banana")],
  BSE2014: [400, "invalid_idempotency_key", () => babysea.generate(IMAGE, seal(), { idempotencyKey: "a b" })],
  BSE3001: [404, "generation_not_found", () => babysea.getGeneration(NEVER)],
  BSE3004: [404, "route_not_found", () => babysea.request("GET", "/v1/nothing")],
  BSE3005: [405, "method_not_allowed", () => babysea.request("DELETE", "/v1/status")],
};

describe("refusals", { concurrency: 4 }, () => {
  for (const [code, [status, type, provoke, field]] of Object.entries(REFUSALS)) {
    test(`${code} ${type}`, async () => {
      const error = await refused(provoke(), status, code);
      assert.deepEqual([error.type, error.retryable], [type, false]);
      if (field) assert.equal(error.details.field, field);
    });
  }

  test("BSE2015 idempotency_key_reused", async () => {
    const idempotencyKey = randomUUID();
    await babysea.generate(IMAGE, seal(), { idempotencyKey });
    const error = await refused(babysea.generate(IMAGE, seal({ generation_seed: 1 }), { idempotencyKey }), 409, "BSE2015");
    assert.deepEqual([error.type, error.retryable], ["idempotency_key_reused", false]);
  });

  test("BSE3002 and BSE3003: too late to cancel, too early to delete", async () => {
    const { data } = await generate({ generation_prompt: "A seal [[fault:slow:60]]" });
    const early = await refused(babysea.deleteGeneration(data.generation_id), 409, "BSE3003");
    await babysea.cancelGeneration(data.generation_id);
    const late = await refused(babysea.cancelGeneration(data.generation_id), 409, "BSE3002");
    assert.deepEqual([early.type, late.type], ["generation_in_progress", "generation_not_cancelable"]);
  });
});

/** code: a prompt's fault at the only provider that is asked */
const FAILURES = {
  BSE4003: "429:1",
  BSE4004: "503",
  BSE4005: "billing",
  BSE4007: "moderation",
  BSE4008: "html_output",
};

describe("failures of generations", { concurrency: 4 }, () => {
  for (const [code, fault] of Object.entries(FAILURES)) {
    test(`${code} by ${fault}`, async () => {
      const params = { generation_prompt: `A seal [[replicate:${fault}]]`, generation_provider_order: "replicate" };
      const found = await ended(babysea, (await generate(params)).data.generation_id);
      assert.deepEqual([found.generation_status, found.generation_error_code], ["failed", code], found.generation_error);
    });
  }

  test("BSE4006 when every provider of the order failed", async () => {
    const found = await ended(babysea, (await generate({ generation_prompt: "A seal [[fault:503]]" })).data.generation_id);
    assert.equal(found.generation_error_code, "BSE4006");
  });
});

test("a body that is not JSON, an odd method and a key elsewhere get the same envelope", async () => {
  const headers = { Authorization: `Bearer ${stack.accounts.customer.key}`, "Content-Type": "application/json" };
  const url = `${stack.base_url}/v1/generate/image/${IMAGE}`;
  for (const [sent, status, code] of [
    [{ method: "POST", headers, body: "{not json" }, 400, "BSE2001"],
    [{ method: "POST", headers, body: "[]" }, 400, "BSE2001"],
    [{ method: "PUT", headers, body: "{}" }, 405, "BSE3005"],
    [{ method: "POST", headers: { "X-Api-Key": stack.accounts.customer.key }, body: "{}" }, 401, "BSE1001"],
  ]) {
    const answer = await fetch(url, sent);
    const body = await answer.json();
    assert.deepEqual([answer.status, body.status, body.error.code], [status, "error", code]);
    assert.deepEqual(Object.keys(body.error).slice(0, 4), ["code", "type", "message", "retryable"]);
  }
});
