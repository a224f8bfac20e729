import net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { absolute, clientHello, connect, inner, serverName, socks } from "../support/client-bytes.ts";
import { exchange, startEgressWorld, type EgressWorld } from "../support/egress-world.ts";
import { MARK } from "../support/recording-server.ts";

/** Sends bytes in two pieces, ends the stream and waits for the other side to end. */
function pour(socket: string, bytes: Buffer, cut: number): Promise<void> {
  return new Promise((resolve) => {
    const client = net.connect({ path: socket, allowHalfOpen: true });
    client.on("error", () => undefined).on("data", () => undefined);
    client.once("end", () => client.destroy());
    client.once("close", () => {
      resolve();
    });
    client.write(bytes.subarray(0, cut), () => client.end(bytes.subarray(cut)));
  });
}

describe("the egress proxy, whatever bytes it is sent", () => {
  let world: EgressWorld;

  beforeAll(async () => {
    world = await startEgressWorld(
      (port) => ({
        mode: "allowlist",
        allowedDomains: ["ok.test", "*.wild.example"],
        allowedPorts: [port],
        allowedAddresses: ["127.0.0.1"],
      }),
      { limits: { headMs: 500, idleMs: 1000 } },
    );
  });
  afterAll(() => world.close());

  it("never connects to what is forbidden, connects only after a recorded permission, and goes on serving", async () => {
    const { port } = world.allowed;
    const authority = `ok.test:${port}`;
    const evil = `127.0.0.2:${port}`;
    const seeds = [
      connect(authority, inner(authority)),
      connect(authority, clientHello({ extensions: [serverName("ok.test")] })),
      connect(evil, inner(evil)),
      Buffer.from(absolute(`http://${authority}/`, authority)),
      Buffer.from(absolute(`http://${evil}/`, evil)),
      socks("a.wild.example", port, inner(`a.wild.example:${port}`)),
      socks([127, 0, 0, 2], port, inner(evil)),
    ];
    const edit = fc.tuple(
      fc.nat(10_000),
      fc.constantFrom(0, 10, 13, 32, 46, 47, 58, 64, 92, 255),
      fc.constantFrom("set", "add", "cut"),
    );
    const edited = fc
      .tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 }), fc.nat(400))
      .map(([seed, edits, cut]) => {
        const bytes = [...seed];
        for (const [place, byte, kind] of edits) {
          const at = place % bytes.length;
          if (kind === "set") bytes[at] = byte;
          else if (kind === "add") bytes.splice(at, 0, byte);
          else bytes.splice(at, 1);
        }
        return { bytes: Buffer.from(bytes), cut: Math.min(cut, bytes.length) };
      });
    await fc.assert(
      fc.asyncProperty(edited, async ({ bytes, cut }) => {
        await pour(world.socket, bytes, cut);
        expect(world.forbidden.connections()).toBe(0);
      }),
      { numRuns: 1500 },
    );
    const permitted = world.events.filter(({ decision }) => decision === "allow");
    expect(permitted.every(({ host }) => host === "ok.test" || host.endsWith(".wild.example"))).toBe(true);
    expect(world.allowed.connections()).toBeLessThanOrEqual(permitted.length);
    expect(permitted.length).toBeGreaterThan(0);
    expect(await exchange(world.socket, connect(authority, inner(authority)))).toContain(MARK);
  });
});
