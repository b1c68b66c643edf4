// 429 and what a client does about it (contract §4, §0 rows 7 to 9).

import assert from "node:assert/strict";
import { test } from "node:test";

import { client, ended, exchanges, refused } from "../stack.mjs";

const IMAGE = "bfl/flux-schnell";
const GENERAL_LIMIT = 30; // of the plan `free`, a minute

/** Call until it is refused; a window may end in between. */
async function refusedAtLast(call, status, code, most) {
  for (let n = 0; n < most; n += 1) {
    const error = await call().then(() => undefined, (found) => found);
    if (error) return refused(Promise.reject(error), status, code);
  }
  return assert.fail(`${code} did not come in ${most} calls`);
}

test("in flight: the third is told to wait five seconds, waits, and is accepted", async () => {
  const pauses = [];
  const slots = [];
  const pause = async (ms) => {
    pauses.push(ms);
    await ended(client("free"), slots[0]);
  };
  const small = client("free", { pause });
  for (let n = 0; n < 2; n += 1) {
    const { data } = await small.generate(IMAGE, { generation_prompt: "A seal [[fault:slow:3]]" });
    slots.push(data.generation_id);
  }
  const { data } = await small.generate(IMAGE, { generation_prompt: "A seal" });
  assert.deepEqual(pauses, [5_000]);
  assert.equal(exchanges.find(({ status }) => status === 429).body.error.code, "BSE1009");
  assert.equal((await ended(small, data.generation_id)).generation_status, "succeeded");
});

test("requests: the refusal carries limit, rest, reset and how long to wait", async () => {
  const small = client("free", { maxRetries: 0 });
  const error = await refusedAtLast(() => small.status(), 429, "BSE1005", 3 * GENERAL_LIMIT);
  assert.equal(error.message, "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.");
  assert.deepEqual([error.type, error.retryable], ["rate_limit_exceeded", true]);
  assert.deepEqual([error.rateLimit.limit, error.rateLimit.remaining], [GENERAL_LIMIT, 0]);
  assert.ok(error.retryAfter >= 1 && error.retryAfter <= 60);
  assert.deepEqual(error.details, { limit: GENERAL_LIMIT, retry_after_seconds: error.retryAfter });
  const ends = error.rateLimit.reset - Date.now() / 1000;
  assert.ok(ends > -1 && ends <= 60 && Math.abs(ends - error.retryAfter) <= 2);
});

test("polling has a window of its own, ten times the general one", async () => {
  const small = client("free", { maxRetries: 0 });
  const error = await refused(small.getGeneration("00000000-0000-7000-8000-000000000000"), 404, "BSE3001");
  assert.equal(error.rateLimit.limit, 10 * GENERAL_LIMIT);
});

test("a client that retries waits as long as it is told, twice, and gives up", async () => {
  const pauses = [];
  const small = client("free", { pause: async (ms) => void pauses.push(ms) });
  await refusedAtLast(() => small.account(), 429, "BSE1005", 3 * GENERAL_LIMIT);
  assert.equal(pauses.length, 2);
  for (const ms of pauses) assert.ok(ms >= 1_000 && ms <= 60_000 && ms % 1_000 === 0);
});
