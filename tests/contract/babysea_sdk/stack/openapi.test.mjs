// The served description: it names what the SDK calls, and its page needs nobody else's host.

import assert from "node:assert/strict";
import { test } from "node:test";

import { stack } from "../stack.mjs";

const OPERATIONS = [
  "GET /v1/status",
  "GET /v1/usage",
  "GET /v1/user/account",
  "GET /v1/user/billing",
  "GET /v1/estimate/{model_identifier}",
  "POST /v1/generate/image/{model_identifier}",
  "POST /v1/generate/video/{model_identifier}",
  "GET /v1/content/list",
  "GET /v1/content/{generation_id}",
  "DELETE /v1/content/{generation_id}",
  "POST /v1/content/generation/cancel/{generation_id}",
  "GET /v1/library/providers",
  "GET /v1/library/models",
  "GET /v1/health/inference/providers",
  "GET /v1/health/inference/models",
  "GET /v1/health/storage",
  "GET /v1/health/cache",
];

test("the document is OpenAPI 3.1 and has the seventeen operations, for whoever asks", async () => {
  const answer = await fetch(`${stack.base_url}/v1/openapi.json`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /json/);
  const document = await answer.json();
  assert.match(document.openapi, /^3\.1\./);
  const found = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).filter((method) => /^(get|post|put|patch|delete)$/.test(method)).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(OPERATIONS.filter((operation) => !found.includes(operation)), []);
});

test("every operation of a key says what its refusals look like", async () => {
  const document = await (await fetch(`${stack.base_url}/v1/openapi.json`)).json();
  for (const operation of OPERATIONS) {
    const [method, path] = operation.split(" ");
    const { responses } = document.paths[path][method.toLowerCase()];
    for (const status of ["200", "401", "403", "429"]) assert.ok(status in responses, `${operation} ${status}`);
  }
});

test("the interactive page loads nothing from another host", async () => {
  const answer = await fetch(`${stack.base_url}/v1/docs`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^text\/html/);
  const page = await answer.text();
  const loaded = [...page.matchAll(/<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/gi)].map(([, url]) => new URL(url, answer.url));
  for (const url of loaded) assert.equal(url.origin, new URL(stack.base_url).origin, url.href);
  for (const url of loaded.filter(({ protocol }) => protocol.startsWith("http"))) assert.equal((await fetch(url)).status, 200, url.href);
});
