// list, cancel and delete (contract §1.8 to §1.10).

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { anyRecord, assertShape, canceledData, deletedData, list, record } from "../shapes.mjs";
import { client, ended, QUICK, refused, until } from "../stack.mjs";

const babysea = client();
const IMAGE = "bfl/flux-schnell";
const NEVER = "00000000-0000-7000-8000-000000000000";
const start = async (prompt, more = {}, who = babysea) =>
  (await who.generate(IMAGE, { generation_prompt: prompt, generation_output_format: "jpg", ...more })).data.generation_id;

describe("content", { concurrency: 4 }, () => {
  test("a list is newest first, with its true total beside the data", async () => {
    const lister = client("spender");
    const empty = await lister.listGenerations();
    assert.deepEqual([empty.data, empty.total, empty.limit, empty.offset], [{ generations: [] }, 0, 50, 0]);
    const ids = [];
    for (let n = 0; n < 5; n += 1) ids.unshift(await start(`Seal ${n}`, {}, lister));
    const walked = [];
    let page;
    do {
      page = await lister.listGenerations({ limit: 2, offset: walked.length });
      assert.deepEqual([page.total, page.limit, page.offset], [5, 2, walked.length]);
      assertShape(list(anyRecord), page.data.generations);
      walked.push(...page.data.generations.map((entry) => entry.generation_id));
    } while (walked.length < page.total);
    assert.deepEqual(walked, ids);
    const created = (await lister.listGenerations()).data.generations.map((entry) => entry.generation_created_at);
    assert.deepEqual(created, [...created].sort().reverse());
  });

  test("limit and offset are clamped", async () => {
    for (const [asked, limit] of [[0, 1], [-5, 1], [1_000, 100]]) assert.equal((await babysea.listGenerations({ limit: asked })).limit, limit);
    assert.equal((await babysea.listGenerations({ offset: -1 })).offset, 0);
    assert.deepEqual((await babysea.listGenerations({ offset: 10_000 })).data.generations, []);
  });

  test("what a provider works at is cancelled there, and its price given back", async () => {
    const id = await start("A seal [[fault:slow:60]]");
    await until(async () => (await babysea.getGeneration(id)).data.generation_status === "processing", "a provider is at work");
    const { data } = await babysea.cancelGeneration(id);
    assertShape(canceledData, data);
    assert.deepEqual([data.generation_id, data.provider_cancel_sent, data.credits_refunded], [id, true, true]);
    const found = await ended(babysea, id);
    assertShape(record(), found);
    assert.deepEqual([found.generation_status, found.generation_output_file], ["canceled", null]);
    await refused(babysea.cancelGeneration(id), 409, "BSE3002");
  });

  test("what has just been accepted can be cancelled, too", async () => {
    const { data } = await babysea.cancelGeneration(await start("A seal [[fault:slow:60]]"));
    assertShape(canceledData, data);
    assert.equal(data.credits_refunded, true);
  });

  test("waiting for what is cancelled meanwhile throws", async () => {
    const id = await start("A seal [[fault:slow:60]]");
    const waiting = babysea.waitForGeneration(id, QUICK).catch((error) => error);
    await babysea.cancelGeneration(id);
    const error = await waiting;
    assert.deepEqual([error.name, error.record.generation_status], ["BabySeaGenerationError", "canceled"]);
  });

  test("deleting removes the files for good and keeps the record", async () => {
    const id = await start("A seal");
    const [url] = (await ended(babysea, id)).generation_output_file;
    await refused(babysea.cancelGeneration(id), 409, "BSE3002");
    const { data } = await babysea.deleteGeneration(id);
    assertShape(deletedData, data);
    assert.deepEqual(data, { generation_id: id, files_deleted: 1 });
    const found = (await babysea.getGeneration(id)).data;
    assertShape(anyRecord, found);
    assert.deepEqual([found.generation_output_file, found.generation_removed, found.generation_status], [null, true, "succeeded"]);
    assert.equal((await fetch(url)).status, 404);
    assert.equal((await babysea.deleteGeneration(id)).data.files_deleted, 0);
    await refused(babysea.cancelGeneration(id), 409, "BSE3002");
  });

  test("what has not ended is cancelled before it is deleted", async () => {
    const id = await start("A seal [[fault:slow:60]]");
    await refused(babysea.deleteGeneration(id), 409, "BSE3003");
    await babysea.cancelGeneration(id);
    assert.equal((await babysea.deleteGeneration(id)).data.files_deleted, 0);
  });

  test("an id that never was is not found by any of them", async () => {
    for (const id of [NEVER, "nonsense"]) {
      for (const ask of ["getGeneration", "cancelGeneration", "deleteGeneration"]) await refused(babysea[ask](id), 404, "BSE3001");
    }
  });
});
