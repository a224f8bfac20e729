import { chmod, lstat, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { NetworkSettings } from "../../src/policy/network/network-policy.ts";
import { createEgressProxy } from "../../src/runtime/proxy/egress-proxy.ts";
import { absolute, connect, inner, socks } from "../support/client-bytes.ts";
import { exchange, startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { MARK } from "../support/recording-server.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const settings = (port: number): NetworkSettings => ({
  mode: "allowlist",
  allowedDomains: ["ok.test"],
  allowedPorts: [port],
  allowedAddresses: ["127.0.0.1"],
});

async function startWorld(...args: Parameters<typeof startEgressWorld>): Promise<EgressWorld> {
  const world = await startEgressWorld(...args);
  cleanups.push(() => world.close());
  return world;
}

describe("the egress proxy listens where only its user can come", () => {
  it("refuses a folder that others can enter, a symlink and a file in the way", async () => {
    const world = await startWorld(settings);
    const open = path.join(world.folder, "open");
    await mkdir(open);
    await chmod(open, 0o755);
    await expect(world.proxy.openSocket(path.join(open, "s"), "x")).rejects.toMatchObject({
      code: "network.socket-folder",
    });
    await chmod(open, 0o700);
    await symlink(open, path.join(world.folder, "link"));
    await expect(world.proxy.openSocket(path.join(world.folder, "link", "s"), "x")).rejects.toMatchObject({
      code: "network.socket-folder",
    });
    await writeFile(path.join(open, "s"), "");
    await expect(world.proxy.openSocket(path.join(open, "s"), "x")).rejects.toMatchObject({
      code: "network.socket-path",
    });
    await expect(world.proxy.openSocket(path.join(open, "s".repeat(120)), "x")).rejects.toMatchObject({
      code: "network.socket-path",
    });
  });

  it("makes the socket private, replaces one that nobody answers, and leaves a live one alone", async () => {
    const world = await startWorld(settings);
    expect((await lstat(world.socket)).mode & 0o777).toBe(0o600);
    const second = createEgressProxy({ policyOf: () => undefined, onEvent: () => undefined });
    await expect(second.openSocket(world.socket, "x")).rejects.toMatchObject({ code: "network.socket-busy" });
    const stale = path.join(world.folder, "stale.sock");
    const dead = net.createServer();
    await new Promise<void>((resolve) => dead.listen(stale, resolve));
    await rename(stale, `${stale}.kept`);
    await new Promise<void>((resolve) =>
      dead.close(() => {
        resolve();
      }),
    );
    await rename(`${stale}.kept`, stale);
    const close = await second.openSocket(stale, "x");
    await close();
  });
});

describe("the egress proxy behind a parent proxy", () => {
  it("sends every protocol through it, with its password, and refuses before asking it", async () => {
    const upper = await startWorld(settings);
    const door = await upper.proxy.openLoopback();
    const secret = upper.proxy.issueCredential("lower");
    const { port } = upper.allowed;
    const lower = await startWorld(() => settings(port), {
      parentProxy: `http://user:${secret}@127.0.0.1:${door}`,
    });
    const authority = `ok.test:${port}`;
    const forms = (name: string): (string | Buffer)[] => [
      connect(`${name}:${port}`, inner(`${name}:${port}`)),
      absolute(`http://${name}:${port}/`, `${name}:${port}`),
      socks(name, port, inner(`${name}:${port}`)),
    ];
    for (const bytes of forms("ok.test")) expect(await exchange(lower.socket, bytes)).toContain(MARK);
    expect(upper.events.map(({ decision, host, identity }) => ({ decision, host, identity }))).toEqual(
      Array.from({ length: 3 }, () => ({ decision: "allow", host: "ok.test", identity: "lower" })),
    );
    for (const bytes of forms("evil.test")) expect(await exchange(lower.socket, bytes)).not.toContain(MARK);
    lower.names.set("ok.test", [["127.0.0.2"]]);
    expect(await exchange(lower.socket, connect(authority, inner(authority)))).toContain("403");
    expect(upper.events).toHaveLength(3);
    upper.setPolicy({ mode: "none" });
    lower.names.set("ok.test", [[]]);
    expect(await exchange(lower.socket, connect(authority, ""))).toMatch(/502 .*parent proxy answered/u);
  });

  it("reaches the host's own loopback itself, for the parent would reach its own", async () => {
    const world = await startWorld((port) => ({ mode: "allowlist", allowLocalhost: [port] }), {
      parentProxy: "http://127.0.0.1:1",
    });
    const { port } = world.allowed;
    for (const host of ["localhost", "app.localhost", "127.0.0.1"]) {
      const authority = `${host}:${port}`;
      expect(await exchange(world.socket, connect(authority, inner(authority)))).toContain(MARK);
      expect(await exchange(world.socket, absolute(`http://${authority}/`, authority))).toContain(MARK);
    }
    expect(world.lookups).toEqual([]);
    expect(await exchange(world.socket, connect(`127.0.0.1:${port + 1}`, ""))).toContain("403");
  });

  it.each(["socks5://x:1", "http://x:1/path", "not a url", "http://x:1?q"])(
    "refuses %j as a parent",
    (parentProxy) => {
      expect(() =>
        createEgressProxy({ policyOf: () => undefined, onEvent: () => undefined, parentProxy }),
      ).toThrow(expect.objectContaining({ code: "network.parent-proxy" }) as Error);
    },
  );
});
