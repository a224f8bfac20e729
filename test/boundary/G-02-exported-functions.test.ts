import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { asUser, type Ground, rewrite } from "../engines/ground.ts";
import { bubblewrapGround } from "../support/bubblewrap-ground.ts";
import { engineAvailable } from "../support/engines.ts";

const libexec = (ground: Ground): string => path.join(ground.home, ".local/share/sandhook/current/libexec");
const canary = (ground: Ground): string => path.join(ground.home, "canary");

/** Every builtin of bash: functions in their place that do nothing but leave the canary. */
const BUILTINS = execFileSync("/bin/bash", ["-c", "compgen -b"], { encoding: "utf8" }).trim().split("\n");

/** Builtins that still work from a function, and programs of the gate and the runner: the sandbox takes them over, inside. */
const WORKING = [
  ...[
    "[",
    "cd",
    "command",
    "echo",
    "exec",
    "exit",
    "export",
    "kill",
    "printf",
    "pwd",
    "read",
    "test",
    "type",
  ],
  ...["umask", "unset", "wait"],
];
const PROGRAMS = ["bwrap", "cat", "env", "flock", "mkdir", "mkfifo", "mv", "rm", "rmdir", "setsid", "sleep"];

const leave = (ground: Ground): string => `/usr/bin/touch '${canary(ground)}' 2>/dev/null`;

const nothingWorks = (ground: Ground): string[] =>
  BUILTINS.map((name) => `BASH_FUNC_${name}%%=() { ${leave(ground)}; }`);

const allWork = (ground: Ground): string[] => [
  ...WORKING.map((name) => `BASH_FUNC_${name}%%=() { ${leave(ground)}; builtin ${name} "$@"; }`),
  ...PROGRAMS.map((name) => `BASH_FUNC_${name}%%=() { ${leave(ground)}; /usr/bin/${name} "$@"; }`),
];

/** Starts a program as the user where /bin/sh is bash, with exported functions. */
function startWhereShIsBash(
  ground: Ground,
  functions: readonly string[],
  words: readonly string[],
): { status: number | null; out: string } {
  const mount = 'mount --bind /bin/bash "$(readlink -f /bin/sh)" || exit 99; exec "$@"';
  const { HOME, PATH } = { HOME: ground.home, PATH: process.env["PATH"] ?? "" };
  const started = asUser(ground, ["/usr/bin/env", `HOME=${HOME}`, ...functions, ...words]);
  const args = ["--mount", "--", "/bin/bash", "-c", mount, "bash", ...started];
  const { status, stdout, stderr } = spawnSync("unshare", args, {
    cwd: ground.project,
    env: { PATH },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, out: stdout + stderr };
}

const line = (ground: Ground, command: string): string =>
  `source ${ground.home}/.claude/shell-snapshots/snapshot-bash-1-a.sh 2>/dev/null || true && eval '${command}' \\< /dev/null && pwd -P >| /tmp/claude-0000-cwd`;

describe.runIf(engineAvailable("bubblewrap") && process.getuid?.() === 0)("where /bin/sh is bash", () => {
  it("G-02 exported functions reach an ordinary script", () => {
    const ground = bubblewrapGround();
    const script = path.join(ground.project, "script");
    writeFileSync(script, "#!/bin/sh\nprintf x\n");
    chmodSync(script, 0o755);
    startWhereShIsBash(ground, allWork(ground), [script]);
    expect(existsSync(canary(ground))).toBe(true);
  });

  it("G-02 exported functions reach neither the gate nor the runner", () => {
    const ground = bubblewrapGround();
    const gate = path.join(libexec(ground), "shell-gate");
    const own = rewrite(ground, "builtin echo > by-the-runner");
    const id = /sandhook-run ([0-9a-f]{16})/.exec(own)?.[1] ?? "";
    const refused = startWhereShIsBash(ground, nothingWorks(ground), [gate]);
    expect([refused.status, refused.out]).toEqual([126, expect.stringContaining("got 0 arguments")]);
    const runs = [
      [path.join(libexec(ground), "sandhook-run"), id],
      [gate, line(ground, rewrite(ground, "builtin echo > by-a-job"))],
      [gate, line(ground, "builtin echo > by-the-gate")],
    ].map((words) => startWhereShIsBash(ground, allWork(ground), words));
    expect(runs.map(({ out }) => out)).toEqual(["", "", ""]);
    expect(existsSync(canary(ground))).toBe(false);
    for (const name of ["by-the-runner", "by-a-job", "by-the-gate"])
      expect(existsSync(path.join(ground.project, name)), name).toBe(true);
  });
});
