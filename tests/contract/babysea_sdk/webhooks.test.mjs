// The webhook verifier, held against the contract's own vector and its list of what breaks (§8.3).

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { verifyWebhook } from "./webhooks.mjs";

const SECRET = "whsec_test";
const BODY = '{"webhook_event":"webhook.test"}';
const T = 1_700_000_000;
const V1 = "e3d760727843b1a5409bcfaf8f03879ecce63ff6649547f5ccc436c531e8bf17";
const verify = (signature, more = {}) => verifyWebhook(more.body ?? BODY, signature, more.secret ?? SECRET, { now: T, ...more });

test("the contract's vector verifies", () => {
  assert.deepEqual(verifyWebhook(BODY, `t=${T},v1=${V1}`, SECRET, { tolerance: 1e12 }), { webhook_event: "webhook.test" });
});

test("the key is the whole secret, its prefix included", () => {
  const stripped = createHmac("sha256", "test").update(`${T}.${BODY}`).digest("hex");
  assert.throws(() => verify(`t=${T},v1=${stripped}`), /wrong/);
});

test("five minutes off is the limit, either way", () => {
  for (const off of [300, -300]) verify(`t=${T},v1=${V1}`, { now: T + off });
  for (const off of [301, -301]) assert.throws(() => verify(`t=${T},v1=${V1}`, { now: T + off }), /too far/);
});

test("what breaks verification breaks it", () => {
  assert.throws(() => verify(`t=${T}, v1=${V1}`), /cannot be read/);
  assert.throws(() => verify(`t=${T},v1=${V1.toUpperCase()}`), /wrong/);
  assert.throws(() => verify(`t=${T},v1=${"0".repeat(64)},v1=${V1}`), /wrong/);
  assert.throws(() => verify(`t=${T},v1=${V1}`, { body: `${BODY} ` }), /wrong/);
  assert.throws(() => verify(`t=${T},v1=${V1}`, { secret: "whsec_other" }), /wrong/);
  for (const signature of ["", "t=x,v1=y", `v1=${V1}`, `t=${T}`]) assert.throws(() => verify(signature), /cannot be read/);
});

test("of two signatures the first counts", () => {
  verify(`t=${T},v1=${V1},v1=${"0".repeat(64)}`);
});
