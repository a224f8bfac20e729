import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DoctorReport, doctorReport } from "../../src/cli/report-schemas.ts";
import { installProduct } from "../support/installed.ts";
import { openTerminal } from "../support/pty.ts";
import { makeTempHome, type TempHome, writeFile } from "../support/temp-home.ts";

const PROGRAM = "dist/sandhook.mjs";

const settingsOf = (user: TempHome): string => join(user.home, ".claude/settings.json");
const rootOf = (user: TempHome): string => join(user.home, ".local/share/sandhook");

function environment(user: TempHome): Record<string, string> {
  return {
    HOME: user.home,
    PATH: `${user.home}/bin:/usr/local/bin:/usr/bin:/bin`,
    TERM: "xterm",
    LANG: "C.UTF-8",
  };
}

/** A user with the product installed and a client of that release on PATH. */
function installedUser(release = "2.1.330"): TempHome {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  writeFile(join(user.home, "bin/claude"), `#!/bin/sh\necho '${release} (Claude Code)'\n`, 0o755);
  return user;
}

function run(
  user: TempHome,
  ...flags: readonly string[]
): { status: number | null; out: string; err: string } {
  const args = [join(process.cwd(), PROGRAM), "doctor", ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: user.project,
    env: environment(user),
    encoding: "utf8",
  });
  return { status, out: stdout, err: stderr };
}

function report(
  user: TempHome,
  ...flags: readonly string[]
): DoctorReport & { readonly status: number | null } {
  const { status, out } = run(user, "--json", ...flags);
  return { status, ...doctorReport.parse(JSON.parse(out)) };
}

/** The codes that are neither fine nor a note, and not about what other tests plant. */
const bad = (found: DoctorReport): string[] =>
  found.findings
    .filter(({ level, code }) => (level === "error" || level === "warning") && code !== "gate.none")
    .map(({ code, level }) => `${level} ${code}`);

function editSettings(user: TempHome, edit: (settings: Record<string, unknown>) => void): void {
  const settings = JSON.parse(readFileSync(settingsOf(user), "utf8")) as Record<string, unknown>;
  edit(settings);
  writeFile(settingsOf(user), settings);
}

const PLANTED: readonly (readonly [string, (user: TempHome) => void, readonly string[]])[] = [
  [
    "a client that nobody can find",
    (user) => {
      rmSync(join(user.home, "bin/claude"));
    },
    ["warning client.unknown"],
  ],
  [
    "a runtime whose runner is empty",
    (user) => {
      writeFileSync(join(rootOf(user), "current/libexec/sandhook-run"), "");
    },
    ["error runtime.missing"],
  ],
  [
    "a runtime that is gone",
    (user) => {
      rmSync(join(rootOf(user), "current"));
    },
    ["error runtime.missing"],
  ],
  [
    "a job folder that others can enter",
    (user) => {
      chmodSync(join(rootOf(user), "jobs"), 0o755);
    },
    ["error runtime.open"],
  ],
  [
    "a Node that is gone",
    (user) => {
      relink(user, "/nowhere/node");
    },
    ["error node.dead"],
  ],
  [
    "a Node that is too old",
    (user) => {
      relink(user, fakeNode(user, "v18.20.0"));
    },
    ["error node.old"],
  ],
  [
    "no hook",
    (user) => {
      editSettings(user, (settings) => {
        delete settings["hooks"];
      });
    },
    ["error hook.none"],
  ],
  [
    "a hook for fewer tools",
    (user) => {
      rewriteText(user, "Bash|Monitor|PowerShell", "Monitor");
    },
    ["error hook.altered"],
  ],
  [
    "a hook with a timeout that ends before it",
    (user) => {
      rewriteText(user, /"timeout": \d+/, '"timeout": 1');
    },
    ["error hook.altered"],
  ],
  [
    "hooks that are switched off",
    (user) => {
      editSettings(user, (settings) => {
        settings["disableAllHooks"] = true;
      });
    },
    ["error hook.disabled"],
  ],
  [
    "hooks that the project switches off",
    (user) => {
      writeFile(join(user.project, ".claude/settings.json"), { disableAllHooks: true });
    },
    ["error hook.disabled"],
  ],
  [
    "another hook that may rewrite",
    (user) => {
      addProjectHook(user, "Bash|Edit");
    },
    ["warning hook.other"],
  ],
  [
    "the client's own sandbox",
    (user) => {
      editSettings(user, (settings) => {
        settings["sandbox"] = { enabled: true };
      });
    },
    ["warning native.on"],
  ],
  [
    "a setting that nobody knows",
    (user) => {
      editSettings(user, (settings) => {
        settings["sandhook"] = { engin: "docker" };
      });
    },
    ["error config.invalid"],
  ],
  [
    "settings that are no JSON",
    (user) => {
      writeFile(join(user.project, ".claude/settings.json"), "{");
    },
    ["error config.invalid"],
  ],
  [
    "a switch that is off",
    (user) => {
      editSettings(user, (settings) => {
        settings["sandhook"] = { enabled: false };
      });
    },
    ["warning config.off"],
  ],
  [
    "a project that widens",
    (user) => {
      writeFile(join(user.project, ".claude/settings.json"), { sandhook: { network: "open" } });
    },
    ["warning config.ignored"],
  ],
  [
    "commands that are excluded in vain",
    (user) => {
      editSettings(user, (settings) => {
        settings["sandhook"] = { engine: "bubblewrap", excludedCommands: ["gh *"] };
      });
    },
    ["warning config.excluded"],
  ],
  [
    "an engine that this system does not have",
    (user) => {
      editSettings(user, (settings) => {
        settings["sandhook"] = { engine: "seatbelt" };
      });
    },
    ["error engine.absent"],
  ],
  [
    "a job of last week",
    (user) => {
      plantJob(user);
    },
    ["warning jobs.stale"],
  ],
];

