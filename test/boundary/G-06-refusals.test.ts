import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asUser, call, type Ground, rewrite, startLine } from "../engines/ground.ts";
import { MARK } from "../support/recording-server.ts";
import { networkSubjects } from "../support/network-world/subjects.ts";
import {
  ALLOWED_ADDRESS,
  type NetworkWorld,
  startWorld,
  WORLD_PORT,
} from "../support/network-world/world.ts";

const NETWORK = { mode: "allowlist", presets: [], allowedPorts: [WORLD_PORT], deniedDomains: ["never.test"] };
const NAMES = {
  "wanted.test": [[ALLOWED_ADDRESS]],
  "inside.test": [["10.0.0.1"]],
  "*.test": [[ALLOWED_ADDRESS]],
};
const ASK = [
  "import socket",
  "def ask(text):",
  "    s = socket.create_connection(('127.0.0.1', 47128), 20)",
  "    s.sendall(text)",
  "    print(s.recv(4096).hex() if text[0] == 5 else s.makefile().read())",
  "import os, base64",
  "login = base64.b64encode((os.environ['http_proxy'].split('//')[1].split('@')[0]).encode()).decode()",
].join("\n");

const SUBJECTS = networkSubjects().filter(({ name }) => name === "bubblewrap" || name === "docker");

describe.each(SUBJECTS)("a refusal under $name", ({ makeGround, cleanUp }) => {
  let ground: Ground;
  let world: NetworkWorld;

  const sandhook = (...args: string[]): string => {
    const program = path.join(ground.home, ".local/share/sandhook/current/sandhook.mjs");
    const [file = "", ...words] = asUser(ground, [process.execPath, program, ...args]);
    const env = { HOME: ground.home, PATH: "/usr/local/bin:/usr/bin:/bin" };
    return execFileSync(file, words, {
      cwd: ground.project,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  const curl = (host: string): string =>
    `curl -sS -o /dev/null -w '%{http_code}' http://${host}:${WORLD_PORT}/`;

  beforeAll(async () => {
    ground = makeGround(NETWORK);
    world = await startWorld(ground, NAMES);
  });
  afterAll(() => {
    world.close();
    cleanUp(ground);
  });

  it("G-06 says host, rule and the entry to add, as far as each protocol can, and is kept for the call", async () => {
    const python = `${ASK}
ask(b"GET http://wanted.test:${WORLD_PORT}/ HTTP/1.1\\r\\nHost: wanted.test:${WORLD_PORT}\\r\\nProxy-Authorization: Basic " + login.encode() + b"\\r\\n\\r\\n")
ask(b"CONNECT never.test:${WORLD_PORT} HTTP/1.1\\r\\nHost: never.test:${WORLD_PORT}\\r\\n\\r\\n")
user = os.environ['http_proxy'].split('//')[1].split(':')[0].encode()
s = socket.create_connection(('127.0.0.1', 47128), 20)
s.sendall(b"\\x05\\x01\\x02"); s.recv(2)
s.sendall(b"\\x01" + bytes([len(user)]) + user + b"\\x04call"); s.recv(2)
s.sendall(b"\\x05\\x01\\x00\\x03\\x0bsocks5.test" + (${WORLD_PORT}).to_bytes(2, "big")); print(s.recv(10).hex())`;
    const line = rewrite(ground, `python3 -c '${python.replaceAll("'", `'\\''`)}'`);
    const id = /sandhook-run'? ([0-9a-f]{16})/.exec(line)?.[1] ?? "";
    const { stdout, stderr } = await startLine(ground, line).ended;
    const out = stdout.toString();
    expect(out).toContain("HTTP/1.1 403 sandhook refused the connection to wanted.test:8080");
    expect(out).toContain('a person adds "wanted.test" to network.allowedDomains');
    expect(out).toContain("never.test is in network.deniedDomains (rule never.test)");
    expect(out).toMatch(/^0502/m);
    // A client of SOCKS5 is told a number; the words are at the end of the call.
    expect(stderr).toContain('a person adds "socks5.test" to network.allowedDomains');
    const kept = sandhook("network", "log", "--json", "--call", id)
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(
      kept.map(({ host, code, change, callId, decision }) => ({ host, code, change, callId, decision })),
    ).toEqual([
      {
        ...{ host: "wanted.test", code: "host-not-listed", callId: id, decision: "deny" },
        change: { key: "network.allowedDomains", entry: "wanted.test" },
      },
      {
        ...{ host: "socks5.test", code: "host-not-listed", callId: id, decision: "deny" },
        change: { key: "network.allowedDomains", entry: "socks5.test" },
      },
    ]);
  });

  it("G-06 cannot be written into another place by a made-up call", async () => {
    const names = ["../../../x", "0123456789abcdef", "f".repeat(16), "%2e%2e%2fx"];
    await call(
      ground,
      names
        .map((name) => `curl -s -U '${name}:call' -x 127.0.0.1:47128 http://made-up.test:${WORLD_PORT}/`)
        .join("; "),
    );
    const refused = path.join(ground.home, ".local/share/sandhook/network/refused");
    expect(readdirSync(refused)).toHaveLength(1);
    const [project = ""] = readdirSync(refused);
    const files = readdirSync(path.join(refused, project));
    expect(files.filter((name) => !/^[0-9a-f]{16}(?:\.jsonl)?$/.test(name))).toEqual([]);
    expect(readFileSync(path.join(refused, project, "0123456789abcdef.jsonl"), "utf8")).toContain(
      "made-up.test",
    );
  });

  it("G-06 is learnt from: a diff, applied only on yes, which then counts", async () => {
    expect((await call(ground, curl("wanted.test"))).stdout.toString()).toBe("403");
    await call(ground, `${curl("inside.test")}; ${curl("never.test")}`);
    const settings = path.join(ground.home, ".claude/settings.json");
    const before = readFileSync(settings, "utf8");
    const lines = sandhook("network", "log", "--refused").trim().split("\n");
    expect(lines.at(-1)).toMatch(/ refused {2}never\.test:8080 {2}http {2}host-denied$/);
    expect(lines.find((text) => text.includes("wanted.test:8080"))).toMatch(
      / refused {2}wanted\.test:8080 {2}http {2}host-not-listed {2}add "wanted\.test" to network\.allowedDomains$/,
    );
    const diff = sandhook("learn", "--dry-run");
    expect(diff).toContain('"wanted.test"');
    const { proposals } = JSON.parse(sandhook("learn", "--dry-run", "--json")) as {
      proposals: { entry: string }[];
    };
    expect(proposals.map(({ entry }) => entry)).toEqual(
      expect.arrayContaining(["wanted.test", "inside.test"]),
    );
    expect(proposals.map(({ entry }) => entry)).not.toContain("never.test");
    sandhook("learn");
    expect(readFileSync(settings, "utf8")).toBe(before);
    expect(() => sandhook("learn", "--yes", "--scope", "project")).toThrow("cannot widen anything");
    sandhook("learn", "--yes");
    const run = await call(ground, `curl -sS http://wanted.test:${WORLD_PORT}/`);
    expect(run.stdout.toString()).toContain(MARK);
    expect((await call(ground, curl("never.test"))).stdout.toString()).toBe("403");
  });
});
