import { spawnSync } from "node:child_process";
import dgram from "node:dgram";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, type Ground, makeGround, ordinaryAccount } from "../engines/ground.ts";
import { type Bytes, OK, viaConnect, viaHttp, viaSocks } from "../support/egress-attempts/attempt.ts";
import { HOSTS, SOCKS_HOSTS } from "../support/egress-attempts/hosts.ts";
import { engineAvailable } from "../support/engines.ts";
import { POWERS, WAYS_OUT } from "../support/network-world/ways-out.ts";
import {
  ALLOWED_ADDRESS,
  FORBIDDEN_ADDRESS,
  type NetworkWorld,
  OWN_ADDRESS,
  startWorld,
  WORLD_PORT,
} from "../support/network-world/world.ts";
import { MARK, type RecordingServer, startRecordingServer } from "../support/recording-server.ts";

const PROBE = fileURLToPath(new URL("../support/network-world/probe.py", import.meta.url));

const NETWORK = {
  mode: "allowlist",
  allowedDomains: [OK, "*.wild.example", "127.0.0.1", "münchen.test"],
  deniedDomains: ["evil.wild.example"],
  allowedPorts: [WORLD_PORT],
};

const NAMES = {
  [OK]: [[ALLOWED_ADDRESS]],
  "*.wild.example": [[ALLOWED_ADDRESS]],
  "*.b.wild.example": [[ALLOWED_ADDRESS]],
  "xn--mnchen-3ya.test": [[ALLOWED_ADDRESS]],
  "rebinds.wild.example": [[ALLOWED_ADDRESS], ["127.0.0.2"]],
  "inside.wild.example": [["127.0.0.2"]],
  "private.wild.example": [["10.0.0.1"]],
  "own.wild.example": [[OWN_ADDRESS]],
  "metadata.wild.example": [["169.254.169.254"]],
  "secret.evil.test": [[FORBIDDEN_ADDRESS]],
  "evil.test": [[FORBIDDEN_ADDRESS]],
};

interface Item {
  readonly name: string;
  readonly way: "bytes" | "shell" | "python";
  readonly text: string;
  readonly host?: string;
  readonly port?: number;
}

/** Each spelling of a host by each of the proxy's protocols: what is tried, and its twin. */
const PROXIED: readonly (readonly [name: string, attempt: Bytes, twin: Bytes])[] = [
  ...HOSTS.flatMap(([host, , twin]) =>
    Object.entries({ CONNECT: viaConnect, HTTP: viaHttp, SOCKS5: viaSocks }).map(
      ([via, bytes]) => [`${via} to ${host}`, bytes(host), bytes(twin)] as const,
    ),
  ),
  ...SOCKS_HOSTS.map(
    ([host, twin]) => [`SOCKS5 to ${JSON.stringify(host)}`, viaSocks(host), viaSocks(twin)] as const,
  ),
  ...["inside", "private", "own", "metadata"].map(
    (name) =>
      [`CONNECT to ${name}`, viaConnect(`${name}.wild.example`), viaConnect("a.wild.example")] as const,
  ),
];

const encode = (name: string, bytes: Bytes): Item => {
  const sent = bytes(WORLD_PORT);
  const text = Buffer.from(typeof sent === "string" ? Buffer.from(sent, "latin1") : sent).toString("base64");
  return { name, way: "bytes", text };
};

function hostAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  return found?.address ?? "127.0.0.1";
}

const SUBJECTS = [
  { engine: "bubblewrap", account: ordinaryAccount },
  { engine: "docker", account: () => ordinaryAccount("/var/run/docker.sock") },
] as const;

