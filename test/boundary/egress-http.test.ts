import { randomBytes } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { listenForTest } from "../support/loopback-server.ts";
import { openTunnelTo } from "../support/tunnel-client.ts";

async function readAll(message: http.IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) parts.push(chunk);
  return Buffer.concat(parts);
}

interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string | number>;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

describe("the egress proxy forwards plain HTTP unchanged", () => {
  let world: EgressWorld;
  let port: number;
  let closeServer: () => Promise<void>;

  const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const path = request.url ?? "";
    if (path === "/echo") response.end(await readAll(request));
    else if (path === "/empty") response.writeHead(204).end();
    else if (path === "/early") response.writeHead(413, { connection: "close" }).end("too large");
    else if (path === "/redirect") response.writeHead(302, { location: `http://evil.test:${port}/` }).end();
    else if (path === "/broken") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    } else response.writeHead(200, { "x-two": ["1", "2"], connection: "x-hop", "x-hop": "1" }).end(path);
  };

  beforeAll(async () => {
    const server = http.createServer((request, response) => void serve(request, response));
    ({ port, close: closeServer } = await listenForTest(server));
    world = await startEgressWorld(() => ({
      mode: "allowlist",
      allowedDomains: [`ok.test:${port}`],
      allowedAddresses: ["127.0.0.1"],
    }));
  });
  afterAll(async () => {
    await world.close();
    await closeServer();
  });

  const ask = (path: string, options: AskOptions = {}, body?: Buffer | readonly Buffer[]): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const target = `http://ok.test:${port}${path}`;
      const headers = { host: `ok.test:${port}`, ...options.headers };
      const createConnection = (): net.Socket => net.connect(world.socket);
      const request = http.request({ ...options, createConnection, path: target, headers }, (response) => {
        const { statusCode: status, headers: fields } = response;
        readAll(response).then((bytes) => {
          resolve({ status, headers: fields, body: bytes });
        }, reject);
      });
      request.once("error", reject);
      for (const part of body instanceof Buffer ? [body] : (body ?? [])) request.write(part);
      request.end();
    });

  it("carries path, query and repeated headers, without what belongs to the hop", async () => {
    const { status, headers, body } = await ask("/a%20b?c=d&e");
    expect([status, body.toString(), headers["x-two"], headers["x-hop"]]).toEqual([
      200,
      "/a%20b?c=d&e",
      "1, 2",
      undefined,
    ]);
  });

  it("carries 8 MiB up and down, with a length and in chunks", async () => {
    const bytes = randomBytes(8 * 1024 * 1024);
    const sized = await ask("/echo", { method: "POST", headers: { "content-length": bytes.length } }, bytes);
    expect(sized.body.equals(bytes)).toBe(true);
    const parts = [bytes.subarray(0, 3), bytes.subarray(3, 70_000), bytes.subarray(70_000)];
    const chunked = await ask("/echo", { method: "PUT" }, parts);
    expect(chunked.body.equals(bytes)).toBe(true);
  });

  it("carries answers without a body", async () => {
    expect(await ask("/empty")).toMatchObject({ status: 204, body: Buffer.alloc(0) });
    expect(await ask("/x", { method: "HEAD" })).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  it("hands a redirect to the client and does not follow it", async () => {
    const lookups = world.lookups.length;
    const { status, headers } = await ask("/redirect");
    expect([status, headers.location]).toEqual([302, `http://evil.test:${port}/`]);
    expect(world.lookups.slice(lookups)).toEqual(["ok.test"]);
  });

  it("breaks an answer that the server broke, so that half a file never looks whole", async () => {
    await expect(ask("/broken")).rejects.toThrow(/aborted|hang up|ECONNRESET/u);
  });

  it("passes on an answer that comes before the upload has ended", async () => {
    expect(await ask("/early", { method: "POST" }, Buffer.alloc(1024))).toMatchObject({ status: 413 });
  });

  it("ends what a sandbox has open when asked to", async () => {
    const { socket } = await openTunnelTo(world.socket, `ok.test:${port}`);
    const closed = new Promise((resolve) => socket.once("close", resolve).once("end", resolve));
    socket.resume();
    world.proxy.endConnections("project-a");
    await closed;
    expect((await ask("/again")).status).toBe(200);
  });
});
