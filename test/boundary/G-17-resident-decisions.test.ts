import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { hostPath } from "../../src/core/paths.ts";
import { prepareLaunch, recordLaunch } from "../../src/runtime/launch-store.ts";
import { type Ground, until } from "../engines/ground.ts";
import { engineAvailable } from "../support/engines.ts";
import {
  askHelper,
  helperBuilt,
  libexecOf,
  residentGround,
  slowAnswer,
  startResident,
  stateOf,
  statusOf,
  withoutIds,
} from "../support/resident-ground.ts";

const COMMANDS = [
  "echo 'it'\\''s' \"$HOME\" # note",
  "git push --force origin main",
  "rm -rf build && npm test",
  "true",
  "cat <<'EOF'\n$& äöü 日本\nEOF",
  `: ${"x".repeat(150_000)}`,
  "if then (",
  "echo a\0b",
];

type Files = Readonly<Record<string, unknown>>;

/** Settings by the file that they stand in: `user` and `project`. */
const SETTINGS: readonly (readonly [string, Files])[] = [
  ["the defaults", {}],
  ["a strict profile", { user: { sandhook: { engine: "bubblewrap", profile: "strict" } } }],
  [
    "permission rules",
    {
      user: {
        sandhook: { engine: "bubblewrap" },
        permissions: { deny: ["Bash(git push:*)"], ask: ["Bash(npm test)"], allow: ["Bash(true)"] },
      },
    },
  ],
  ["an allow-list", { user: { sandhook: { engine: "bubblewrap", network: ["example.com"] } } }],
  ["an engine that is not there", { user: { sandhook: { engine: "seatbelt" } } }],
  ["a docker project", { user: { sandhook: { engine: "docker" } } }],
  ["sandhook switched off", { user: { sandhook: { enabled: false } } }],
  ["a broken project file", { project: "{" }],
  ["an unknown key", { project: { sandhook: { engin: "docker" } } }],
  ["a project that wants more", { project: { sandhook: { network: "open", enabled: false } } }],
];

const userFile = (ground: Ground): string => path.join(ground.home, ".claude/settings.json");
const projectFile = (ground: Ground): string => path.join(ground.project, ".claude/settings.json");

function write(file: string, value: unknown): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
}

/** The answer and every file of the job that it names. */
function whole(ground: Ground, answer: string): string {
  const id = /sandhook-run ([0-9a-f]{16})/.exec(answer)?.[1];
  if (id === undefined) return answer;
  const folder = path.join(stateOf(ground), "jobs", id);
  const files = readdirSync(folder).map(
    (name) => `${name}\n${readFileSync(path.join(folder, name), "utf8")}`,
  );
  return withoutIds([answer, ...files].join("\n").replaceAll(id, "ID"));
}

/** By the program that the script would start without a helper. */
function bySlowPath(ground: Ground, command: string): string {
  const libexec = libexecOf(ground);
  const slow = [process.execPath, path.join(libexec, "pre-tool-use.cjs"), libexec];
  const foreign = { HOME: ground.home, PATH: "/usr/bin:/bin", CLAUDE_PROJECT_DIR: ground.project, X: "1" };
  const { status, out } = askHelper(ground, command, { slow, variables: foreign });
  return status === 0 ? whole(ground, out) : `status ${String(status)}`;
}

function byFastPath(ground: Ground, command: string): string {
  const { status, out } = askHelper(ground, command, { slow: ["/bin/false"] });
  return status === 0 ? whole(ground, out) : `status ${String(status)}`;
}

const kindOf = (answer: string): string =>
  /"permissionDecision":"(\w+)"/.exec(answer)?.[1] ?? (answer.trim() === "{}" ? "pass" : answer);

