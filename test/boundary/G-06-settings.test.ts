import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, outcome } from "../engines/ground.ts";
import { networkSubjects } from "../support/network-world/subjects.ts";

const SUBJECTS = networkSubjects().filter(({ name }) => name === "bubblewrap" || name === "docker");

/** What `network.proxyCommand` starts: writes down where it was to go, and goes to the test's server. */
const PROGRAM = (log: string, port: number): string => `
require("node:fs").appendFileSync(${JSON.stringify(log)}, process.argv.slice(2).join(" ") + "\\n");
const to = require("node:net").connect(${port}, "127.0.0.1");
process.stdin.pipe(to).pipe(process.stdout);
`;

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

describe.each(SUBJECTS)("the settings of the network under $name", ({ makeGround, cleanUp }) => {
  let ground: Ground;
  let server: Server;
  let parent: net.Server;
  let asked: string[] = [];
  let parents: string[] = [];

  const set = (network: unknown): void => {
    const settings = { sandhook: { ...ground.settings, network } };
    writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
  };
  const get = async (...addresses: readonly string[]): Promise<string> =>
    (
      await outcome(
        ground,
        addresses
          .map((address) => `curl -sS -m 20 --noproxy "" -p http://${address}/ 2>&1 || :; echo`)
          .join("; "),
      )
    ).out;

  beforeAll(async () => {
    ground = makeGround({ mode: "allowlist", presets: [] });
    server = createServer((request, response) => {
      asked.push(request.headers.host ?? "");
      response.end("served");
    });
    // A parent that leads everything to the test's server.
    parent = net.createServer((client) => {
      client.on("error", () => undefined);
      client.once("data", (head: Buffer) => {
        parents.push(head.toString().split("\r\n")[0] ?? "");
        const to = net.connect(portOf(server), "127.0.0.1");
        to.on("error", () => undefined);
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(to).pipe(client);
      });
    });
    for (const each of [server, parent])
      await new Promise<void>((resolve) => each.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    parent.close();
    cleanUp(ground);
  });

  it("G-06 keeps proxyCommand: it carries what is allowed, and is not started for anything else", async () => {
    const [log, program] = [path.join(ground.root, "carried"), path.join(ground.root, "carry.cjs")];
    writeFileSync(log, "");
    chmodSync(log, 0o666);
    writeFileSync(program, PROGRAM(log, portOf(server)));
    const proxyCommand = [process.execPath, program, "%h", "%p", "%h:%p"];
    set({ mode: "allowlist", presets: [], allowedDomains: ["far.invalid"], proxyCommand });
    const out = await get("far.invalid", "other.invalid");
    expect(out).toMatch(/^served$/m);
    expect(out).toContain("403");
    expect(readFileSync(log, "utf8")).toBe("far.invalid 80 far.invalid:80\n");
    set({
      mode: "allowlist",
      presets: [],
      allowedDomains: ["far.invalid"],
      proxyCommand: ["/nowhere/x", "%h", "%p"],
    });
    expect(await get("far.invalid")).toContain("502");
  });

  it("G-06 keeps parentProxy, allowedPorts and allowLocalhost", async () => {
    [asked, parents] = [[], []];
    const parentProxy = `http://127.0.0.1:${portOf(parent)}`;
    const local = `127.0.0.1:${portOf(server)}`;
    set({ mode: "allowlist", presets: [], allowedDomains: ["far.invalid"], allowedPorts: [81], parentProxy });
    const out = await get("far.invalid:81", "far.invalid:82", local);
    expect(out).toMatch(/^served$/m);
    expect(parents).toEqual(["CONNECT far.invalid:81 HTTP/1.1"]);
    expect(asked).toEqual(["far.invalid:81"]);
    set({ mode: "allowlist", presets: [], allowLocalhost: [portOf(server)], parentProxy });
    // The host's own loopback never goes to the parent.
    expect(await get(local, `127.0.0.1:${portOf(parent)}`)).toMatch(/^served$[^]*403/m);
    expect(parents).toHaveLength(1);
    expect(asked).toEqual(["far.invalid:81", local]);
  });
});
