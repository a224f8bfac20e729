import { chownSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ground, outcome } from "../engines/ground.ts";
import { networkSubjects } from "../support/network-world/subjects.ts";
import { ALLOWED_ADDRESS, type NetworkWorld, startWorld } from "../support/network-world/world.ts";
import { MARK } from "../support/recording-server.ts";

const NAMES = Object.fromEntries(
  ["registry.npmjs.org", "github.com", "pypi.org", "example.org"].map((name) => [name, [[ALLOWED_ADDRESS]]]),
);

/** `get HOST` asks a host through the proxy, without any tool of the image's. */
const GET =
  "get() { exec 3<>/dev/tcp/127.0.0.1/47128 && " +
  'printf \'GET http://%s/ HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n\' "$1" "$1" >&3 && cat <&3; }; ';

/** The other engines take the same path as docker. */
const SUBJECTS = networkSubjects().filter(({ name }) => name === "bubblewrap" || name === "docker");

describe.each(SUBJECTS)("the default network under $name", ({ makeGround, cleanUp, containers }) => {
  let ground: Ground;
  let world: NetworkWorld;

  const write = (name: string): void => {
    writeFileSync(path.join(ground.project, name), "{}");
    chownSync(path.join(ground.project, name), ground.account.uid, ground.account.gid);
  };
  const get = async (name: string): Promise<string> => (await outcome(ground, `${GET}get ${name}`)).out;

  beforeAll(async () => {
    ground = makeGround(undefined);
    world = await startWorld(ground, NAMES, 80);
    write("package.json");
  });
  afterAll(() => {
    world.close();
    cleanUp(ground);
  });

  it("G-06 allows what the project's ecosystems need, and says what to add for anything else", async () => {
    expect(await get("registry.npmjs.org")).toContain(MARK);
    expect(await get("github.com")).toContain(MARK);
    expect(await get("example.org")).toContain('adds "example.org" to network.allowedDomains');
    expect(await get("pypi.org")).toContain("code: network.host-not-listed");
    const before = containers(ground);
    write("pyproject.toml");
    expect(await get("pypi.org")).toContain(MARK);
    expect(containers(ground)).toEqual(before);
  });

  it("G-06 is withdrawn from what is running when the network is closed", async () => {
    const waiting = outcome(
      ground,
      `${GET}touch begun; until [ -e go ]; do sleep 0.1; done; get github.com; echo end`,
    );
    expect((await outcome(ground, "until [ -e begun ]; do sleep 0.1; done")).code).toBe(0);
    const settings = { sandhook: { ...ground.settings, profile: "strict" } };
    writeFileSync(path.join(ground.home, ".claude/settings.json"), JSON.stringify(settings));
    const closed = outcome(ground, `${GET}get github.com; echo "$?"; env`);
    write("go");
    const { out } = await waiting;
    expect(out).toContain("code: network.mode-none");
    expect(out).toMatch(/end\n$/);
    expect((await closed).out).not.toMatch(/RECORDED|proxy/i);
  });
});
