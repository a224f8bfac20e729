import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
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

/** A user with the product installed and a client on PATH. */
function installedUser(): TempHome {
  const user = makeTempHome({ git: true });
  installProduct(user, { engine: "bubblewrap" });
  useClient(user, "2.1.330");
  return user;
}

function useClient(user: TempHome, release: string): void {
  writeFile(join(user.home, "bin/claude"), `#!/bin/sh\necho '${release} (Claude Code)'\n`, 0o755);
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

function edit(file: string, change: Record<string, unknown>): void {
  const settings = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as object) : {};
  writeFile(file, { ...settings, ...change });
}

const editSettings = (user: TempHome, change: Record<string, unknown>): void => {
  edit(settingsOf(user), change);
};
const editProject = (user: TempHome, change: Record<string, unknown>): void => {
  edit(join(user.project, ".claude/settings.json"), change);
};

type Fault = readonly [name: string, plant: (user: TempHome) => void, code: string];

/** Faults that do not hide each other are planted together: each start of the program costs a second. */
const PLANTED: readonly (readonly Fault[])[] = [
  [
    [
      "a client that nobody can find",
      (user) => {
        rmSync(join(user.home, "bin/claude"));
      },
      "warning client.unknown",
    ],
    [
      "a runtime whose runner is empty",
      (user) => {
        writeFileSync(join(rootOf(user), "current/libexec/sandhook-run"), "");
      },
      "error runtime.missing",
    ],
    [
      "a job folder that others can enter",
      (user) => {
        chmodSync(join(rootOf(user), "jobs"), 0o755);
      },
      "error runtime.open",
    ],
    [
      "a Node that is too old",
      (user) => {
        relink(user, fakeNode(user, "v18.20.0"));
      },
      "error node.old",
    ],
    [
      "a hook for fewer tools",
      (user) => {
        rewriteText(user, "Bash|Monitor|PowerShell", "Monitor");
      },
      "error hook.altered",
    ],
    [
      "hooks that the project switches off",
      (user) => {
        editProject(user, { disableAllHooks: true });
      },
      "error hook.disabled",
    ],
    [
      "another hook that may rewrite",
      (user) => {
        const hooks = [{ type: "command", command: "./rewrite.sh" }];
        editProject(user, { hooks: { PreToolUse: [{ matcher: "Bash|Edit", hooks }] } });
      },
      "warning hook.other",
    ],
    [
      "the client's own sandbox",
      (user) => {
        editSettings(user, { sandbox: { enabled: true } });
      },
      "error native.on",
    ],
    [
      "a setting that nobody knows",
      (user) => {
        editSettings(user, { sandhook: { engin: "docker" } });
      },
      "error config.invalid",
    ],
    [
      "a job of last week",
      (user) => {
        plantJob(user);
      },
      "warning jobs.stale",
    ],
  ],
  [
    [
      "a runtime that is gone",
      (user) => {
        rmSync(join(rootOf(user), "current"));
      },
      "error runtime.missing",
    ],
    [
      "a Node that is gone",
      (user) => {
        relink(user, "/nowhere/node");
      },
      "error node.dead",
    ],
    [
      "no hook",
      (user) => {
        editSettings(user, { hooks: undefined });
      },
      "error hook.none",
    ],
    [
      "hooks that are switched off",
      (user) => {
        editSettings(user, { disableAllHooks: true });
      },
      "error hook.disabled",
    ],
    [
      "a switch that is off",
      (user) => {
        editSettings(user, { sandhook: { enabled: false } });
      },
      "warning config.off",
    ],
    [
      "a project that widens",
      (user) => {
        editProject(user, { sandhook: { network: "open" } });
      },
      "warning config.ignored",
    ],
  ],
  [
    [
      "a hook with a timeout that ends before it",
      (user) => {
        rewriteText(user, /"timeout": \d+/, '"timeout": 1');
      },
      "error hook.altered",
    ],
    [
      "commands that are excluded in vain, and an engine that this system does not have",
      (user) => {
        editSettings(user, { sandhook: { engine: "seatbelt", excludedCommands: ["gh *"] } });
      },
      "warning config.excluded",
    ],
    ["the engine that this system does not have", () => undefined, "error engine.absent"],
  ],
  [
    [
      "settings that are no JSON",
      (user) => {
        writeFile(join(user.project, ".claude/settings.json"), "{");
      },
      "error config.invalid",
    ],
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

function plantJob(user: TempHome): string {
  const seconds = Math.floor(Date.now() / 1000) - 7 * 24 * 60 * 60;
  const folder = join(rootOf(user), "jobs", `${seconds.toString(16)}00000000`);
  mkdirSync(folder);
  return folder;
}

describe("sandhook doctor", () => {
  it("finds nothing wrong with a fresh installation, also on a terminal; says what an old client costs", async () => {
    const user = installedUser();
    const found = report(user);
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
    const words = [
      "-c",
      '"$@"; echo "code $?"; sleep 60',
      "sh",
      process.execPath,
      resolve(PROGRAM),
      "doctor",
    ];
    const terminal = openTerminal(
      { file: "/bin/sh", args: words },
      { env: environment(user), cwd: user.project },
    );
    expect(await terminal.waitFor(/code 0/, 60_000)).toContain("nothing keeps commands from being sandboxed");

    useClient(user, "2.1.200");
    const old = report(user);
    const gaps = old.findings.filter(({ code }) => code === "client.lacks");
    expect(gaps.map(({ facts }) => facts["name"])).toContain("onFailure");
    expect([old.errors, new Set(gaps.map(({ level }) => level))]).toEqual([0, new Set(["warning"])]);
    useClient(user, "2.0.9");
    const older = report(user);
    expect([older.status, bad(older)[0]]).toEqual([1, "error client.lacks"]);
  });

  it.each(PLANTED.map((faults) => ({ faults, names: faults.map(([name]) => name).join("; ") })))(
    "finds $names",
    ({ faults }) => {
      const user = installedUser();
      for (const [, plant] of faults) plant(user);
      const found = report(user);
      expect(bad(found).sort()).toEqual(faults.map(([, , code]) => code).sort());
      expect(found.status).toBe(1);
      for (const [name, , code] of faults) {
        const finding = found.findings.find((candidate) => code.endsWith(candidate.code));
        expect(finding?.remedy, name).toMatch(/\S/);
      }
    },
  );

  it("repairs what needs no decision with --fix and says so, and does not touch what needs one", () => {
    const user = installedUser();
    chmodSync(join(rootOf(user), "jobs"), 0o777);
    plantJob(user);
    relink(user, "/nowhere/node");
    editSettings(user, { disableAllHooks: true });
    const before = readFileSync(settingsOf(user), "utf8");
    const fixed = report(user, "--fix");
    expect([fixed.status, fixed.repaired.length, bad(fixed)]).toEqual([1, 3, ["error hook.disabled"]]);
    expect(report(user, "--fix").repaired).toEqual([]);
    expect(readFileSync(settingsOf(user), "utf8")).toBe(before);
  });

  it("prints plain lines with a remedy each when nobody watches, and takes no flag that it does not know", () => {
    const user = makeTempHome();
    const { status, out, err } = run(user);
    expect([status, err]).toEqual([1, ""]);
    expect(out).not.toContain("\u001b");
    expect(out).toContain("error   no settings file of this project registers the hook");
    expect(out).toContain("        → npx sandhook install\n");
    expect(run(user, "--repair").status).toBe(2);
  });
});
