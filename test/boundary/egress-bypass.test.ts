import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { absolute } from "../support/client-bytes.ts";
import { OK, viaConnect, viaHttp, viaSocks, type Bytes } from "../support/egress-attempts/attempt.ts";
import { FRAMES } from "../support/egress-attempts/frames.ts";
import { ADDRESSES, HOSTS, SOCKS_HOSTS } from "../support/egress-attempts/hosts.ts";
import { TUNNELS } from "../support/egress-attempts/tunnels.ts";
import { exchange, startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { MARK } from "../support/recording-server.ts";

describe("the egress proxy lets nothing past its policy", () => {
  let world: EgressWorld;

  beforeAll(async () => {
    world = await startEgressWorld((port) => ({
      mode: "allowlist",
      allowedDomains: [OK, "*.wild.example", "127.0.0.1", "münchen.test", `named.test:${port}`],
      deniedDomains: ["evil.wild.example"],
      allowedPorts: [port],
      allowedAddresses: ["127.0.0.1"],
    }));
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.events.length = 0;
  });

  const refuses = async (bytes: Bytes, code: string): Promise<void> => {
    const before = world.allowed.received.length;
    const answer = await exchange(world.socket, bytes(world.allowed.port));
    expect(answer).not.toContain(MARK);
    expect(world.allowed.received.length).toBe(before);
    expect(world.forbidden.connections()).toBe(0);
    const codes = world.events.filter((event) => event.decision === "deny").map((event) => event.code);
    expect(codes).toEqual(code === "none" ? codes : [code]);
  };
  const serves = async (bytes: Bytes): Promise<void> => {
    const before = world.allowed.received.length;
    const answer = await exchange(world.socket, bytes(world.allowed.port));
    expect(answer).toContain(MARK);
    expect(world.allowed.received.length).toBe(before + 1);
  };

  describe.each(HOSTS)("host %j", (host, code, twin) => {
    it("is refused through CONNECT, while its twin is served", async () => {
      await refuses(viaConnect(host), code);
      await serves(viaConnect(twin));
    });
    it("is refused as plain HTTP, while its twin is served", async () => {
      await refuses(viaHttp(host), code);
      await serves(viaHttp(twin));
    });
    it("is refused through SOCKS5, while its twin is served", async () => {
      await refuses(viaSocks(host), code);
      await serves(viaSocks(twin));
    });
  });

  it.each(SOCKS_HOSTS)("refuses the SOCKS5 host %j, and serves %j", async (host, twin) => {
    await refuses(viaSocks(host), "malformed");
    await serves(viaSocks(twin));
  });

  it.each(ADDRESSES)(
    "refuses an allowed name that is at %s, and serves it at an allowed address",
    async (address) => {
      const name = "moves.wild.example";
      for (const via of [viaConnect, viaHttp, viaSocks]) {
        world.events.length = 0;
        world.names.set(name, [[address], ["127.0.0.1"]]);
        await refuses(via(name), "address-refused");
        await serves(via(name));
      }
    },
  );

  it.each(FRAMES)("refuses %s", async (_name, code, attempt, twin) => {
    await refuses(attempt, code);
    await serves(twin);
  });

  it.each(TUNNELS)("refuses a tunnel that carries %s", async (_name, code, attempt, twin) => {
    await refuses(attempt, code);
    await serves(twin);
  });

  it("asks the resolver once and connects to what was checked, whatever the next answer is", async () => {
    const name = "rebinds.wild.example";
    for (const via of [viaConnect, viaHttp, viaSocks]) {
      world.names.set(name, [["127.0.0.1"], ["127.0.0.2"]]);
      world.lookups.length = 0;
      await serves(via(name));
      expect(world.lookups).toEqual([name]);
      await refuses(via(name), "address-refused");
      world.events.length = 0;
    }
  });

  it("connects to the permitted address of a mixed answer only", async () => {
    world.names.set("mixed.wild.example", [["127.0.0.2", "127.0.0.1"]]);
    await serves(viaConnect("mixed.wild.example"));
    expect(world.forbidden.connections()).toBe(0);
  });

  it("never looks a refused name up", async () => {
    world.lookups.length = 0;
    await refuses(viaConnect("secret-data.evil.test"), "host-not-listed");
    expect(world.lookups).toEqual([]);
  });

  it("sends a redirect back to the client, who needs a permission of its own for the new place", async () => {
    await serves(viaHttp(OK));
    await refuses(viaHttp("redirected.test"), "host-not-listed");
  });

  it("takes a second request on one connection for nothing", async () => {
    const before = world.allowed.received.length;
    const { port } = world.allowed;
    const two =
      absolute(`http://${OK}:${port}/1`, `${OK}:${port}`) +
      absolute(`http://evil.test:${port}/2`, `evil.test:${port}`);
    const answer = await exchange(world.socket, two);
    expect(answer.split(MARK)).toHaveLength(2);
    expect(world.allowed.received.length).toBe(before + 1);
    expect(world.forbidden.connections()).toBe(0);
  });

  it("passes no hop-by-hop header on, nor any that Connection names", async () => {
    const { port } = world.allowed;
    const more =
      "Connection: X-Gone, keep-alive\r\nX-Gone: 1\r\nProxy-Authorization: Basic YTpi\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Stays: 1\r\n";
    await exchange(world.socket, absolute(`http://${OK}:${port}/x`, `${OK}:${port}`, more));
    expect(world.allowed.received.at(-1)).toBe(
      `GET /x HTTP/1.1\r\nHost: ${OK}:${port}\r\nX-Stays: 1\r\nConnection: close\r\n\r\n`,
    );
  });
});
