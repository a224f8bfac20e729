import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { asUser, call, type Ground, makeGround, ordinaryAccount } from "../engines/ground.ts";
import { containerSubjects, makeSubjectGround, removeGround } from "../engines/subjects.ts";
import { engineAvailable } from "../support/engines.ts";
import { type HostileAttempt, READS, WRITES } from "../support/hostile-paths.ts";

const SECRET = "the secret of the host";
const SETTINGS = {
  filesystem: { denyWrite: ["keep/locked", "later", "caf\u00e9", "cafe\u0301"], denyRead: ["secret"] },
};

/** Everything that policy keeps, with the files that the attempts are about. */
function furnish(ground: Ground): Ground {
  const { home, project, account } = ground;
  for (const folder of [".claude", "keep"]) mkdirSync(path.join(project, folder));
  const files = {
    ".claude/settings.json": "{}\n",
    "keep/locked": "locked\n",
    secret: SECRET,
    "caf\u00e9": "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  writeFileSync(path.join(home, "victim"), "of the host\n");
  writeFileSync(path.join(home, ".ssh/id_rsa"), SECRET);
  execFileSync("chown", [
    "-R",
    `${account.uid}:${account.gid}`,
    project,
    path.join(home, "victim"),
    path.join(home, ".ssh"),
  ]);
  return ground;
}

/** One script that makes every attempt, each in a shell of its own, and tells their outputs apart. */
function scriptOf(attempts: readonly HostileAttempt[], { home }: Ground, after = ""): string {
  const steps = attempts.map(({ script }, at) => {
    const body = `M=MARK-${at}-; D=own-${at}; V='${home}/victim'; H='${home}'; mkdir -p "$D"; ${script}`;
    return `echo "BEGIN-${at}-"; ( ${body} ) </dev/null 2>/dev/null; M=MARK-${at}-; ${after}`;
  });
  return [...steps, "true"].join("\n");
}

/** Files below a folder, links not followed. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "sandhook" ? [] : filesBelow(file);
    return entry.isFile() ? [file] : [];
  });
}

const GUARDED = /^(?:\.git\/(?:hooks\/|config$)|\.claude\/|\.mcp\.json|\.vscode|\.idea|keep\/|later|caf)/;

/** Names of the attempts whose mark is in a guarded file, as the host sees it. */
function marked({ root, project }: Ground, attempts: readonly HostileAttempt[]): string[] {
  const guarded = filesBelow(root).filter((file) => {
    const inside = path.relative(project, file);
    return inside.startsWith("..") || GUARDED.test(inside);
  });
  const text = guarded.map((file) => readFileSync(file, "utf8")).join("\n");
  return attempts.filter((_, at) => text.includes(`MARK-${at}-`)).map(({ name }) => name);
}

/** Names of the attempts in whose output the secret stands. */
function seen(output: string, attempts: readonly HostileAttempt[]): string[] {
  const parts = output.split(/BEGIN-\d+-\n/).slice(1);
  expect(parts.length).toBe(attempts.length);
  return attempts.filter((_, at) => parts[at]?.includes(SECRET)).map(({ name }) => name);
}

/** Says whether the last attempt left its mark, and takes away what could stand in the way of the next. */
const LOOK =
  'grep -rqs --exclude-dir=sandhook --exclude-dir="own-*" -- "$M" .git/hooks .git/config .claude .mcp.json .vscode .idea keep later caf* .. ' +
  '&& echo "HIT $M"; rm -rf .mcp.json .vscode .idea later';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

function makeNative(settings: Record<string, unknown>): Ground {
  const ground = makeGround("paths", ordinaryAccount(), settings);
  cleanups.push(() => {
    rmSync(ground.root, { recursive: true, force: true, maxRetries: 5 });
  });
  return furnish(ground);
}

const ENGINES: Readonly<Record<string, () => Ground>> = {
  ...(engineAvailable("bubblewrap") && {
    bubblewrap: () => makeNative({ engine: "bubblewrap", ...SETTINGS }),
  }),
  ...Object.fromEntries(
    containerSubjects()
      .filter(({ name }) => name === "docker")
      .map((subject) => [
        "docker",
        (): Ground => {
          const image = "docker.io/library/debian:bookworm-slim";
          const ground = makeSubjectGround("paths", subject, { container: { image }, ...SETTINGS });
          cleanups.push(() => {
            removeGround(subject, ground);
          });
          return furnish(ground);
        },
      ]),
  ),
};

describe.each(Object.entries(ENGINES))("hostile paths under %s", (_, make) => {
  it("G-04 change nothing that policy keeps, and show nothing that it hides", async () => {
    const ground = make();
    const reads = await call(ground, scriptOf(READS, ground));
    expect(seen(reads.stdout.toString(), READS)).toEqual([]);
    const { code, stdout } = await call(ground, scriptOf(WRITES, ground));
    expect([code, stdout.toString().match(/BEGIN-/g)?.length]).toEqual([0, WRITES.length]);
    expect(marked(ground, WRITES)).toEqual([]);
  });
});

describe.runIf(process.platform === "linux")("the same attempts without a sandbox", () => {
  it("succeed, but for those that only a mount or another file system could help", () => {
    const ground = makeNative({});
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: ground.home };
    const run = (attempts: readonly HostileAttempt[], after = ""): string => {
      const [file = "", ...args] = asUser(ground, ["/bin/bash", "-c", scriptOf(attempts, ground, after)]);
      return spawnSync(file, args, { cwd: ground.project, env, encoding: "utf8" }).stdout;
    };
    const read = seen(run(READS), READS);
    expect(READS.map(({ name }) => name).filter((name) => !read.includes(name))).toEqual([]);
    const wrote = run(WRITES, LOOK);
    const missed = WRITES.filter((_, at) => !wrote.includes(`HIT MARK-${at}-\n`)).map(({ name }) => name);
    expect(missed).toEqual([
      "the root of /proc",
      "upper case",
      "a trailing slash",
      "a path longer than the system takes",
    ]);
  });
});
