// usage: counted requests and submissions of the account (contract §1.2).

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertShape, usageData } from "../shapes.mjs";
import { client, ended, refused, stack, until } from "../stack.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";
const sum = (rows, field) => rows.reduce((total, row) => total + row[field], 0);
const outcomesOf = (row) => row.used_count + row.cancelled_count + row.discarded_count + row.failed_count;

test("an account that did nothing has zeros", async () => {
  const { data } = await client("poor").usage();
  assertShape(usageData, data);
  assert.equal(data.account_id, stack.accounts.poor.account_id);
  assert.deepEqual([data.usage_period_days, data.usage_total_generations, data.usage_total_estimated_cost], [30, 0, 0]);
  assert.deepEqual([data.usage_credit_balance, data.usage_providers], [0, []]);
});

test("days are clamped to 1 and 90", async () => {
  for (const [asked, days] of [[1, 1], [7, 7], [90, 90], [0, 1], [-1, 1], [91, 90], [5_000, 90]]) {
    assert.equal((await babysea.usage(asked)).data.usage_period_days, days);
  }
});

test("every request, generation and submission is counted once", async () => {
  const counted = client("spender");
  await counted.status();
  await refused(counted.getGeneration("00000000-0000-7000-8000-000000000000"), 404, "BSE3001");
  const prompts = ["A seal", "A seal [[replicate:failed]]", "A seal [[fault:moderation]]"];
  for (const generation_prompt of prompts) {
    const { data } = await counted.generate(IMAGE, { generation_prompt, generation_provider_order: "replicate, fal" });
    await ended(counted, data.generation_id);
  }
  const usage = await until(async () => {
    const { data } = await counted.usage(1);
    const outcomes = data.usage_providers.map(outcomesOf).reduce((total, next) => total + next, 0);
    return sum(data.usage_providers, "total_submissions") >= 4 && outcomes >= 4 ? data : undefined;
  }, "the counters have caught up");
  assertShape(usageData, usage);
  assert.equal(sum(usage.usage_providers, "used_count"), 2);
  assert.equal(usage.usage_total_generations, 3);
  assert.equal(usage.usage_total_provider_submissions, 4);
  assert.equal(usage.usage_total_success + usage.usage_total_client_errors + usage.usage_total_server_errors, usage.usage_total_requests);
  assert.equal(usage.usage_total_server_errors, 0);
  assert.ok(usage.usage_total_client_errors >= 1);
  for (const [total, field] of [
    ["usage_total_requests", "total_requests"],
    ["usage_total_success", "success_count"],
    ["usage_total_client_errors", "client_error_count"],
  ]) {
    assert.equal(sum(usage.usage_endpoints, field), usage[total], field);
  }
  const codes = usage.usage_endpoints.flatMap(({ error_codes: found }) => Object.entries(found));
  assert.ok(codes.some(([code, times]) => code === "BSE3001" && times === 1));
  for (const row of usage.usage_providers) {
    assert.equal(outcomesOf(row), row.total_submissions, row.provider);
    assert.ok(row.wasted_estimated_cost <= row.total_estimated_cost, row.provider);
  }
  const cost = sum(usage.usage_providers, "total_estimated_cost");
  assert.ok(Math.abs(cost - usage.usage_total_estimated_cost) < 1e-9);
});
