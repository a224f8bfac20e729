import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Asked,
  askHook,
  call,
  freshMark,
  type Ground,
  makeGround,
  ordinaryAccount,
  processesWith,
  rewrite,
  startLine,
  until,
} from "../engines/ground.ts";
import { containerSubjects, makeSubjectGround, removeGround } from "../engines/subjects.ts";
import { engineAvailable } from "../support/engines.ts";

/** Each attempt answers with its name when it succeeds. */
const PROBE = [
  'can() { name=$1; shift; "$@" >/dev/null 2>&1 && printf "%s " "$name"; }',
  "can write touch made",
  'can temporary touch "$TMPDIR/made"',
  'touch "$1/outside" "$1/home/outside" 2>/dev/null',
  "can read cat /var/lib/dpkg/status",
  "can home cat ~/kept",
  "can secret cat ~/.ssh/id_rsa",
  "can network sh -c \"grep -qv 'lo:\\|Inter\\|face' /proc/net/dev\"",
  "true",
].join("\n");

const OWN = { extends: "strict", network: "open", workspace: "read-only" };

type Row = readonly [name: string, asked: Asked, expected: string];

const PLAN: Asked = { permissionMode: "plan" };

/** What the probe can do under each profile; what a container reads there is its image's. */
const ROWS: Readonly<Record<"bubblewrap" | "docker", readonly Row[]>> = {
  bubblewrap: [
    ["workspace-write", {}, "write temporary read home"],
    ["read-only", {}, "temporary read home"],
    ["strict", {}, "write temporary"],
    ["open-network", {}, "write temporary read home network"],
    ["own", {}, "temporary network"],
    ["of-a-file", {}, "temporary network"],
    ["workspace-write", PLAN, "temporary read home"],
    ["open-network", PLAN, "temporary read home network"],
  ],
  docker: [
    ["workspace-write", {}, "write temporary read"],
    ["workspace-write", PLAN, "temporary read"],
    ["read-only", {}, "temporary read"],
    ["strict", {}, "write temporary read"],
    ["open-network", {}, "write temporary read network"],
  ],
};

function makeOn(engine: "bubblewrap" | "docker"): { readonly ground: Ground; readonly remove: () => void } {
  const [subject] = containerSubjects().filter(({ name }) => name === engine);
  if (subject === undefined) {
    const ground = makeGround("profiles", ordinaryAccount(), { engine });
    const remove = (): void => {
      rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
    };
    return { ground, remove };
  }
  const container = { image: "docker.io/library/debian:bookworm-slim" };
  const ground = makeSubjectGround("profiles", subject, { container });
  return {
    ground,
    remove: () => {
      removeGround(subject, ground);
    },
  };
}

function choose({ home, settings }: Ground, profile: string, more: object = {}): void {
  // The profile says what the network is, not the ground.
  const own = Object.entries(settings).filter(([key]) => key !== "network");
  const sandhook = { ...Object.fromEntries(own), profile, profiles: { own: OWN }, ...more };
  writeFileSync(path.join(home, ".claude/settings.json"), JSON.stringify({ sandhook }));
}

for (const engine of ["bubblewrap", "docker"] as const) {
  describe.runIf(engineAvailable(engine))(`profiles under ${engine}`, () => {
    let ground: Ground;
    let remove: () => void = () => undefined;
    beforeAll(() => {
      ({ ground, remove } = makeOn(engine));
      const folder = path.join(ground.home, ".config/sandhook/profiles");
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(ground.home, "kept"), "the host's\n");
      const file = { $schema: "../schema.json", extends: "own" };
      writeFileSync(path.join(folder, "of-a-file.json"), JSON.stringify(file));
    });
    afterAll(() => {
      remove();
    });

    it.each(ROWS[engine])("G-03 lets commands do under %s %j: %s", async (profile, asked, expected) => {
      rmSync(path.join(ground.project, "made"), { force: true, recursive: true });
      choose(ground, profile);
      const { stdout } = await call(ground, `set -- '${ground.root}'\n${PROBE}`, undefined, asked);
      expect(stdout.toString().trim()).toBe(expected);
      for (const name of ["outside", "home/outside"])
        expect(existsSync(path.join(ground.root, name))).toBe(false);
    });
  });
}

describe.runIf(engineAvailable("bubblewrap"))("variables that config sets", () => {
  let ground: Ground;
  beforeAll(() => {
    ground = makeGround("set", ordinaryAccount(), { engine: "bubblewrap" });
  });
  afterAll(() => {
    rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
  });

  it("G-03 act inside alone: no program of the runner sees them", async () => {
    const mark = freshMark();
    choose(ground, "workspace-write", { env: { set: { OF_CONFIG: `of ${mark}`, PERL5OPT: "-Mevil" } } });
    const running = startLine(
      ground,
      rewrite(ground, `echo "$OF_CONFIG $PERL5OPT"; sleep ${mark} & sleep 1`),
    );
    await until(() => processesWith(`sleep\0${mark}`).length > 0);
    const ours = processesWith(ground.home).filter((pid) => !isInside(pid));
    expect(ours.length).toBeGreaterThan(0);
    for (const pid of ours) expect(variables(pid)).not.toContain(`of ${mark}`);
    const { stdout } = await running.ended;
    expect(stdout.toString()).toBe(`of ${mark} -Mevil\n`);
  });

  it.each(["LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "ENV", "SHELLOPTS", "HOME", "id", "gate_line"])(
    "G-03 cannot be %s",
    (name) => {
      choose(ground, "workspace-write", { env: { set: { [name]: "x" } } });
      expect(askHook(ground, "true")).toMatchObject({ permissionDecision: "deny" });
    },
  );
});

/** Bubblewrap and what it started: they are the sandbox. */
function isInside(pid: number): boolean {
  return /bwrap|^(sleep|bash)$/m.test(read(pid, "comm"));
}

const variables = (pid: number): string => read(pid, "environ");

function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}
