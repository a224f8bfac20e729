import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Who runs Claude Code in a test: a user of the machine, by number, with the groups that open the engine. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** One installed product with a fake HOME, a project, and an engine chosen in the user's settings. */
export interface Ground {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly account: Account;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Words before the shell of a call, for example what gives it another view of the machine. */
  readonly before?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The folder that Claude Code's shell is in afterwards; empty unless the command succeeded. */
  readonly cwd: string;
}

export interface Running {
  /** Process id of the shell that stands for Claude Code's; it leads a process group. */
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

const ME: Account = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, groups: [] };

/** Root runs the tests of an engine as an ordinary user where it can, so that wrong owners show. */
export function ordinaryAccount(groupOf?: string): Account {
  if (ME.uid !== 0) return ME;
  const fields = execFileSync("getent", ["passwd", "sandhook-test"], { encoding: "utf8" }).split(":");
  const groups = groupOf === undefined ? [] : [statSync(groupOf).gid];
  return { uid: Number(fields[2]), gid: Number(fields[3]), groups };
}

/** Root where the tests run as root: for engines that only root may use. */
export function ownAccount(): Account {
  return ME;
}

/** The home folder of an account of this machine. */
export function homeOf({ uid }: Account): string {
  return execFileSync("getent", ["passwd", uid.toString()], { encoding: "utf8" }).split(":")[5] ?? "/";
}

/** Runs a program as the ground's user, without any environment but the given one. */
export function asUser(ground: Pick<Ground, "account">, words: readonly string[]): string[] {
  const { uid, gid, groups } = ground.account;
  if (ME.uid !== 0 || uid === 0) return [...words];
  const others = groups.length === 0 ? ["--clear-groups"] : [`--groups=${groups.join(",")}`];
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, ...others, ...words];
}

function give(ground: Pick<Ground, "account">, folder: string): void {
  execFileSync("chown", ["-R", `${ground.account.uid}:${ground.account.gid}`, folder]);
}

/**
 * Installs dist/ as the installer does, in a new HOME outside of /tmp, with a git repository as the project. `files` are
 * further files of the home folder, by relative path. Without a network where the settings name none: what is not about
 * networks needs no proxy.
 */
export function makeGround(
  name: string,
  account: Account,
  settings: Record<string, unknown>,
  files: Readonly<Record<string, string>> = {},
): Ground {
  const root = realpathSync(mkdtempSync(`/var/tmp/sandhook-${name}-`));
  const ground = {
    root,
    home: path.join(root, "home"),
    project: path.join(root, "pro ject"),
    account,
    settings: { network: "none", ...settings },
  };
  const state = path.join(ground.home, ".local/share/sandhook");
  mkdirSync(path.join(state, "versions"), { recursive: true });
  mkdirSync(path.join(ground.home, ".claude"));
  mkdirSync(path.join(ground.home, ".ssh"));
  mkdirSync(ground.project);
  cpSync("dist", path.join(state, "versions/test"), { recursive: true });
  const libexec = path.join(state, "versions/test/libexec");
  if (process.env["SANDHOOK_TEST_FAST"] !== undefined)
    copyFileSync(
      path.join(libexec, `helper-${process.platform}-${process.arch}`),
      path.join(libexec, "helper"),
    );
  symlinkSync("versions/test", path.join(state, "current"));
  symlinkSync(process.execPath, path.join(state, "node"));
  writeFileSync(
    path.join(ground.home, ".claude/settings.json"),
    JSON.stringify({ sandhook: ground.settings }),
  );
  writeFileSync(path.join(ground.home, ".ssh/id_rsa"), "key of the host\n");
  writeFileSync(
    path.join(ground.home, ".gitconfig"),
    "[user]\n\tname = Tess Ter\n\temail = t@example.invalid\n",
  );
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(ground.home, file)), { recursive: true });
    writeFileSync(path.join(ground.home, file), text);
  }
  execFileSync("git", ["init", "-q", "-b", "main", ground.project]);
  give(ground, root);
  execFileSync("chmod", ["755", root]);
  if (account.uid !== ME.uid) chownSync(root, account.uid, account.gid);
  return ground;
}

function libexec(ground: Ground): string {
  return path.join(ground.home, ".local/share/sandhook/current/libexec");
}

/** Variables of a user who has secrets in them. */
function environment(ground: Ground): Record<string, string> {
  return {
    HOME: ground.home,
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    ANTHROPIC_API_KEY: "sk-host",
    HOST_VARIABLE: "of the host",
    DOCKER_HOST: "tcp://127.0.0.1:1",
    CONTAINER_HOST: "tcp://127.0.0.1:1",
    LC_TEST: 'two "words" $HOME\n`third`',
  };
}

