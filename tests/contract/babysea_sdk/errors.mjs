// What the client throws, and how an answer that is no success is read (contract §0 rows 12 and 13).

/** An answer of the API that is not 2xx. Fields that the body lacks are filled in as the SDK does. */
export class BabySeaError extends Error {
  constructor(status, body, { rateLimit, retryAfter, requestId }) {
    const error = body?.error ?? {};
    super(error.message ?? `HTTP ${status}`);
    this.name = "BabySeaError";
    this.status = status;
    this.code = error.code ?? `HTTP_${status}`;
    this.type = error.type ?? "api_error";
    this.retryable = error.retryable ?? (status === 429 || status >= 500);
    this.details = error.details;
    this.providerErrors = error.provider_errors;
    this.requestId = body?.request_id ?? requestId;
    this.rateLimit = rateLimit;
    this.retryAfter = retryAfter;
  }
}

/** No complete answer in time. Never retried: the request may have been carried out. */
export class BabySeaTimeoutError extends Error {
  constructor(what, timeoutMs) {
    super(`${what}: not within ${timeoutMs} ms`);
    this.name = "BabySeaTimeoutError";
  }
}

/** The connection failed, or broke before the answer was complete. */
export class BabySeaNetworkError extends Error {
  constructor(cause) {
    super(`network failure: ${cause?.cause?.code ?? cause?.message}`, { cause });
    this.name = "BabySeaNetworkError";
  }
}

/** A generation that was waited for ended as `failed` or `canceled`. */
export class BabySeaGenerationError extends Error {
  constructor(record) {
    super(record.generation_error ?? `the generation is ${record.generation_status}`);
    this.name = "BabySeaGenerationError";
    this.record = record;
  }
}
