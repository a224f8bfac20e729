import { fork, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { startEgressWorld } from "../support/egress-world.ts";
import { listenForTest } from "../support/loopback-server.ts";
import { drain, openTunnelTo } from "../support/tunnel-client.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startTarget(serve: (socket: net.Socket) => void): Promise<number> {
  const { port, close } = await listenForTest(net.createServer({ allowHalfOpen: true }, serve));
  cleanups.push(close);
  return port;
}

async function startWorld(port: number, limits = {}): ReturnType<typeof startEgressWorld> {
  const settings = {
    mode: "allowlist",
    allowedDomains: [`named.test:${port}`],
    allowedAddresses: ["127.0.0.1"],
  } as const;
  const world = await startEgressWorld(() => settings, { limits });
  cleanups.push(() => world.close());
  return world;
}

async function startProcess(port: number): Promise<{ child: ChildProcess; file: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "egress-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o700);
  const file = path.join(folder, "door.sock");
  const settings = {
    mode: "allowlist",
    allowedDomains: [`named.test:${port}`],
    allowedAddresses: ["127.0.0.1"],
  };
  const script = fileURLToPath(new URL("../support/egress-process.ts", import.meta.url));
  const child = fork(script, [file, JSON.stringify(settings)], {
    execArgv: ["--import", "tsx"],
    env: { PATH: process.env["PATH"], HOME: folder },
  });
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  await once(child, "message");
  return { child, file };
}

async function readMaxRss(child: ChildProcess): Promise<number> {
  const answer = once(child, "message");
  child.send("rss");
  const [kibibytes] = (await answer) as [number];
  return kibibytes;
}

const MEBIBYTE = 1024 * 1024;
const BLOCKS = 1024;
// An eighth of what is carried. A collector's slack is 35 to 75 MiB, the same for 256 MiB as for 1 GiB.
const FLAT_KIBIBYTES = 128 * 1024;