describe.runIf(helperBuilt && engineAvailable("bubblewrap"))("an answer of the resident process", () => {
  it("G-17 is that of the slow path, byte for byte, with the same job", async () => {
    const ground = residentGround();
    await startResident(ground);
    const defaults = readFileSync(userFile(ground), "utf8");
    let compared = 0;
    for (const [name, files] of SETTINGS) {
      write(userFile(ground), files["user"] ?? defaults);
      rmSync(path.dirname(projectFile(ground)), { recursive: true, force: true });
      if (files["project"] !== undefined) write(projectFile(ground), files["project"]);
      for (const command of name === "the defaults" ? COMMANDS : COMMANDS.slice(0, 3)) {
        expect(byFastPath(ground, command), `${name}: ${command.slice(0, 40)}`).toBe(
          bySlowPath(ground, command),
        );
        compared += 1;
      }
    }
    expect((await statusOf(ground))?.answered).toBe(compared);
  });

  it("G-17 follows settings that change between two calls, in both directions", async () => {
    const ground = residentGround();
    await startResident(ground);
    const decide = (command = "git push"): string => byFastPath(ground, command);
    const settings = (more: object): void => {
      write(userFile(ground), { sandhook: { engine: "bubblewrap", network: "none" }, ...more });
    };
    settings({});
    const open = decide();
    expect(kindOf(open)).toBe("allow");
    settings({ permissions: { deny: ["Bash(git push)"] } });
    expect(kindOf(decide())).toBe("deny");
    settings({ permissions: { ask: ["Bash(git push)"] } });
    expect(kindOf(decide())).toBe("ask");
    settings({ sandhook: { engine: "bubblewrap", network: "open" } });
    expect(decide()).toContain("--share-net");
    settings({});
    expect(decide()).toBe(open);
    write(projectFile(ground), { sandhook: { profile: "read-only" } });
    expect(kindOf(decide())).toBe("allow");
    expect(decide()).not.toBe(open);
    rmSync(path.dirname(projectFile(ground)), { recursive: true });
    expect(decide()).toBe(open);
    // The same length and the same second.
    settings({ permissions: { deny: ["Bash(git pull)"] } });
    expect(kindOf(decide())).toBe("allow");
    settings({ permissions: { deny: ["Bash(git push)"] } });
    expect(kindOf(decide())).toBe("deny");
  });

  it("G-17 counts the options of the caller's session, not those of the process's own", async () => {
    const ground = residentGround();
    await startResident(ground);
    const state = hostPath(stateOf(ground));
    const open = byFastPath(ground, "true");
    // This process is an ancestor of its calls, and none of the resident process any more.
    const files = prepareLaunch(state, process.pid);
    recordLaunch(files, { sandhook: { profile: "read-only" }, permissions: undefined });
    const narrowed = byFastPath(ground, "true");
    expect(kindOf(narrowed)).toBe("allow");
    expect(narrowed).not.toBe(open);
    expect(narrowed).toBe(bySlowPath(ground, "true"));
    rmSync(files.record);
    const others = prepareLaunch(state, (await statusOf(ground))?.pid ?? 0);
    recordLaunch(others, { sandhook: { network: "open" }, permissions: undefined });
    expect(byFastPath(ground, "true")).toBe(open);
  });

  it.runIf(process.getuid?.() === 0)(
    "G-17 obeys a managed file from the moment that it is there, and is not given in another view of the machine",
    async () => {
      const ground = residentGround();
      const managed = path.join(ground.root, "managed");
      mkdirSync(managed);
      mkdirSync("/etc/claude-code", { recursive: true });
      const script = 'mount --bind "$0" /etc/claude-code && touch "$0/../mounted" && exec sleep 600';
      const view = spawn("unshare", ["--mount", "sh", "-c", script, managed], { stdio: "ignore" });
      onTestFinished(() => {
        view.kill("SIGKILL");
      });
      await until(() => readdirSync(ground.root).includes("mounted"));
      const before = ["nsenter", "--mount", "--target", String(view.pid)];
      const inView = (): string =>
        askHelper(ground, "true", { before, slow: [process.execPath, "-e", "console.log('{\"slow\":1}')"] })
          .out;
      expect(inView()).toContain("slow");
      await until(() => !inView().includes("slow"));
      expect(kindOf(inView())).toBe("allow");
      write(path.join(managed, "managed-settings.json"), { permissions: { deny: ["Bash(true)"] } });
      expect(kindOf(inView())).toBe("deny");
      rmSync(path.join(managed, "managed-settings.json"));
      expect(kindOf(inView())).toBe("allow");
      // Here /etc/claude-code is another folder: the process there may not decide for us.
      expect(askHelper(ground, "true").out).toBe(slowAnswer(ground, "true"));
    },
  );
});
