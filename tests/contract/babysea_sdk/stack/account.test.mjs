// status, user/account, user/billing: who calls and what can be spent (contract §1.1, §1.3, §1.4).

import assert from "node:assert/strict";
import { test } from "node:test";

import { accountData, assertShape, billingData, statusData } from "../shapes.mjs";
import { client, refused, stack } from "../stack.mjs";

const { customer } = stack.accounts;

test("status tells of the key, and its last use is this one", async () => {
  const answer = await client().status();
  assert.equal(answer.message, "API connected successfully");
  assertShape(statusData, answer.data);
  assert.equal(answer.data.account_id, customer.account_id);
  assert.equal(answer.data.apikey_prefix, customer.key.slice(0, 9));
  assert.equal(answer.data.apikey_expires_at, null);
  assert.ok(Math.abs(Date.parse(answer.data.apikey_last_used_at) - Date.parse(answer.timestamp)) < 1_000);
});

test("rate-limit data counts down in one window", async () => {
  const babysea = client();
  const [first, second] = [(await babysea.status()).rateLimit, (await babysea.status()).rateLimit];
  assert.ok(first.reset > Date.now() / 1000 - 1 && first.reset <= Date.now() / 1000 + 60);
  if (first.reset === second.reset) assert.ok(second.remaining < first.remaining);
});

test("the account is the key's", async () => {
  const { data } = await client().account();
  assertShape(accountData, data);
  assert.equal(data.account_id, customer.account_id);
});

test("billing shows the balance, and null where there is no subscription", async () => {
  const { data } = await client("poor").billing();
  assertShape(billingData, data);
  assert.equal(data.account_id, stack.accounts.poor.account_id);
  assert.equal(data.billing_credit_balance, 0);
  assert.equal(data.billing_plan, null);
});

test("keys open what their preset grants, and a wrong one opens nothing", async () => {
  const reader = client("reader");
  for (const read of ["status", "account", "billing", "listGenerations"]) await reader[read]();
  const error = await refused(reader.generate("bfl/flux-schnell", { generation_prompt: "A seal" }), 403, "BSE1003");
  assert.equal(error.type, "insufficient_permissions");
  await refused(reader.cancelGeneration("00000000-0000-7000-8000-000000000000"), 403, "BSE1003");
  await refused(reader.deleteGeneration("00000000-0000-7000-8000-000000000000"), 403, "BSE1003");
  const stranger = client();
  stranger.apiKey = "bye_wrong";
  const wrong = await refused(stranger.status(), 401, "BSE1002");
  assert.equal(wrong.rateLimit, undefined);
});

test("a trailing slash on the base URL changes nothing", async () => {
  assert.equal((await client("customer", { baseUrl: `${stack.base_url}//` }).status()).status, "success");
});

test("a base URL that ends in /v1 is told so", async () => {
  const error = await refused(client("customer", { baseUrl: `${stack.base_url}/v1` }).status(), 404, "BSE3004");
  assert.match(error.message, /\/v1/);
});

test("a page in a browser may send the SDK's headers and read the answer's", async () => {
  const asked = "authorization,content-type,idempotency-key,x-babysea-sdk-name,x-babysea-sdk-version,x-babysea-sdk-runtime,x-babysea-sdk-runtime-version";
  const preflight = await fetch(`${stack.base_url}/v1/status`, {
    method: "OPTIONS",
    headers: { Origin: "https://app.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked },
  });
  assert.ok(preflight.ok);
  const allowed = preflight.headers.get("access-control-allow-headers").toLowerCase();
  for (const name of asked.split(",")) assert.ok(allowed.includes(name), name);
  const headers = { Authorization: `Bearer ${customer.key}`, Origin: "https://app.example" };
  const answer = await fetch(`${stack.base_url}/v1/status`, { headers });
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  const exposed = answer.headers.get("access-control-expose-headers").toLowerCase();
  for (const name of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "idempotency-replayed"]) assert.ok(exposed.includes(name), name);
});
