import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { NetworkSettings } from "../../src/policy/network/network-policy.ts";
import { parseNetworkPolicy } from "../../src/policy/network/network-policy.ts";
import { absolute, connect, inner, socks } from "../support/client-bytes.ts";
import { exchange, startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { MARK } from "../support/recording-server.ts";
import { drain, openTunnelTo } from "../support/tunnel-client.ts";

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

const basic = (user: string, password: string): string =>
  `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString("base64")}\r\n`;

describe("the egress proxy tells sandboxes apart", () => {
  it("applies the policy of the socket a client came through, and no other", async () => {
    const world = await startWorld(settings, {
      policyOf: (identity) =>
        parseNetworkPolicy({
          mode: "allowlist",
          allowedDomains: [`${identity}.test`],
          allowedPorts: [world.allowed.port],
          allowedAddresses: ["127.0.0.1"],
        }),
    });
    const other = path.join(world.folder, "other.sock");
    await world.proxy.openSocket(other, "project-b");
    const { port } = world.allowed;
    const ask = (door: string, host: string): Promise<string> =>
      exchange(door, absolute(`http://${host}:${port}/`, `${host}:${port}`, basic("project-b", "x")));
    expect(await ask(world.socket, "project-a.test")).toContain(MARK);
    expect(await ask(world.socket, "project-b.test")).toContain("403");
    expect(await ask(other, "project-b.test")).toContain(MARK);
    expect(await ask(other, "project-a.test")).toContain("403");
  });

  it("applies a changed policy to the next request and to the tunnel whose first bytes are still to come", async () => {
    const world = await startWorld(settings);
    const authority = `ok.test:${world.allowed.port}`;
    const { socket, head } = await openTunnelTo(world.socket, authority);
    expect(head).toContain("200");
    world.setPolicy({ mode: "none" });
    expect(await exchange(world.socket, connect(authority, inner(authority)))).toContain("403");
    world.setPolicy(settings(world.allowed.port));
    expect(await exchange(world.socket, connect(authority, inner(authority)))).toContain(MARK);
    socket.end();
    await drain(socket);
  });

  it.each([
    ["no password", "", "407"],
    ["a wrong password", basic("call-1", "wrong"), "407"],
    ["an empty password", basic("call-1", ""), "407"],
    ["another scheme", "Proxy-Authorization: Bearer x\r\n", "407"],
    ["a password without a user", "Proxy-Authorization: Basic eA==\r\n", "407"],
  ])("refuses %s on the TCP port, and serves the right one", async (_name, fields, status) => {
    const world = await startWorld(settings);
    const door = await world.proxy.openLoopback();
    const secret = world.proxy.issueCredential("project-c");
    const authority = `ok.test:${world.allowed.port}`;
    const plain = (more: string): Promise<string> =>
      exchange(door, absolute(`http://${authority}/`, authority, more));
    const tunnel = (more: string): Promise<string> =>
      exchange(door, connect(authority, inner(authority), `Host: ${authority}\r\n${more}`));
    expect(await plain(fields)).toContain(`HTTP/1.1 ${status} `);
    expect(await tunnel(fields)).toContain(`HTTP/1.1 ${status} `);
    expect(world.allowed.connections()).toBe(0);
    expect(await plain(basic("call-1", secret))).toContain(MARK);
    expect(await tunnel(basic("call-1", secret))).toContain(MARK);
    expect(world.events.at(-1)).toMatchObject({ identity: "project-c", callId: "call-1", decision: "allow" });
    world.proxy.revoke("project-c");
    expect(await plain(basic("call-1", secret))).toContain("HTTP/1.1 407 ");
  });

  it("refuses SOCKS5 without a password on the TCP port, and serves it with one", async () => {
    const world = await startWorld(settings);
    const door = await world.proxy.openLoopback();
    const secret = world.proxy.issueCredential("project-c");
    const { port } = world.allowed;
    expect(await exchange(door, socks("ok.test", port, inner(`ok.test:${port}`)))).toBe("\x05\xff");
    const request = socks("ok.test", port, inner(`ok.test:${port}`)).subarray(3);
    const login = (password: string): Buffer =>
      Buffer.concat([Buffer.from([5, 1, 2, 1, 1, 0x63, password.length]), Buffer.from(password), request]);
    expect(await exchange(door, login("wrong"))).toBe("\x05\x02\x01\x01");
    expect(await exchange(door, login(secret))).toContain(MARK);
  });

  it("names host, rule and key in the refusal and in the event", async () => {
    const world = await startWorld(settings);
    const { port } = world.allowed;
    const answer = await exchange(world.socket, connect(`evil.test:${port}`, ""));
    expect(answer).toMatch(/^HTTP\/1\.1 403 sandhook refused the connection to evil\.test:/u);
    expect(answer).toContain('adds "evil.test" to network.allowedDomains');
    expect(world.events).toEqual([
      {
        identity: "project-a",
        callId: undefined,
        protocol: "connect",
        decision: "deny",
        host: "evil.test",
        port,
        code: "host-not-listed",
        rule: undefined,
        reason: expect.stringContaining("no entry of network.allowedDomains allows evil.test") as string,
        change: { key: "network.allowedDomains", entry: "evil.test" },
        addresses: [],
      },
    ]);
  });
});

describe("the egress proxy fails closed", () => {
  it.each([
    [
      "the event cannot be recorded",
      {
        onEvent: () => {
          throw new Error("disk full");
        },
      },
    ],
    [
      "the policy cannot be read",
      {
        policyOf: () => {
          throw new Error("no policy");
        },
      },
    ],
    ["no policy belongs to the sandbox", { policyOf: () => undefined }],
    ["the resolver fails", { lookup: () => Promise.reject(new Error("SERVFAIL")) }],
    ["the resolver finds nothing", { lookup: () => Promise.resolve([]) }],
    ["the resolver gives a name", { lookup: () => Promise.resolve([{ address: "ok.test", family: 4 }]) }],
    [
      "the resolver gives a scoped address",
      { lookup: () => Promise.resolve([{ address: "fe80::1%lo", family: 6 }]) },
    ],
    [
      "the resolver never answers",
      { lookup: () => new Promise<never>(() => undefined), limits: { connectMs: 200 } },
    ],
  ])("connects to nothing when %s", async (_name, options) => {
    const world = await startWorld(settings, options);
    const { port } = world.allowed;
    const authority = `ok.test:${port}`;
    for (const bytes of [
      connect(authority, inner(authority)),
      absolute(`http://${authority}/`, authority),
      socks("ok.test", port, inner(authority)),
      "garbage\r\n\r\n",
    ]) {
      expect(await exchange(world.socket, bytes)).not.toContain(MARK);
    }
    expect(world.allowed.connections()).toBe(0);
  });

  it("says that an allowed server cannot be reached, and goes on", async () => {
    const world = await startWorld(settings);
    const { port } = world.allowed;
    await world.allowed.close();
    const answer = await exchange(world.socket, connect(`ok.test:${port}`, ""));
    expect(answer).toContain("HTTP/1.1 502 sandhook allowed the connection, but ok.test");
    expect(answer).toContain("ECONNREFUSED");
    expect(await exchange(world.socket, connect(`evil.test:${port}`, ""))).toContain("403");
  });
});