/** What of a call's event is not the usual. */
export interface Asked {
  readonly sessionId?: string;
  readonly toolUseId?: string;
  readonly permissionMode?: string;
  /** Further fields of the tool's input. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** How the client starts the hook for a Bash call, and what it writes to it. */
export function hookCall(
  ground: Ground,
  command: string,
  cwd = ground.project,
  asked: Asked = {},
): { words: string[]; input: string } {
  const event = {
    session_id: asked.sessionId ?? "s",
    cwd,
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_use_id: asked.toolUseId ?? "t",
    ...(asked.permissionMode === undefined ? {} : { permission_mode: asked.permissionMode }),
    tool_input: { command, description: "a test", ...asked.input },
  };
  const words = ["/usr/bin/env", "-i", `HOME=${ground.home}`, "PATH=/usr/local/bin:/usr/bin:/bin"];
  const hook = [
    `CLAUDE_PROJECT_DIR=${ground.project}`,
    "/bin/sh",
    path.join(libexec(ground), "hook"),
    "pre-tool-use",
  ];
  return { words: asUser(ground, [...words, ...hook]), input: JSON.stringify(event) };
}

/** The hook's reply for a Bash call. */
export function askHook(
  ground: Ground,
  command: string,
  cwd?: string,
  asked?: Asked,
): Record<string, unknown> {
  const { words, input } = hookCall(ground, command, cwd, asked);
  const [file = "", ...args] = words;
  const reply = execFileSync(file, args, { input, encoding: "utf8", cwd: "/" });
  return (JSON.parse(reply) as { hookSpecificOutput: Record<string, unknown> }).hookSpecificOutput;
}

/** The rewritten line. */
export function rewrite(ground: Ground, command: string, cwd?: string, asked?: Asked): string {
  const reply = askHook(ground, command, cwd, asked);
  const updated = reply["updatedInput"] as { command: string } | undefined;
  if (updated === undefined) throw new Error(`not rewritten: ${JSON.stringify(reply)}`);
  return updated.command;
}

/** Lines that run the job of a rewritten one, each a copy of its own: asking the hook takes longer than what a test is about. */
export function repeatLine(ground: Ground, line: string, count: number): string[] {
  const [, id = ""] = /sandhook-run'? ([0-9a-f]{16})/.exec(line) ?? [];
  const ids = Array.from({ length: count }, () => randomBytes(8).toString("hex"));
  const copy =
    'id=$1; shift; for file in jobs/$id containers/*/*/inbox/$id; do for n; do cp -a "$file" "${file%/*}/$n" || exit 1; done; done';
  const cwd = path.join(ground.home, ".local/share/sandhook");
  execFileSync("bash", ["-O", "nullglob", "-c", copy, "bash", id, ...ids], { cwd });
  return ids.map((n) => line.replaceAll(id, n));
}

/** Starts a line as Claude Code does: bash in a session of its own, output into files, then the new folder. */
export function startLine(ground: Ground, line: string, cwd = ground.project): Running {
  const folder = mkdtempSync("/var/tmp/sandhook-call-");
  chownSync(folder, ground.account.uid, ground.account.gid);
  const script = `exec >"$1/out" 2>"$1/err"; eval "$2" </dev/null && pwd -P >| "$1/cwd"`;
  const [file = "", ...args] = asUser(ground, [
    ...(ground.before ?? []),
    ...["/bin/bash", "-c", script, "bash", folder, line],
  ]);
  const child = spawn(file, args, { env: environment(ground), cwd, detached: true, stdio: "ignore" });
  const read = (name: string): Buffer => {
    try {
      return readFileSync(path.join(folder, name));
    } catch {
      return Buffer.alloc(0); // Not written: the command failed, or was killed at once.
    }
  };
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve({
        code,
        signal,
        stdout: read("out"),
        stderr: read("err").toString(),
        cwd: read("cwd").toString().trim(),
      });
      rmSync(folder, { recursive: true, force: true });
    });
  });
  return { pid: child.pid ?? 0, ended };
}

/** One Bash call from hook to end. */
export async function call(ground: Ground, command: string, cwd?: string, asked?: Asked): Promise<Ended> {
  return startLine(ground, rewrite(ground, command, cwd, asked), cwd).ended;
}

/** What matters most of a call in one value. */
export async function outcome(
  ground: Ground,
  command: string,
): Promise<{ code: number | null; out: string; err: string }> {
  const { code, stdout, stderr } = await call(ground, command);
  return { code, out: stdout.toString(), err: stderr };
}

/** Processes of the machine whose command line holds a text: the tests see into every container from here. */
export function processesWith(text: string): number[] {
  if (process.platform === "darwin") return processesOfMac(text.replaceAll("\0", " "));
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      if (/\) [ZX] /.test(stat)) return [];
      return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text) ? [Number(name)] : [];
    } catch {
      return []; // It ended while we looked.
    }
  });
}

function processesOfMac(text: string): number[] {
  const lines = execFileSync("/bin/ps", ["-axww", "-o", "pid=,stat=,command="], { encoding: "utf8" }).split(
    "\n",
  );
  return lines.flatMap((line) => {
    const [, id, command] = /^ *(\d+) +[^Z ]\S* +(.*)$/.exec(line) ?? [];
    return command?.includes(text) === true && Number(id) !== process.pid ? [Number(id)] : [];
  });
}

/** Polls until a condition holds, for at most a minute. */
export async function until(condition: () => boolean): Promise<void> {
  const limit = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`not so within a minute: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A duration for sleep that no other process of the machine sleeps for, by which its processes are found. */
export function freshMark(): string {
  return `87${process.hrtime.bigint().toString().slice(-7)}`;
}
