import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { listenForTest } from "../support/loopback-server.ts";
import { openTunnelTo } from "../support/tunnel-client.ts";

const run = promisify(execFile);

async function makeCertificate(folder: string): Promise<{ key: Buffer; cert: Buffer }> {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name)) as [string, string];
  const names = "subjectAltName=DNS:tls.test,DNS:fronted.test,IP:127.0.0.1";
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  await run("openssl", [
    "req",
    "-x509",
    ...curve,
    "-subj",
    "/CN=test",
    "-addext",
    names,
    "-keyout",
    key,
    "-out",
    cert,
  ]);
  return { key: await readFile(key), cert: await readFile(cert) };
}

describe("the egress proxy and real TLS clients", () => {
  let world: EgressWorld;
  let port: number;
  let ca: Buffer;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "egress-tls-"));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const { key, cert } = await makeCertificate(folder);
    ca = cert;
    const server = https.createServer({ key, cert }, (request, response) => {
      response.end(`hello ${request.headers.host ?? ""}`);
    });
    const listening = await listenForTest(server);
    port = listening.port;
    cleanups.push(listening.close);
    world = await startEgressWorld(() => ({
      mode: "allowlist",
      allowedDomains: ["tls.test", "127.0.0.1", `named.test:${port}`],
      allowedPorts: [port],
      allowedAddresses: ["127.0.0.1"],
    }));
    cleanups.push(() => world.close());
  });
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  /** The answer's body, or the words of the client's own error. */
  const fetchThrough = async (host: string, options: tls.ConnectionOptions): Promise<string> => {
    const { socket } = await openTunnelTo(world.socket, `${host}:${port}`);
    return new Promise((resolve) => {
      const client = tls.connect({ socket, ca, ...options });
      let text = "";
      client.on("data", (chunk: Buffer) => (text += chunk.toString()));
      client.once("error", (error: Error) => {
        resolve(error.message);
      });
      client.once("end", () => {
        resolve(text.split("\r\n\r\n")[1] ?? "");
      });
      client.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
    });
  };

  it.each([["TLSv1.2"], ["TLSv1.3"]] as const)("serves %s to the allowed name", async (version) => {
    const versions = { minVersion: version, maxVersion: version };
    expect(await fetchThrough("tls.test", { servername: "tls.test", ...versions })).toBe("hello tls.test");
  });

  it("tells the client by an alert that another name in the handshake is refused", async () => {
    expect(await fetchThrough("tls.test", { servername: "fronted.test" })).toContain("alert access denied");
    expect(world.events.at(-1)).toMatchObject({ decision: "deny", code: "sni-mismatch", host: "tls.test" });
  });

  it("refuses a handshake without a name, unless a rule names the port or the address", async () => {
    const nameless = { servername: "", checkServerIdentity: () => undefined };
    expect(await fetchThrough("tls.test", nameless)).toContain("alert access denied");
    expect(await fetchThrough("named.test", nameless)).toBe("hello named.test");
    expect(await fetchThrough("127.0.0.1", nameless)).toBe("hello 127.0.0.1");
  });

  it("lets an allowed address be asked for allowed names only", async () => {
    expect(await fetchThrough("127.0.0.1", { servername: "fronted.test" })).toContain("alert access denied");
    expect(await fetchThrough("127.0.0.1", { servername: "tls.test" })).toBe("hello 127.0.0.1");
  });
});
