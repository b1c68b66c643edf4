// The deployed stack as the suite sees it, and what holds for every answer whatever was asked (contract §2).

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { BabySea } from "./client.mjs";
import { BabySeaError } from "./errors.mjs";
import { bseCode, is, object, string, text, timestamp } from "./shapes.mjs";

/** `base_url`, `receiver_url` and `accounts`, each {account_id, key, hook, secret}; see tests/e2e/test_sdk.py. */
export const stack = JSON.parse(process.env.TIDEGATE_SDK);

const PAGE = { total: true, limit: true, offset: true };
const ERROR = object({
  status: is("error"),
  request_id: text,
  error: object({ code: bseCode, type: text, message: text, retryable: is(true, false), "details?": () => [], "provider_errors?": () => [] }),
});
const UNKNOWN_CALLERS = new Set(["BSE1001", "BSE1002"]); // without a key there is no window to tell of

/** Every answer that the suite got, newest last. */
export const exchanges = [];

function observe(exchange) {
  const body = JSON.parse(exchange.text);
  exchanges.push({ ...exchange, body });
  const problems = exchange.status < 300 ? successProblems(exchange, body) : errorProblems(exchange, body);
  assert.deepEqual(problems, [], `${exchange.method} ${exchange.path} answered ${exchange.status} ${exchange.text}`);
}

function successProblems({ status, headers }, body) {
  const problems = [is("success")(body.status, "status"), text(body.request_id, "request_id"), string(body.message, "message")];
  problems.push(timestamp(body.timestamp, "timestamp"), is(200)(status, "HTTP status"));
  const extra = Object.keys(body).filter((name) => !["status", "request_id", "message", "timestamp", "data"].includes(name) && !PAGE[name]);
  if (!body.request_id?.startsWith("req_")) problems.push("request_id does not begin with req_");
  if (headers.get("idempotency-replayed") === null && headers.get("x-request-id") !== body.request_id) problems.push("X-Request-Id differs");
  return [...problems.flat(), ...extra, ...windowProblems(headers)];
}

function errorProblems({ status, headers }, body) {
  const problems = ERROR(body, "body");
  if (headers.get("x-request-id") !== body.request_id) problems.push("X-Request-Id differs");
  if (!UNKNOWN_CALLERS.has(body.error?.code) && !/^BSE300[45]$/.test(body.error?.code)) problems.push(...windowProblems(headers));
  if (status === 429 && !/^[1-9]\d*$/.test(headers.get("retry-after") ?? "")) problems.push("Retry-After is no whole number of seconds");
  if (status === 429 && body.error?.retryable !== true) problems.push("a 429 that is not retryable");
  return problems;
}

function windowProblems(headers) {
  const names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
  return names.filter((name) => !/^\d+$/.test(headers.get(name) ?? "")).map((name) => `${name} is ${headers.get(name)}`);
}

/** A client of one of the accounts. It has more patience than the SDK: a small machine starts everything cold. */
export function client(account = "customer", options = {}) {
  return new BabySea({ apiKey: stack.accounts[account].key, baseUrl: stack.base_url, observe, timeout: 60_000, ...options });
}

/** What an awaited call must throw: a BabySeaError of this code. */
export async function refused(promise, status, code) {
  const error = await promise.then((answer) => assert.fail(`accepted: ${JSON.stringify(answer)}`), (found) => found);
  assert.ok(error instanceof BabySeaError, error.stack);
  assert.deepEqual([error.status, error.code], [status, code], error.message);
  return error;
}

/** Wait until `condition` gives something true. */
export async function until(condition, what, withinMs = 180_000) {
  for (const ends = Date.now() + withinMs; Date.now() < ends; await sleep(200)) {
    const value = await condition();
    if (value) return value;
  }
  return assert.fail(`${what}: not within ${withinMs} ms`);
}

/** What arrived on an account's webhook, oldest first. */
export async function deliveries(account = "customer") {
  const answer = await (await fetch(`${stack.receiver_url}/deliveries`)).json();
  return answer.deliveries.filter((delivery) => delivery.path === stack.accounts[account].hook);
}

/** Wait for a generation's end, whatever it is, and return the record. */
export const QUICK = { pollInterval: 500, deadline: 90_000 };

export async function ended(babysea, id) {
  return babysea.waitForGeneration(id, QUICK).then(
    ({ data }) => data,
    (error) => error.record ?? Promise.reject(error),
  );
}
