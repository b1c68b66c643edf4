// Verifying a webhook as the SDK does (contract §8.3).

import { createHmac, timingSafeEqual } from "node:crypto";

const PART = /^(t|v1)=(.+)$/;

/**
 * Verify the raw body against `X-BabySea-Signature` and return the event.
 * The key is the whole secret text; only the first `v1` counts; `t` may be `tolerance` seconds off.
 */
export function verifyWebhook(rawBody, signature, secret, { tolerance = 300, now = Date.now() / 1000 } = {}) {
  const parts = {};
  for (const piece of signature.split(",")) {
    const [, name, value] = PART.exec(piece) ?? [];
    if (name && !(name in parts)) parts[name] = value;
  }
  if (!/^\d+$/.test(parts.t ?? "") || !parts.v1) throw new Error("the signature cannot be read");
  if (Math.abs(now - Number(parts.t)) > tolerance) throw new Error("the timestamp is too far off");
  const expected = createHmac("sha256", secret).update(`${parts.t}.`).update(rawBody).digest("hex");
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(parts.v1)];
  if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) throw new Error("the signature is wrong");
  return JSON.parse(rawBody);
}
