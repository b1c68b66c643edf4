// The instrument itself: the client keeps to §0 of the contract, whatever a server does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { BabySea, backoffMs, readRetryAfter } from "./client.mjs";
import { BabySeaError, BabySeaGenerationError, BabySeaNetworkError, BabySeaTimeoutError } from "./errors.mjs";
import { scripted } from "./servers.mjs";

const OK = { body: { status: "success", data: {} } };
const WINDOW = { "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000060" };
const refusal = (status, retryable, headers = {}) => ({ status, headers, body: { error: { code: "BSE1", type: "t", message: "m", retryable } } });
const recordOf = (state, more = {}) => ({ body: { data: { generation_id: "g", generation_status: state, ...more } } });

/** A client of a scripted server; `pauses` holds how long it waited between tries. */
function talking(steps, use, options = {}) {
  return scripted(steps, (baseUrl, requests) => {
    const pauses = [];
    const pause = async (ms) => void pauses.push(ms);
    const babysea = new BabySea({ apiKey: "bye_k", baseUrl: `${baseUrl}//`, pause, ...options });
    return use({ babysea, requests, pauses });
  });
}

test("the path is the base URL's origin, /v1 and the identifier as it is", () =>
  talking([OK], async ({ babysea, requests }) => {
    await babysea.estimate("bfl/flux-1.1-pro", { count: 2, audio: false });
    await babysea.generate("bfl/flux-1.1-pro", { generation_prompt: "p" });
    await babysea.generate("google/veo-2", { generation_prompt: "p", generation_duration: 5 });
    assert.deepEqual(
      requests.map(({ method, url }) => `${method} ${url}`),
      ["GET /v1/estimate/bfl/flux-1.1-pro?count=2&audio=false", "POST /v1/generate/image/bfl/flux-1.1-pro", "POST /v1/generate/video/google/veo-2"],
    );
  }));

test("every request tells who asks, and cancel carries neither body nor content type", () =>
  talking([OK], async ({ babysea, requests }) => {
    await babysea.cancelGeneration("g");
    const [{ headers, body }] = requests;
    assert.equal(headers.authorization, "Bearer bye_k");
    assert.equal(headers.accept, "application/json");
    assert.equal(headers["x-babysea-sdk-name"], "babysea-node");
    assert.equal(headers["x-babysea-sdk-runtime"], "node");
    assert.match(headers["user-agent"], /^babysea-node\/\S+ \(node\/\S+\)$/);
    assert.deepEqual([headers["content-type"], headers["idempotency-key"], body], [undefined, undefined, ""]);
  }));

test("what is retryable is tried three times, a generate without a key too", () =>
  talking([refusal(503, true)], async ({ babysea, requests, pauses }) => {
    await assert.rejects(babysea.generate("m", {}), BabySeaError);
    assert.equal(requests.length, 3);
    assert.ok(pauses[0] <= 1_000 && pauses[1] <= 2_000);
  }));

test("what is not retryable is tried once, a 5xx too", () =>
  talking([refusal(500, false)], async ({ babysea, requests }) => {
    await assert.rejects(babysea.status(), BabySeaError);
    assert.equal(requests.length, 1);
  }));

test("Retry-After is honoured beside rate-limit headers only", () =>
  talking([refusal(409, true, { ...WINDOW, "retry-after": "2" }), refusal(429, true, { "retry-after": "9" }), OK], async ({ babysea, pauses }) => {
    await babysea.status();
    assert.equal(pauses[0], 2_000);
    assert.ok(pauses[1] <= 2_000);
  }));

test("Retry-After is an integer that is not zero, or nothing", () => {
  const read = (value) => readRetryAfter(new Headers({ ...WINDOW, "retry-after": value }));
  assert.deepEqual([read("7"), read("7.9"), read("0"), read("Wed, 21 Oct 2026 07:28:00 GMT")], [7, 7, undefined, undefined]);
  assert.deepEqual([1, 2, 6, 9].map((attempt) => backoffMs(attempt, undefined, () => 1)), [1_000, 2_000, 30_000, 30_000]);
});

