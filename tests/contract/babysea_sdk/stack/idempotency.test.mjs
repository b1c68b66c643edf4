// Idempotency, and what a connection that breaks after the commit leaves behind (contract §5, §0 row 10).

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { BabySeaNetworkError } from "../errors.mjs";
import { cutting } from "../servers.mjs";
import { assertShape, canceledVariant, startedData } from "../shapes.mjs";
import { client, ended, exchanges, refused, stack } from "../stack.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";
const SEAL = { generation_prompt: "A seal", generation_output_format: "jpg" };
const balance = async () => Math.round((await babysea.billing()).data.billing_credit_balance * 1000);

/** What the body costs in generations and thousandths of a credit. */
async function cost(body) {
  const [total, credits] = [(await babysea.listGenerations()).total, await balance()];
  const result = await body();
  return { result, generations: (await babysea.listGenerations()).total - total, thousandths: credits - (await balance()) };
}

test("the same key and body answer with the first generation, and cost once", async () => {
  const idempotencyKey = randomUUID();
  const { result, ...spent } = await cost(async () => [
    await babysea.generate(IMAGE, SEAL, { idempotencyKey }),
    await babysea.generate(IMAGE, { ...SEAL }, { idempotencyKey }),
  ]);
  const [first, again] = result;
  assert.deepEqual([first.idempotency_replayed, again.idempotency_replayed], [undefined, true]);
  for (const field of ["data", "message", "request_id", "timestamp"]) assert.deepEqual(again[field], first[field], field);
  assert.deepEqual(spent, { generations: 1, thousandths: 5 });
  const replay = exchanges.findLast(({ headers }) => headers.get("idempotency-replayed") === "true");
  assert.notEqual(replay.headers.get("x-request-id"), again.request_id);
  await ended(babysea, first.data.generation_id);
  const late = await babysea.generate(IMAGE, SEAL, { idempotencyKey });
  assertShape(startedData, late.data);
});

test("the same key with another body is refused for good", async () => {
  const idempotencyKey = "A-z_0:9.";
  await babysea.generate(IMAGE, SEAL, { idempotencyKey });
  const error = await refused(babysea.generate(IMAGE, { ...SEAL, generation_ratio: "16:9" }, { idempotencyKey }), 409, "BSE2015");
  assert.equal(error.retryable, false);
});

test("a key belongs to its path", async () => {
  const idempotencyKey = randomUUID();
  const one = await babysea.generate(IMAGE, SEAL, { idempotencyKey });
  const other = await babysea.generate("bfl/flux-1.1-pro", SEAL, { idempotencyKey });
  assert.notEqual(one.data.generation_id, other.data.generation_id);
  assert.equal(other.idempotency_replayed, undefined);
});

test("a malformed key is refused, and holds nothing", async () => {
  const { thousandths } = await cost(async () => {
    for (const idempotencyKey of ["a b", "", "ä".normalize("NFD").slice(0, 1) + "/", "x".repeat(256)]) {
      await refused(babysea.generate(IMAGE, SEAL, { idempotencyKey }), 400, "BSE2014");
    }
  });
  assert.equal(thousandths, 0);
  await babysea.generate(IMAGE, SEAL, { idempotencyKey: "x".repeat(255) });
});

test("an error releases its key", async () => {
  const idempotencyKey = randomUUID();
  await refused(babysea.generate(IMAGE, { ...SEAL, generation_ratio: "7:5" }, { idempotencyKey }), 400, "BSE2001");
  assert.equal((await babysea.generate(IMAGE, SEAL, { idempotencyKey })).idempotency_replayed, undefined);
});

test("sixteen at once under one key make one generation", async () => {
  const idempotencyKey = randomUUID();
  const { result, ...spent } = await cost(() =>
    Promise.all(Array.from({ length: 16 }, () => babysea.generate(IMAGE, SEAL, { idempotencyKey }))),
  );
  assert.deepEqual(spent, { generations: 1, thousandths: 5 });
  assert.equal(new Set(result.map(({ data }) => data.generation_id)).size, 1);
  assert.equal(result.filter((answer) => !answer.idempotency_replayed).length, 1);
});

test("a replay of what was cancelled is the short variant, which is not polled", async () => {
  const idempotencyKey = randomUUID();
  const slow = { ...SEAL, generation_prompt: "A seal [[fault:slow:60]]" };
  const { data } = await babysea.generate(IMAGE, slow, { idempotencyKey });
  await babysea.cancelGeneration(data.generation_id);
  const again = await babysea.generate(IMAGE, slow, { idempotencyKey });
  assertShape(canceledVariant, again.data);
  assert.equal(again.idempotency_replayed, true);
  const error = await babysea.generateAndWait(IMAGE, slow, { idempotencyKey }).catch((found) => found);
  assert.deepEqual([error.name, error.record.generation_id], ["BabySeaGenerationError", data.generation_id]);
});

test("a connection cut after the commit: the same key again, one generation, one charge", () =>
  cutting(stack.base_url, 2, async (baseUrl, withheld) => {
    const caller = client("customer", { baseUrl, pause: async () => {} });
    const { result, ...spent } = await cost(() => caller.generate(IMAGE, SEAL, { idempotencyKey: randomUUID() }));
    assert.equal(result.idempotency_replayed, true);
    assert.deepEqual(withheld.map(({ status }) => status), [200, 200]);
    assert.deepEqual(new Set(withheld.map(({ body }) => body.data.generation_id)), new Set([result.data.generation_id]));
    assert.deepEqual(spent, { generations: 1, thousandths: 5 });
    assert.equal((await ended(babysea, result.data.generation_id)).generation_status, "succeeded");
  }));

test("without a key the cut call is not tried again, and what was accepted is in the list", () =>
  cutting(stack.base_url, 1, async (baseUrl, withheld) => {
    const caller = client("customer", { baseUrl });
    const { result: id, ...spent } = await cost(async () => {
      await assert.rejects(caller.generate(IMAGE, SEAL), BabySeaNetworkError);
      return withheld[0].body.data.generation_id;
    });
    assert.deepEqual(spent, { generations: 1, thousandths: 5 });
    assert.equal((await babysea.listGenerations({ limit: 1 })).data.generations[0].generation_id, id);
    assert.equal((await ended(babysea, id)).generation_status, "succeeded");
  }));