function removeContainer(ground: Ground): void {
  const docker = (...args: string[]): string[] =>
    spawnSync("docker", args, { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
  const filter = `label=sandhook.project=${ground.project}`;
  for (const name of docker("ps", "-a", "--filter", filter, "--format", "{{.Names}}")) {
    docker("rm", "--force", name);
    for (const volume of docker("volume", "ls", "-q", "--filter", `name=${name}`))
      docker("volume", "rm", volume);
  }
}

describe.each(SUBJECTS)("an allow-list under $engine", ({ engine, account }) => {
  describe.runIf(engineAvailable(engine))("that can be tried", () => {
    let ground: Ground;
    let world: NetworkWorld;
    let host: RecordingServer;
    let datagrams: dgram.Socket;
    let abstract: net.Server;
    let answers: Readonly<Record<string, string>>;
    let reached = 0;

    const targets = (): Readonly<Record<string, { host: string; port: number }>> => ({
      loopback: { host: "127.0.0.1", port: host.port },
      loopback6: { host: "::1", port: host.port },
      address: { host: hostAddress(), port: host.port },
      abstract: { host: `sandhook-host-${host.port}`, port: 0 },
    });
    const inside = (target: string): { host: string; port: number } =>
      target === "abstract"
        ? { host: "sandhook-inside", port: 0 }
        : { host: target === "loopback6" ? "::ffff:127.0.0.1" : "127.0.0.1", port: 7001 };

    beforeAll(async () => {
      ground = makeGround("allowlist", account(), { engine, network: NETWORK });
      world = await startWorld(ground, NAMES);
      host = await startRecordingServer("::");
      const count = (): void => {
        reached += 1;
      };
      datagrams = dgram.createSocket("udp4");
      datagrams.on("message", (_, from) => {
        count();
        datagrams.send(MARK, from.port, from.address);
      });
      await new Promise<void>((resolve) => datagrams.bind(host.port, "0.0.0.0", resolve));
      abstract = net.createServer((socket) => {
        count();
        socket.end(MARK);
      });
      await new Promise<void>((resolve) => abstract.listen(`\0sandhook-host-${host.port}`, resolve));
      const items: Item[] = [
        ...PROXIED.flatMap(([name, attempt, twin]) => [encode(name, attempt), encode(`${name} twin`, twin)]),
        ...WAYS_OUT.flatMap(({ name, way, text, target }) => [
          { name, way, text, ...targets()[target] },
          { name: `${name} twin`, way, text, ...inside(target) },
        ]),
        ...POWERS.map(([name, command]) => {
          const text = `( ${command} ) >/dev/null 2>&1 || echo DENIED`;
          return { name, way: "shell", text } as const;
        }),
        encode("rebinds first", viaConnect("rebinds.wild.example")),
      ];
      cpSync(PROBE, path.join(ground.project, "probe.py"));
      writeFileSync(path.join(ground.project, "attempts.json"), JSON.stringify(items));
      const { stdout, stderr } = await call(ground, "python3 probe.py");
      if (stdout.length === 0) throw new Error(stderr);
      answers = JSON.parse(stdout.toString()) as Record<string, string>;
    });
    afterAll(async () => {
      world.close();
      datagrams.close();
      abstract.close();
      await host.close();
      if (engine === "docker") removeContainer(ground);
      rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
    });

    it.each(PROXIED.map(([name]) => name))("G-06 refuses %s, and serves its twin", (name) => {
      expect(answers[name]).toBeDefined();
      expect(answers[name]).not.toContain(MARK);
      expect(answers[`${name} twin`]).toContain(MARK);
    });

    it.each(WAYS_OUT.map(({ name }) => name))("G-06 leads nowhere: %s, which works inside", (name) => {
      expect(answers[name]).toBeDefined();
      expect(answers[name]).not.toContain(MARK);
      expect(answers[`${name} twin`]).toContain(MARK);
    });

    it.each(POWERS.map(([name]) => name))("G-06 denies %s", (name) => {
      expect(answers[name]).toBe("DENIED\n");
    });

    it("G-06 lets nothing arrive where nothing may", () => {
      expect(world.connections()).toContain(ALLOWED_ADDRESS);
      expect(world.connections()).not.toContain(FORBIDDEN_ADDRESS);
      expect(world.connections()).not.toContain("127.0.0.2");
      expect(world.connections()).not.toContain(OWN_ADDRESS);
      expect([host.connections(), reached]).toEqual([0, 0]);
    });

    it("G-06 looks no refused name up, and each other one once", async () => {
      expect(world.lookups().filter((name) => name.endsWith("evil.test"))).toEqual([]);
      expect(world.lookups().filter((name) => name === "rebinds.wild.example")).toHaveLength(1);
      expect(answers["rebinds first"]).toContain(MARK);
      const again = await call(ground, `curl -sSp http://rebinds.wild.example:${WORLD_PORT}/`);
      expect([again.code, again.stdout.toString()]).toEqual([56, ""]);
      expect(again.stderr).toContain("127.0.0.2");
    });
  });
});