test("rate-limit data is read only where the limit is named", () =>
  talking([{ ...OK, headers: WINDOW }, { ...OK, headers: { "x-ratelimit-remaining": "3" } }], async ({ babysea }) => {
    assert.deepEqual((await babysea.status()).rateLimit, { limit: 60, remaining: 0, reset: 1_700_000_060 });
    assert.equal((await babysea.status()).rateLimit, undefined);
  }));

test("a cut connection is tried again by a GET and under an idempotency key, and by nothing else", () =>
  talking(["cut", OK, "cut", OK, "cut"], async ({ babysea, requests }) => {
    await babysea.status();
    await babysea.generate("m", {}, { idempotencyKey: "k" });
    assert.deepEqual(requests.slice(2).map(({ headers }) => headers["idempotency-key"]), ["k", "k"]);
    await assert.rejects(babysea.generate("m", {}), BabySeaNetworkError);
    assert.equal(requests.length, 5);
  }));

test("a timeout is an error of its own and is not retried", () =>
  talking(["silence"], async ({ babysea, requests }) => {
    await assert.rejects(babysea.status(), BabySeaTimeoutError);
    assert.equal(requests.length, 1);
  }, { timeout: 200 }));

test("what an error body lacks is filled in", () =>
  talking([{ status: 502, body: "<html>" }, { status: 404, body: {} }, { status: 429, body: {} }], async ({ babysea }) => {
    const errors = [];
    for (let n = 0; n < 3; n += 1) errors.push(await babysea.status().catch((error) => error));
    assert.deepEqual(errors.map(({ code, type, retryable }) => [code, type, retryable]), [
      ["HTTP_502", "api_error", true],
      ["HTTP_404", "api_error", false],
      ["HTTP_429", "api_error", true],
    ]);
  }, { maxRetries: 0 }));

test("a replay is one when the header says exactly true", () =>
  talking(["true", "True", "1"].map((value) => ({ ...OK, headers: { "idempotency-replayed": value } })), async ({ babysea }) => {
    const replayed = [];
    for (let n = 0; n < 3; n += 1) replayed.push((await babysea.generate("m", {})).idempotency_replayed);
    assert.deepEqual(replayed, [true, undefined, undefined]);
  }));

test("waiting polls every two seconds, and no faster than twice a second", () =>
  talking([recordOf("pending"), recordOf("processing"), recordOf("succeeded")], async ({ babysea, requests, pauses }) => {
    await babysea.waitForGeneration("g");
    assert.deepEqual(pauses, [2_000, 2_000]);
    requests.length = 0;
    await babysea.waitForGeneration("g", { pollInterval: 1 });
    assert.deepEqual(pauses.slice(2), [500, 500]);
  }));

test("waiting ends with an error when the generation failed, was cancelled or takes too long", () =>
  talking([recordOf("failed", { generation_error: "why" }), recordOf("canceled"), recordOf("pending")], async ({ babysea }) => {
    await assert.rejects(babysea.waitForGeneration("g"), { name: "BabySeaGenerationError", message: "why" });
    await assert.rejects(babysea.waitForGeneration("g"), BabySeaGenerationError);
    await assert.rejects(babysea.waitForGeneration("g", { deadline: 0 }), BabySeaTimeoutError);
  }));

test("a generate that answers the cancelled variant is looked up once and not polled", () =>
  talking([recordOf("canceled"), recordOf("canceled", { generation_prompt: "p" })], async ({ babysea, requests, pauses }) => {
    const error = await babysea.generateAndWait("m", {}).catch((found) => found);
    assert.equal(error.record.generation_prompt, "p");
    assert.deepEqual(requests.map(({ url }) => url), ["/v1/generate/image/m", "/v1/content/g"]);
    assert.deepEqual(pauses, []);
  }));

test("a success without a JSON body is an error", () =>
  talking([{ status: 204, body: "" }], async ({ babysea }) => {
    await assert.rejects(babysea.deleteGeneration("g"), SyntaxError);
  }));
