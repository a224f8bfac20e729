import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Ended,
  type Ground,
  outcome,
  processesWith,
  rewrite,
  startLine,
  until,
} from "../engines/ground.ts";
import { killProxy, proxyProcess } from "../support/network-world/proxy-process.ts";
import { networkSubjects } from "../support/network-world/subjects.ts";
import { runFolder } from "../support/network-world/world.ts";

/** `get PATH` asks the test's server through the proxy, `straight PATH` without it. */
const tools = (port: number): string =>
  [
    "ask() { exec 3<>/dev/tcp/127.0.0.1/$1 && printf 'GET %s HTTP/1.1\\r\\nHost: 127.0.0.1:" +
      `${port}\\r\\nConnection: close\\r\\n\\r\\n' "$2" >&3 && cat <&3; }`,
    `get() { ask 47128 "http://127.0.0.1:${port}$1"; }`,
    `straight() { ask ${port} "$1"; }`,
    "",
  ].join("\n");

// Root's podman differs from an ordinary user's in nothing that counts here.
const SUBJECTS = networkSubjects().filter(({ name }) => name !== "podman");

describe.each(SUBJECTS)("the network proxy under $name", ({ makeGround, containers, cleanUp }) => {
  let server: Server;
  let port: number;
  /** One container for all: what changes is its network. */
  let ground: Ground;
  const grounds: Ground[] = [];
  let asked: string[];

  const start = (command: string, at = ground): Promise<Ended> =>
    startLine(at, rewrite(at, tools(port) + command, at.project), at.project).ended;
  const run = (command: string, at = ground): Promise<{ code: number | null; out: string; err: string }> =>
    outcome(at, tools(port) + command);
  const setNetwork = (network: unknown): void => {
    const settings = { sandhook: { ...ground.settings, network } };
    writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
  };
  const allowing = (...allowedDomains: string[]): unknown => ({ mode: "allowlist", allowedDomains });
  const here = (): string => `127.0.0.1:${port}`;

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      if (request.url === "/endless") {
        const timer = setInterval(() => response.write("more\n"), 50);
        response.on("close", () => {
          clearInterval(timer);
        });
      } else response.end("served");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
    ground = makeGround(allowing(here()));
    grounds.push(ground);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    for (const each of grounds) cleanUp(each);
  });
  beforeEach(() => {
    asked = [];
    setNetwork(allowing(here()));
    for (const name of readdirSync(ground.project).filter((file) => !file.startsWith(".")))
      rmSync(path.join(ground.project, name));
  });

  it("G-06 serves a running sandbox by the rules of now, in the container that there is", async () => {
    const waiting = start(
      "until [ -e go ]; do sleep 0.1; done; get /before; until [ -e stop ]; do sleep 0.1; done; get /after",
    );
    setNetwork(allowing("example.org"));
    expect((await run("get /refused")).out).toContain("code: network.host-not-listed");
    const before = containers(ground);
    setNetwork(allowing(here(), "example.org"));
    expect((await run("get /allowed; touch go")).out).toContain("served");
    await until(() => asked.includes("/before"));
    setNetwork(allowing("example.org"));
    await run("touch stop");
    const { stdout } = await waiting;
    expect(stdout.toString()).toContain("served");
    expect(stdout.toString()).toContain("code: network.host-not-listed");
    expect(asked).toEqual(["/allowed", "/before"]);
    expect(containers(ground)).toEqual(before);
  });

  it("G-06 ends what is open when the rules forbid it", async () => {
    const waiting = start("get /endless >/dev/null; echo ended");
    await until(() => asked.includes("/endless"));
    setNetwork(allowing("example.org"));
    await run("true");
    expect((await waiting).stdout.toString()).toBe("ended\n");
  });

  it("G-06 is closed when the proxy is killed, and the next command starts another one", async () => {
    const waiting = start("get /endless >got; grep -c HTTP got; get /later; straight /straight; echo end");
    const got = path.join(ground.project, "got");
    await until(() => existsSync(got) && readFileSync(got, "utf8").includes("more"));
    const first = proxyProcess(ground);
    killProxy(ground);
    const { stdout } = await waiting;
    expect(stdout.toString()).toMatch(/^1\n[^]*end\n$/);
    expect(stdout.toString()).not.toContain("served");
    expect((await run("get /again")).out).toContain("served");
    expect(proxyProcess(ground)).not.toBe(first);
    expect(asked).toEqual(["/endless", "/again"]);
  });

  it("G-06 serves each project by its own rules, through one proxy", async () => {
    const other = { ...ground, project: path.join(ground.root, "other") };
    mkdirSync(path.join(other.project, ".claude"), { recursive: true });
    chownSync(other.project, ground.account.uid, ground.account.gid);
    const narrower = { sandhook: { network: { deniedDomains: [here()] } } };
    writeFileSync(path.join(other.project, ".claude/settings.json"), JSON.stringify(narrower));
    grounds.push(other);
    const waiting = start("until [ -e go ]; do sleep 0.1; done; get /first");
    expect((await run("get /other", other)).out).toContain("code: network.host-denied");
    await run("touch go");
    expect((await waiting).stdout.toString()).toContain("served");
    expect(asked).toEqual(["/first"]);
    expect(processesWith(`serve\0${runFolder(ground)}`)).toHaveLength(1);
  });

  it("G-06 starts one proxy for calls that begin together", async () => {
    killProxy(ground);
    const calls = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => start(`get /${n}`)));
    expect(calls.map(({ stdout }) => stdout.toString().includes("served"))).toEqual(Array(6).fill(true));
    expect(processesWith(`serve\0${runFolder(ground)}`)).toHaveLength(1);
  });

  it("G-02 runs nothing when the proxy cannot be started", async () => {
    killProxy(ground);
    rmSync(path.join(ground.home, ".local/share/sandhook/current/libexec/network.cjs"));
    const { code, out, err } = await run("echo ran");
    expect([code, out]).toEqual([125, ""]);
    expect(err).not.toBe("");
  });
});