describe("the egress proxy under load", () => {
  it("serves 1,000 tunnels that are open at the same time, each with its own bytes", async () => {
    const port = await startTarget((socket) => socket.pipe(socket));
    const world = await startWorld(port);
    const tunnels = await Promise.all(
      Array.from({ length: 1000 }, () => openTunnelTo(world.socket, `named.test:${port}`)),
    );
    expect(tunnels.filter(({ head }) => head.startsWith("HTTP/1.1 200 "))).toHaveLength(1000);
    const echoes = await Promise.all(
      tunnels.map(({ socket }, index) => {
        socket.end(`bytes of ${index}`);
        return drain(socket);
      }),
    );
    expect(echoes).toEqual(tunnels.map((_, index) => `bytes of ${index}`));
  });

  it("refuses connections beyond the limit of one sandbox, and serves again once some have closed", async () => {
    const port = await startTarget((socket) => socket.pipe(socket));
    const world = await startWorld(port, { connectionsPerIdentity: 3 });
    const open = await Promise.all([1, 2, 3].map(() => openTunnelTo(world.socket, `named.test:${port}`)));
    await expect(openTunnelTo(world.socket, `named.test:${port}`)).rejects.toThrow();
    expect(world.events.at(-1)).toMatchObject({ decision: "deny", code: "limit", identity: "project-a" });
    const [first] = open;
    first?.socket.end();
    await drain(first?.socket ?? net.connect(0));
    await expect
      .poll(() => openTunnelTo(world.socket, `named.test:${port}`).then(({ head }) => head, String))
      .toContain("200");
  });

  it.each([
    ["a request line without an end", "GET http://named.test/"],
    ["headers without an end", "GET http://named.test/ HTTP/1.1\r\nHost: named.test\r\nX-A: "],
    ["half a SOCKS5 greeting", "\x05\x02"],
    ["half a SOCKS5 request", "\x05\x01\x00\x05\x01\x00\x03\x09na"],
    ["nothing at all", ""],
  ])("ends clients that send %s, while others are served", async (_name, bytes) => {
    const port = await startTarget((socket) => socket.pipe(socket));
    const world = await startWorld(port, { headMs: 300 });
    const slow = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = net.connect(world.socket);
        socket.on("error", () => undefined);
        await once(socket, "connect");
        if (bytes !== "") socket.write(bytes, "latin1");
        return socket;
      }),
    );
    const { head } = await openTunnelTo(world.socket, `named.test:${port}`);
    expect(head).toContain("200");
    await Promise.all(slow.map((socket) => drain(socket)));
    expect(slow.every((socket) => socket.readableEnded || socket.destroyed)).toBe(true);
  });

  it("ends a tunnel whose client trickles a ClientHello", async () => {
    const port = await startTarget((socket) => socket.resume());
    const world = await startWorld(port, { headMs: 300 });
    const { socket } = await openTunnelTo(world.socket, `named.test:${port}`);
    socket.write(Buffer.from([22, 3, 1, 1, 0, 1]));
    expect(await drain(socket)).toBe("");
  });

  it("carries what a server sends after the client has ended its half, and the other way round", async () => {
    const port = await startTarget((socket) => {
      const parts: Buffer[] = [];
      socket.on("data", (chunk) => parts.push(chunk));
      socket.once("end", () => socket.end(`after the end: ${Buffer.concat(parts).toString()}`));
    });
    const world = await startWorld(port);
    const { socket } = await openTunnelTo(world.socket, `named.test:${port}`);
    socket.end("question");
    expect(await drain(socket)).toBe("after the end: question");
  });

  it("lets a server speak first", async () => {
    const port = await startTarget((socket) => socket.end("SSH-2.0-test\r\n"));
    const world = await startWorld(port);
    const { socket } = await openTunnelTo(world.socket, `named.test:${port}`);
    expect(await drain(socket)).toBe("SSH-2.0-test\r\n");
  });

  it("ends a tunnel that stays half-closed and silent", async () => {
    const port = await startTarget((socket) => socket.resume());
    const world = await startWorld(port, { halfClosedMs: 200 });
    const { socket } = await openTunnelTo(world.socket, `named.test:${port}`);
    socket.end("question");
    expect(await drain(socket)).toBe("");
  });

  it("carries 1 GiB unchanged to a client that stalls, with flat memory", async () => {
    const block = Buffer.alloc(MEBIBYTE, "0123456789abcdef");
    const blocks = BLOCKS;
    const port = await startTarget((socket) => {
      void pipeline(Readable.from(Array.from({ length: blocks }, () => block)), socket).catch(
        () => undefined,
      );
    });
    const { child, file } = await startProcess(port);
    const { socket } = await openTunnelTo(file, `named.test:${port}`);
    const before = await readMaxRss(child);
    await sleep(1000);
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    const wanted = createHash("sha256");
    for (let index = 0; index < blocks; index += 1) wanted.update(block);
    expect(bytes).toBe(blocks * MEBIBYTE);
    expect(hash.digest("hex")).toBe(wanted.digest("hex"));
    expect((await readMaxRss(child)) - before).toBeLessThan(FLAT_KIBIBYTES);
  });

  it("carries 1 GiB up to a server that stalls, with flat memory", async () => {
    const block = Buffer.alloc(MEBIBYTE, "x");
    let arrived = 0;
    const port = await startTarget((socket) => {
      socket.pause();
      void sleep(1000).then(() => {
        socket.on("data", (chunk) => (arrived += chunk.length));
        socket.once("end", () => socket.end("done"));
        socket.resume();
      });
    });
    const { child, file } = await startProcess(port);
    const { socket } = await openTunnelTo(file, `named.test:${port}`);
    const before = await readMaxRss(child);
    const answer = drain(socket);
    await pipeline(Readable.from(Array.from({ length: BLOCKS }, () => block)), socket, { end: true });
    expect(await answer).toBe("done");
    expect(arrived).toBe(BLOCKS * MEBIBYTE);
    expect((await readMaxRss(child)) - before).toBeLessThan(FLAT_KIBIBYTES);
  });

  it("breaks every connection when it is killed in the middle of a transfer, and refuses new ones", async () => {
    const block = Buffer.alloc(MEBIBYTE);
    let upstreamClosed: (() => void) | undefined;
    const closed = new Promise<void>((resolve) => (upstreamClosed = resolve));
    const port = await startTarget((socket) => {
      socket.once("close", () => upstreamClosed?.());
      void pipeline(Readable.from(Array.from({ length: 512 }, () => block)), socket).catch(() => undefined);
    });
    const { child, file } = await startProcess(port);
    const { socket } = await openTunnelTo(file, `named.test:${port}`);
    let bytes = 0;
    socket.on("data", (chunk) => (bytes += chunk.length));
    const flowing = once(socket, "data");
    socket.resume();
    await flowing;
    const gone = once(child, "exit");
    const broken = new Promise((resolve) => socket.once("end", resolve).once("close", resolve));
    child.kill("SIGKILL");
    await gone;
    await broken;
    await closed;
    expect(bytes).toBeLessThan(512 * MEBIBYTE);
    await expect(once(net.connect(file), "connect")).rejects.toThrow("ECONNREFUSED");
  });
});
