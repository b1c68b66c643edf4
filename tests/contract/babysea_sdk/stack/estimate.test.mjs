// estimate: what it would cost, and that the submit holds exactly that (contract §1.5, §6.3).

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertShape, estimateData, number, text } from "../shapes.mjs";
import { client, QUICK, refused } from "../stack.mjs";

const babysea = client();
const SECONDS = { cost_per_second: number, duration_seconds: number };
const IMAGE = "bfl/flux-schnell";
const BY_SECOND = "google/veo-2";
const BY_RESOLUTION = "bytedance/seedance-1-pro";
const BY_AUDIO = "bytedance/seedance-1.5-pro";
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("an image: price times count, and how many the balance covers", async () => {
  const { data } = await babysea.estimate(IMAGE, 5);
  assertShape(estimateData(), data);
  assert.deepEqual([data.model_identifier, data.model_type, data.assets_count], [IMAGE, "image", 5]);
  assert.deepEqual([data.cost_per_generation, data.cost_total_consumed], [0.005, 0.025]);
  assert.equal(data.credit_balance_can_afford, data.credit_balance >= 0.025);
  assert.equal(data.credit_balance_max_affordable, Math.floor(Math.round(data.credit_balance * 1e6) / 5_000));
});

test("the count is clamped to 1 and 100, and is 1 without being asked", async () => {
  for (const [asked, effective] of [[undefined, 1], [0, 1], [-3, 1], [101, 100], [100_000, 100]]) {
    assert.equal((await babysea.estimate(IMAGE, { count: asked })).data.assets_count, effective);
  }
});

test("a video per second", async () => {
  const { data } = await babysea.estimate(BY_SECOND, { duration: 8 });
  assertShape(estimateData(SECONDS), data);
  assert.equal(data.duration_seconds, 8);
  near(data.cost_per_generation, data.cost_per_second * 8);
});

test("a video by resolution, whose default is the schema's first", async () => {
  const shape = estimateData({ ...SECONDS, resolution: text });
  const { models } = (await babysea.library.models()).data;
  const { schema, model_pricing: pricing } = models.find((model) => model.model_identifier === BY_RESOLUTION);
  for (const resolution of [undefined, ...schema.generation_resolution]) {
    const { data } = await babysea.estimate(BY_RESOLUTION, { duration: 5, resolution });
    assertShape(shape, data);
    const effective = resolution ?? schema.generation_resolution[0];
    assert.deepEqual([data.resolution, data.cost_per_second], [effective, pricing[effective]]);
  }
});

test("a video by resolution and audio, silent without being asked", async () => {
  const { models } = (await babysea.library.models()).data;
  const pricing = models.find((model) => model.model_identifier === BY_AUDIO).model_pricing;
  for (const [audio, key] of [[undefined, "720p_noaudio"], [false, "720p_noaudio"], [true, "720p_audio"]]) {
    const { data } = await babysea.estimate(BY_AUDIO, { duration: 5, resolution: "720p", audio });
    assert.equal(data.cost_per_second, pricing[key]);
  }
});

test("the poor can afford nothing", async () => {
  const { data } = await client("poor").estimate(IMAGE);
  assert.deepEqual([data.credit_balance, data.credit_balance_can_afford, data.credit_balance_max_affordable], [0, false, 0]);
});

test("what cannot be estimated is refused by name", async () => {
  await refused(babysea.estimate("no/such-model"), 404, "BSE2011");
  const missing = await refused(babysea.estimate(BY_SECOND), 400, "BSE2001");
  assert.equal(missing.details.field, "duration");
  for (const duration of [0, -5, 1e9, "x"]) {
    const error = await babysea.estimate(BY_SECOND, { duration }).catch((found) => found);
    assert.ok(["BSE2001", "BSE2008"].includes(error.code), `${duration}: ${error.code}`);
  }
  await refused(babysea.estimate(BY_RESOLUTION, { duration: 5, resolution: "9p" }), 400, "BSE2001");
});

test("the estimate is what the balance loses", async () => {
  const spender = client("spender");
  const asked = { duration: 4, resolution: "720p", audio: true };
  const { cost_per_generation: cost, credit_balance: before } = (await spender.estimate(BY_AUDIO, asked)).data;
  const params = { generation_duration: 4, generation_resolution: "720p", generation_generate_audio: true };
  const { data } = await spender.generate(BY_AUDIO, { generation_prompt: "A seal sings", ...params });
  near((await spender.billing()).data.billing_credit_balance, before - cost);
  await spender.waitForGeneration(data.generation_id, QUICK);
  near((await spender.billing()).data.billing_credit_balance, before - cost);
});
