// Test keys: the same answers in every shape, scripted ends, and nothing of it touches the live account.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { assertShape, CHAIN_FAILURE, estimateData, FAILURE, record, startedData, statusData } from "../shapes.mjs";
import { client, ended, QUICK, refused, stack } from "../stack.mjs";

const sandbox = client("sandbox");
const IMAGE = "bfl/flux-schnell";
const seal = (script) => ({ generation_prompt: `A seal ${script ?? ""}`, generation_output_format: "jpg" });

describe("test mode", { concurrency: 4 }, () => {
  test("a test key is known by its looks, and the SDK takes it as any other", async () => {
    assert.match(stack.accounts.sandbox.key, /^bye_test_[A-Za-z0-9_-]+$/);
    const { data } = await sandbox.status();
    assertShape(statusData, data);
    assert.ok(stack.accounts.sandbox.key.startsWith(data.apikey_prefix));
    assertShape(estimateData(), (await sandbox.estimate(IMAGE)).data);
  });

  test("a generation has the shape of a live one, its file included", async () => {
    const { data } = await sandbox.generate(IMAGE, seal());
    assertShape(startedData, data);
    const found = (await sandbox.waitForGeneration(data.generation_id, QUICK)).data;
    assertShape(record(), found);
    const file = await fetch(found.generation_output_file[0]);
    assert.deepEqual([file.status, file.headers.get("content-type")], [200, "image/jpeg"]);
    await file.body.cancel();
  });

  for (const [script, code] of [["moderation", "BSE4007"], ["all_fail", "BSE4006"], ["fail", "BSE2001"]]) {
    test(`[[test:${script}]] ends as ${code}`, async () => {
      const found = await ended(sandbox, (await sandbox.generate(IMAGE, seal(`[[test:${script}]]`))).data.generation_id);
      assertShape(record(code === "BSE4006" ? CHAIN_FAILURE : FAILURE), found);
      assert.equal(found.generation_error_code, code);
    });
  }

  for (const [script, status, code] of [["insufficient_credits", 402, "BSE1004"], ["rate_limit", 429, "BSE1005"], ["concurrency", 429, "BSE1009"]]) {
    test(`[[test:${script}]] is refused as ${code}`, async () => {
      const error = await refused(client("sandbox", { maxRetries: 0 }).generate(IMAGE, seal(`[[test:${script}]]`)), status, code);
      if (status === 429) assert.ok(error.retryAfter >= 1 && error.rateLimit.limit > 0);
    });
  }

  test("neither mode finds what the other made, and the live balance stays", async () => {
    const live = client("spender");
    const before = (await live.billing()).data.billing_credit_balance;
    const { data } = await sandbox.generate(IMAGE, seal());
    await refused(live.getGeneration(data.generation_id), 404, "BSE3001");
    await ended(sandbox, data.generation_id);
    assert.equal((await live.billing()).data.billing_credit_balance, before);
    assert.equal((await live.listGenerations()).total, 0);
  });
});
