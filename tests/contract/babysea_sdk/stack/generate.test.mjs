// generate image and video, and the records they leave (contract §1.6, §1.7).

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { assertShape, CHAIN_FAILURE, number, record, startedData, VIDEO, VIDEO_AUDIO } from "../shapes.mjs";
import { client, ended, QUICK, refused } from "../stack.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";

describe("generate", { concurrency: 4 }, () => {
  test("an image: accepted at once, then found with every field", async () => {
    const asked = { generation_prompt: "A seal", generation_ratio: "16:9", generation_output_format: "jpg", generation_seed: 7 };
    const began = Date.now();
    const { data, message } = await babysea.generate(IMAGE, asked);
    assert.ok(Date.now() - began < 20_000);
    assert.equal(message, "Generation initialized");
    assertShape(startedData, data);
    assert.equal(data.model_identifier, IMAGE);

    const early = (await babysea.getGeneration(data.generation_id)).data;
    assertShape(record({ generation_seed: number }), early);
    if (early.generation_status !== "succeeded") {
      assert.deepEqual([early.generation_provider_used, early.generation_output_file, early.generation_completed_at], [null, null, null]);
    }

    const found = (await babysea.waitForGeneration(data.generation_id, QUICK)).data;
    assertShape(record({ generation_seed: number }), found);
    for (const [name, value] of Object.entries(asked)) assert.equal(found[name], value, name);
    assert.deepEqual(found.generation_provider_order, data.generation_provider_order);
    assert.equal(found.generation_prediction_id, data.generation_prediction_id);
    assert.ok(data.generation_provider_order.includes(found.generation_provider_used));
    assert.equal(found.generation_input_file, null);
    const [created, started, completed] = ["created", "started", "completed"].map((name) => Date.parse(found[`generation_${name}_at`]));
    assert.ok(created <= started && started <= completed);
    assert.ok(Math.abs(found.generation_metrics_total_time - (completed - created) / 1000) < 0.0011);
    assert.ok(found.generation_metrics_predict_time <= found.generation_metrics_total_time);

    const [url] = found.generation_output_file;
    assert.equal(found.generation_output_file.length, found.generation_output_number);
    const file = await fetch(url); // without the key
    assert.deepEqual([file.status, file.headers.get("content-type")], [200, "image/jpeg"]);
    assert.match(url, /\.jpg$/);
    assert.deepEqual([...new Uint8Array(await file.arrayBuffer()).slice(0, 3)], [0xff, 0xd8, 0xff]);
  });

  test("what is left out takes the schema's first, and the default order has several providers", async () => {
    const { data } = await babysea.generate(IMAGE, { generation_prompt: "  A seal  " });
    const found = await ended(babysea, data.generation_id);
    const { schema } = (await babysea.library.models()).data.models.find((model) => model.model_identifier === IMAGE);
    assert.equal(found.generation_ratio, schema.generation_ratio[0]);
    assert.equal(found.generation_output_format, schema.generation_output_format[0]);
    assert.equal(found.generation_output_number, 1);
    assert.equal(found.generation_prompt, "A seal");
    assert.ok(found.generation_provider_order.length > 1);
    assert.ok(!("generation_duration" in found) && !("generation_removed" in found) && !("generation_error" in found));
  });

  test("the order that was asked for is the order that is used", async () => {
    for (const [asked, order] of [["replicate", ["replicate"]], ["fal, replicate", ["fal", "replicate"]], ["replicate, fal", ["replicate", "fal"]]]) {
      const { data } = await babysea.generate(IMAGE, { generation_prompt: "A seal", generation_provider_order: asked });
      assert.deepEqual(data.generation_provider_order, order);
    }
    const { data } = await babysea.generate(IMAGE, { generation_prompt: "A seal", generation_provider_order: "fastest" });
    assert.ok(data.generation_provider_order.length > 1 && !data.generation_provider_order.includes("fastest"));
  });

  test("a duration makes it a video on the video route", async () => {
    const { data } = await babysea.generateAndWait("google/veo-2", { generation_prompt: "It swims", generation_duration: 5 }, QUICK);
    assertShape(record(VIDEO), data);
    assert.deepEqual([data.generation_duration, data.generation_output_format], [5, "mp4"]);
    const file = await fetch(data.generation_output_file[0]);
    assert.equal(file.headers.get("content-type"), "video/mp4");
    await file.body.cancel();
  });

  test("a video with resolution and sound says so, and is silent by default", async () => {
    for (const audio of [true, undefined]) {
      const asked = { generation_prompt: "It sings", generation_duration: 4, generation_resolution: "720p" };
      if (audio !== undefined) asked.generation_generate_audio = audio;
      const { data } = await babysea.generateAndWait("bytedance/seedance-1.5-pro", asked, QUICK);
      assertShape(record(VIDEO_AUDIO), data);
      assert.deepEqual([data.generation_generate_audio, data.generation_audio_mode], [audio ?? false, audio ? "audio" : "noaudio"]);
    }
  });

  test("the wrong route for a model fails cleanly", async () => {
    const onVideo = await refused(babysea.generate(IMAGE, { generation_prompt: "A seal", generation_duration: 5 }), 400, "BSE2001");
    assert.equal(onVideo.details.field, "generation_duration");
    const onImage = await refused(babysea.generate("google/veo-2", { generation_prompt: "A seal" }), 400, "BSE2001");
    assert.equal(onImage.details.field, "generation_duration");
  });

  test("a provider that fails is followed by the next, and the record tells which served", async () => {
    const { data } = await babysea.generateAndWait(IMAGE, { generation_prompt: "A seal [[replicate:500]]", generation_provider_order: "replicate, fal" }, QUICK);
    assert.equal(data.generation_provider_used, "fal");
  });

  test("when all fail the record says why, waiting throws, and the price is given back", async () => {
    const payer = client("spender");
    const before = (await payer.billing()).data.billing_credit_balance;
    const error = await payer.generateAndWait(IMAGE, { generation_prompt: "A seal [[fault:500]]" }, QUICK).catch((found) => found);
    assert.equal(error.name, "BabySeaGenerationError");
    assertShape(record(CHAIN_FAILURE), error.record);
    assert.deepEqual(error.record.generation_provider_errors.map(({ provider }) => provider), error.record.generation_provider_order);
    assert.deepEqual([error.record.generation_status, error.record.generation_error_code], ["failed", "BSE4006"]);
    assert.equal(error.record.generation_output_file, null);
    assert.equal((await payer.billing()).data.billing_credit_balance, before);
  });

  test("without credits nothing starts", async () => {
    const error = await refused(client("poor").generate(IMAGE, { generation_prompt: "A seal" }), 402, "BSE1004");
    assert.equal(error.message, "Insufficient credits. Please upgrade your plan or wait for renewal.");
    assert.equal((await client("poor").listGenerations()).total, 0);
  });
});
