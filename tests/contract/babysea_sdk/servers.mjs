// Servers on the loopback for tests: one that answers a script, and a proxy that cuts the wire.

import http from "node:http";

const listen = (server) => new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server.address().port)));

async function serving(handler, use) {
  const server = http.createServer(handler);
  const port = await listen(server);
  try {
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

async function read(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Answer one step after the other; the last one repeats. A step is {status, headers, body}, "cut" or "silence".
 * `use(baseUrl, requests)` runs while it serves; `requests` holds what came.
 */
export function scripted(steps, use) {
  const requests = [];
  const answer = async (request, response) => {
    const body = (await read(request)).toString();
    const step = steps[Math.min(requests.length, steps.length - 1)];
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    if (step === "cut") return request.socket.destroy();
    if (step === "silence") return undefined;
    response.writeHead(step.status ?? 200, { "content-type": "application/json", ...step.headers });
    return response.end(typeof step.body === "string" ? step.body : JSON.stringify(step.body ?? {}));
  };
  return serving(answer, (baseUrl) => use(baseUrl, requests));
}

/**
 * Forward to `target`. The first `cuts` POSTs are carried out there, and their answers never come back: the
 * connection breaks instead. `use(baseUrl, answers)` runs meanwhile; `answers` holds what was withheld.
 */
export function cutting(target, cuts, use) {
  const withheld = [];
  const forward = async (request, response) => {
    const body = await read(request);
    const { host, ...headers } = request.headers;
    const upstream = http.request(target + request.url, { method: request.method, headers });
    upstream.end(body);
    const answer = await new Promise((came, failed) => upstream.on("response", came).on("error", failed));
    const data = await read(answer);
    if (request.method === "POST" && withheld.length < cuts) {
      withheld.push({ status: answer.statusCode, body: JSON.parse(data) });
      return request.socket.destroy();
    }
    response.writeHead(answer.statusCode, answer.headers);
    return response.end(data);
  };
  return serving(forward, (baseUrl) => use(baseUrl, withheld));
}
