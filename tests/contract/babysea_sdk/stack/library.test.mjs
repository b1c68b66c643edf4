// library/models, library/providers and the health of what they name (contract §1.11 to §1.13).

import assert from "node:assert/strict";
import { test } from "node:test";

import { assertShape } from "../shapes.mjs";
import { cacheHealth, modelsHealth, providersHealth, storageHealth } from "../shapes_health.mjs";
import { modelsData, providersData } from "../shapes_library.mjs";
import { client, refused } from "../stack.mjs";

const babysea = client();

test("every model has a price, providers and a schema of its kind", async () => {
  const { data } = await babysea.library.models();
  assertShape(modelsData, data);
  assert.equal(data.models_total, data.models.length);
  assert.equal(new Set(data.models.map((model) => model.model_identifier)).size, data.models.length);
  for (const model of data.models) {
    const { schema, model_type: kind, model_identifier: identifier, model_pricing: pricing } = model;
    assert.ok(schema.generation_output_number >= 1, identifier);
    assert.equal("generation_duration" in schema, kind === "video", identifier);
    const byAudio = Object.keys(Object(pricing)).filter((key) => key.endsWith("audio"));
    if (byAudio.length > 0) assert.deepEqual([byAudio.length, schema.generation_generate_audio], [Object.keys(pricing).length, true], identifier);
    if (typeof pricing === "object" && schema.generation_resolution) {
      for (const key of Object.keys(pricing)) assert.ok(schema.generation_resolution.includes(key.split("_")[0]), `${identifier} ${key}`);
    }
  }
});

test("the providers are those that the models name", async () => {
  const { data } = await babysea.library.providers();
  assertShape(providersData, data);
  assert.equal(data.providers_total, data.providers.length);
  const { models } = (await babysea.library.models()).data;
  for (const { provider_id: id, babysea_implementation: how } of data.providers) {
    const served = models.filter((model) => model.model_supported_provider.includes(id));
    assert.equal(how.supported_models_total, served.length, id);
    assert.deepEqual([...how.supported_media_types].sort(), [...new Set(served.map((model) => model.model_type))].sort(), id);
  }
  const known = new Set(data.providers.map((provider) => provider.provider_id));
  for (const model of models) for (const id of model.model_supported_provider) assert.ok(known.has(id), id);
});

test("the health of providers is a rate from 0 to 1 over a stated window", async () => {
  const { data } = await babysea.health.providers();
  assertShape(providersHealth, data);
  assert.equal(data.providers_total, data.providers.length);
  for (const { provider, window, failure_rate: rate, status } of data.providers) {
    assert.ok(window.duration_seconds > 0, provider);
    assert.equal(window.successes + window.failures, window.total_attempts, provider);
    if (window.total_attempts === 0) assert.deepEqual([status, rate], ["unknown", 0], provider);
    else assert.ok(Math.abs(rate - window.failures / window.total_attempts) < 0.01, provider);
  }
});

test("the health of models names each one's providers", async () => {
  const { data } = await babysea.health.models();
  assertShape(modelsHealth, data);
  assert.equal(data.models_total, data.models.length);
  const { models } = (await babysea.library.models()).data;
  const offered = new Map(models.map((model) => [model.model_identifier, model]));
  assert.deepEqual(data.models.map((model) => model.model_identifier).sort(), [...offered.keys()].sort());
  for (const { model_identifier: identifier, model_type: kind, providers } of data.models) {
    assert.equal(kind, offered.get(identifier).model_type);
    assert.deepEqual(Object.keys(providers).sort(), [...offered.get(identifier).model_supported_provider].sort(), identifier);
  }
});

test("storage and cache are measured, not asserted", async () => {
  for (const [shape, ask] of [
    [storageHealth, () => babysea.health.storage()],
    [cacheHealth, () => babysea.health.cache()],
  ]) {
    const { data } = await ask();
    assertShape(shape, data);
    assert.equal(data.healthy, true);
    assert.ok(data.latency_ms > 0);
    assert.ok(!("error" in data));
  }
});

test("health needs its scope, and a monitor has no other but the library's", async () => {
  const monitor = client("monitor");
  for (const part of ["providers", "models", "storage", "cache"]) await monitor.health[part]();
  await monitor.library.models();
  await refused(monitor.status(), 403, "BSE1003");
  await refused(monitor.listGenerations(), 403, "BSE1003");
  await refused(client("generator").health.cache(), 403, "BSE1003");
});
