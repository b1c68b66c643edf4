// A client that behaves on the wire as the hosted product's TypeScript SDK 1.4/2.0 does, written from the
// table of its behaviour (contract §0) alone. It is the instrument of the conformance suite; nothing else.

import { setTimeout as sleep } from "node:timers/promises";

import { BabySeaError, BabySeaGenerationError, BabySeaNetworkError, BabySeaTimeoutError } from "./errors.mjs";

const REPEATABLE = new Set(["GET", "DELETE", "HEAD"]);
const NODE = process.versions.node;
const SDK_VERSION = "2.0.0";

/** Rate-limit data, only where `X-RateLimit-Limit` is (row 7). */
export function readRateLimit(headers) {
  const limit = headers.get("x-ratelimit-limit");
  if (limit === null) return undefined;
  const number = (name) => Number.parseInt(headers.get(name) ?? "", 10);
  return { limit: Number.parseInt(limit, 10), remaining: number("x-ratelimit-remaining"), reset: number("x-ratelimit-reset") };
}

/** `Retry-After` in seconds through an integer parse, read only beside rate-limit data (rows 7 and 8). */
export function readRetryAfter(headers) {
  if (headers.get("x-ratelimit-limit") === null) return undefined;
  const seconds = Number.parseInt(headers.get("retry-after") ?? "", 10);
  return seconds ? seconds : undefined;
}

/** Milliseconds before the nth retry (rows 8 and 11). */
export function backoffMs(attempt, retryAfter, random = Math.random) {
  return retryAfter ? retryAfter * 1000 : random() * Math.min(1000 * 2 ** (attempt - 1), 30_000);
}

export class BabySea {
  /**
   * @param options `apiKey`, `baseUrl` (the origin; trailing slashes are dropped), `timeout` and `maxRetries`.
   *   Of ours: `observe(exchange)` sees every answer, `pause(ms)` waits between tries.
   */
  constructor({ apiKey, baseUrl, timeout = 30_000, maxRetries = 2, observe = () => {}, pause = sleep }) {
    this.apiKey = apiKey;
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.timeout = timeout;
    this.maxRetries = maxRetries;
    this.observe = observe;
    this.pause = pause;
    this.library = {
      providers: () => this.request("GET", "/v1/library/providers"),
      models: () => this.request("GET", "/v1/library/models"),
    };
    this.health = {
      providers: () => this.request("GET", "/v1/health/inference/providers"),
      models: () => this.request("GET", "/v1/health/inference/models"),
      storage: () => this.request("GET", "/v1/health/storage"),
      cache: () => this.request("GET", "/v1/health/cache"),
    };
  }

  status() {
    return this.request("GET", "/v1/status");
  }

  usage(days) {
    return this.request("GET", `/v1/usage${query({ days })}`);
  }

  account() {
    return this.request("GET", "/v1/user/account");
  }

  billing() {
    return this.request("GET", "/v1/user/billing");
  }

  estimate(model, asked = {}) {
    const { count, duration, resolution, audio } = typeof asked === "number" ? { count: asked } : asked;
    return this.request("GET", `/v1/estimate/${model}${query({ count, duration, resolution, audio })}`);
  }

  /** The body decides the route: with a duration it is the video one (row 4). */
  generate(model, params, { idempotencyKey } = {}) {
    const kind = params.generation_duration !== undefined ? "video" : "image";
    return this.request("POST", `/v1/generate/${kind}/${model}`, { body: params, idempotencyKey });
  }

  getGeneration(id) {
    return this.request("GET", `/v1/content/${id}`);
  }

  listGenerations({ limit, offset } = {}) {
    return this.request("GET", `/v1/content/list${query({ limit, offset })}`);
  }

  cancelGeneration(id) {
    return this.request("POST", `/v1/content/generation/cancel/${id}`);
  }

  deleteGeneration(id) {
    return this.request("DELETE", `/v1/content/${id}`);
  }

  /** Poll until the record is terminal; `failed` and `canceled` throw (row 15). */
  async waitForGeneration(id, { pollInterval = 2_000, deadline = 600_000 } = {}) {
    const ends = Date.now() + deadline;
    for (;;) {
      const answer = await this.getGeneration(id);
      const { generation_status: state } = answer.data;
      if (state === "succeeded") return answer;
      if (state === "failed" || state === "canceled") throw new BabySeaGenerationError(answer.data);
      if (Date.now() >= ends) throw new BabySeaTimeoutError(`generation ${id}`, deadline);
      await this.pause(Math.max(pollInterval, 500));
    }
  }

  /** Generate and wait; the cancelled variant is looked up once instead of polled (row 16). */
  async generateAndWait(model, params, options = {}) {
    const { data } = await this.generate(model, params, options);
    if (data.generation_status === "canceled") {
      throw new BabySeaGenerationError((await this.getGeneration(data.generation_id)).data);
    }
    return this.waitForGeneration(data.generation_id, options);
  }

  /** One call with its retries (rows 9 to 11). */
  async request(method, path, { body, idempotencyKey } = {}) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once(method, path, body, idempotencyKey);
      } catch (error) {
        const repeatable = REPEATABLE.has(method) || idempotencyKey !== undefined;
        const again = error instanceof BabySeaError ? error.retryable : error instanceof BabySeaNetworkError && repeatable;
        if (!again || attempt > this.maxRetries) throw error;
        await this.pause(backoffMs(attempt, error.retryAfter));
      }
    }
  }

  async #once(method, path, body, idempotencyKey) {
    const exchange = await this.#fetch(method, path, body, idempotencyKey);
    this.observe(exchange);
    const { headers, status, text } = exchange;
    const rateLimit = readRateLimit(headers);
    if (status < 200 || status > 299) {
      const found = { rateLimit, retryAfter: readRetryAfter(headers), requestId: headers.get("x-request-id") };
      throw new BabySeaError(status, parse(text), found);
    }
    const answer = JSON.parse(text); // every 2xx has a JSON body (row 5)
    if (headers.get("idempotency-replayed") === "true") answer.idempotency_replayed = true; // row 14
    return { ...answer, rateLimit };
  }

  async #fetch(method, path, body, idempotencyKey) {
    const signal = AbortSignal.timeout(this.timeout);
    try {
      const sent = { method, headers: this.#headers(body, idempotencyKey), signal };
      if (body !== undefined) sent.body = JSON.stringify(body);
      const response = await fetch(this.baseUrl + path, sent); // identifiers go into the path as they are (row 2)
      const { headers, status } = response;
      return { method, path, status, headers, text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw new BabySeaTimeoutError(`${method} ${path}`, this.timeout);
      throw new BabySeaNetworkError(error);
    }
  }

  #headers(body, idempotencyKey) {
    const headers = {
      Authorization: `Bearer ${this.apiKey}`,
      Accept: "application/json",
      "X-BabySea-SDK-Name": "babysea-node",
      "X-BabySea-SDK-Version": SDK_VERSION,
      "X-BabySea-SDK-Runtime": "node",
      "X-BabySea-SDK-Runtime-Version": NODE,
      "User-Agent": `babysea-node/${SDK_VERSION} (node/${NODE})`,
    };
    if (body !== undefined) headers["Content-Type"] = "application/json"; // not on cancel (row 6)
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    return headers;
  }
}

function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