function relink(user: TempHome, target: string): void {
  rmSync(join(rootOf(user), "node"));
  symlinkSync(target, join(rootOf(user), "node"));
}

function fakeNode(user: TempHome, version: string): string {
  const file = join(user.home, "node");
  writeFile(file, `#!/bin/sh\necho ${version}\n`, 0o755);
  return file;
}

function rewriteText(user: TempHome, from: string | RegExp, to: string): void {
  const text = readFileSync(settingsOf(user), "utf8");
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to change in ${text}`);
  writeFileSync(settingsOf(user), changed);
}

function addProjectHook(user: TempHome, matcher: string): void {
  const hooks = { PreToolUse: [{ matcher, hooks: [{ type: "command", command: "./rewrite.sh" }] }] };
  writeFile(join(user.project, ".claude/settings.json"), { hooks });
}

function plantJob(user: TempHome): string {
  const seconds = Math.floor(Date.now() / 1000) - 7 * 24 * 60 * 60;
  const folder = join(rootOf(user), "jobs", `${seconds.toString(16)}00000000`);
  mkdirSync(folder);
  return folder;
}

describe("sandhook doctor", () => {
  it("finds nothing wrong with a fresh installation", () => {
    const found = report(installedUser());
    expect([found.status, found.errors, bad(found)]).toEqual([0, 0, []]);
    const fine = found.findings.filter(({ level }) => level === "ok").map(({ code }) => code);
    expect(fine).toEqual(
      expect.arrayContaining([
        "client.found",
        "runtime.intact",
        "node.alive",
        "hook.registered",
        "config.valid",
        "engine.works",
      ]),
    );
  });

  it.each(PLANTED)("finds %s", (_, plant, expected) => {
    const user = installedUser();
    plant(user);
    const found = report(user);
    expect(bad(found)).toEqual(expected);
    expect(found.status).toBe(expected.some((code) => code.startsWith("error")) ? 1 : 0);
    const [code = ""] = expected;
    const finding = found.findings.find((candidate) => code.endsWith(candidate.code));
    expect(finding?.remedy).toMatch(/\S/);
  });

  it("says what an old client costs, oldest gap first, and refuses none it can live with", () => {
    const found = report(installedUser("2.1.200"));
    const gaps = found.findings.filter(({ code }) => code === "client.lacks");
    expect(gaps.map(({ facts }) => facts["name"])).toContain("onFailure");
    expect([found.errors, new Set(gaps.map(({ level }) => level))]).toEqual([0, new Set(["warning"])]);
    const older = report(installedUser("2.0.9"));
    expect([older.status, bad(older)[0]]).toEqual([1, "error client.lacks"]);
  });

  it("repairs what needs no decision with --fix, and says so", () => {
    const user = installedUser();
    chmodSync(join(rootOf(user), "jobs"), 0o777);
    plantJob(user);
    relink(user, "/nowhere/node");
    const fixed = report(user, "--fix");
    expect([fixed.status, fixed.repaired.length, bad(fixed)]).toEqual([0, 3, []]);
    expect(report(user, "--fix").repaired).toEqual([]);
  });

  it("does not touch what needs a decision", () => {
    const user = installedUser();
    editSettings(user, (settings) => {
      settings["disableAllHooks"] = true;
    });
    const before = readFileSync(settingsOf(user), "utf8");
    expect(report(user, "--fix")).toMatchObject({ status: 1, repaired: [] });
    expect(readFileSync(settingsOf(user), "utf8")).toBe(before);
  });

  it("prints plain lines with a remedy each when nobody watches", () => {
    const user = makeTempHome();
    const { status, out, err } = run(user);
    expect([status, err]).toEqual([1, ""]);
    expect(out).not.toContain("\u001b");
    expect(out).toContain("error   no settings file of this project registers the hook");
    expect(out).toContain("        → npx sandhook install\n");
  });

  it("shows itself on a terminal", async () => {
    const user = installedUser();
    const command = { file: process.execPath, args: [join(process.cwd(), PROGRAM), "doctor"] };
    const keep = {
      file: "/bin/sh",
      args: ["-c", '"$@"; echo "code $?"; sleep 60', "sh", command.file, ...command.args],
    };
    const terminal = openTerminal(keep, { env: environment(user), cwd: user.project });
    const screen = await terminal.waitFor(/code 0/, 60_000);
    expect(screen).toContain("nothing keeps commands from being sandboxed");
  });

  it("takes no flag that it does not know", () => {
    expect(run(makeTempHome(), "--repair").status).toBe(1);
  });
});
