import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTunnelTo } from "../support/tunnel-client.ts";

/** Part of `npm run bench`: a connection through the proxy, directly, and through sandbox-runtime's, in turn in the same run. */
const ROUNDS = 200;
const MEBIBYTES = 512;
const PEER = "@anthropic-ai/sandbox-runtime@0.0.78";

/** What the peer's proxy is started with, in a process of its own as ours is. */
const PEER_PROXY = `
const { createHttpProxyServer } = await import(process.argv[2]);
const server = createHttpProxyServer({ filter: () => true });
server.listen(0, "127.0.0.1", () => process.send(server.address().port));
`;

type Open = (port: number) => Promise<net.Socket>;

const folder = mkdtempSync(path.join(tmpdir(), "sandhook-bench-"));
const children: ChildProcess[] = [];

async function direct(port: number): Promise<net.Socket> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

async function through(door: string | number, authority: string): Promise<net.Socket> {
  const { socket, head } = await openTunnelTo(door, authority);
  expect(head).toMatch(/^HTTP\/1\.1 200/);
  return socket;
}

async function startOurs(port: number): Promise<Open> {
  chmodSync(folder, 0o700);
  const file = path.join(folder, `door-${port}`);
  const domain = `named.test:${port}`;
  const settings = { mode: "allowlist", allowedDomains: [domain], allowedAddresses: ["127.0.0.1"] };
  const script = fileURLToPath(new URL("../support/egress-process.ts", import.meta.url));
  const child = fork(script, [file, JSON.stringify(settings)], { execArgv: ["--import", "tsx"] });
  children.push(child);
  await once(child, "message");
  return () => through(file, domain);
}

/** Undefined where the registry cannot be reached. */
async function startPeer(): Promise<Open | undefined> {
  const install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PEER];
  try {
    execFileSync("npm", install, { stdio: "ignore" });
  } catch {
    console.log(`${PEER} could not be had: no arm for it`);
    return undefined;
  }
  const script = path.join(folder, "peer.mjs");
  writeFileSync(script, PEER_PROXY);
  const part = "node_modules/@anthropic-ai/sandbox-runtime/dist/sandbox/http-proxy.js";
  const child = fork(script, [path.join(folder, part)], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  children.push(child);
  const [door] = (await once(child, "message")) as [number];
  return (port) => through(door, `127.0.0.1:${port}`);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function askOnce(open: Open, port: number): Promise<void> {
  const socket = await open(port);
  socket.write("x");
  socket.resume();
  await once(socket, "data");
  socket.destroy();
}

async function carry(open: Open, port: number): Promise<void> {
  const socket = await open(port);
  socket.write("go");
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) bytes += chunk.length;
  expect(bytes).toBe(MEBIBYTES * 2 ** 20);
}

describe("the network proxy beside a direct connection", () => {
  let arms: Readonly<Record<string, Open>>;
  const block = Buffer.alloc(2 ** 20);
  const echo = net.createServer((socket) => socket.on("error", () => undefined).pipe(socket));
  const source = net.createServer((socket) => {
    let left = MEBIBYTES;
    const write = (): void => {
      while (left > 0) {
        left -= 1;
        if (!socket.write(block)) return;
      }
      socket.end();
    };
    socket
      .on("error", () => undefined)
      .on("drain", write)
      .once("data", write);
  });
  const ports: number[] = [];

  beforeAll(async () => {
    for (const server of [echo, source]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      ports.push((server.address() as AddressInfo).port);
    }
    const peer = await startPeer();
    const ours: Open[] = [];
    for (const [n, port] of ports.entries()) ours[n] = await startOurs(port);
    const own: Open = (port) => (ours[ports.indexOf(port)] ?? direct)(port);
    arms = { direct, sandhook: own, ...(peer === undefined ? {} : { "sandbox-runtime": peer }) };
  });
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    for (const server of [echo, source]) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = async (
    rounds: number,
    work: (open: Open) => Promise<unknown>,
  ): Promise<Record<string, number>> => {
    const times = new Map<string, number[]>(Object.keys(arms).map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, open] of Object.entries(arms)) times.get(name)?.push(await time(() => work(open)));
    return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]));
  };

  it(`connects and answers one byte, ${ROUNDS} times`, async () => {
    const [port = 0] = ports;
    const medians = await run(ROUNDS, (open) => askOnce(open, port));
    for (const [name, ms] of Object.entries(medians))
      console.log(`connect and one byte, ${name}: ${ms.toFixed(2)} ms, n=${ROUNDS}`);
  });

  it(`carries ${MEBIBYTES} MiB`, async () => {
    const [, port = 0] = ports;
    const medians = await run(5, (open) => carry(open, port));
    for (const [name, ms] of Object.entries(medians))
      console.log(`${MEBIBYTES} MiB, ${name}: ${((MEBIBYTES / ms) * 1000).toFixed(0)} MiB/s, n=5`);
  });
});
