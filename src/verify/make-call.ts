import { spawn } from "node:child_process";
import { constants } from "node:os";
import { EngineError } from "../core/errors.ts";
import { renderHandler } from "../install/handler.ts";
import { REGISTRATIONS, TIMEOUT_SECONDS } from "../install/registration.ts";
import { layoutFor } from "../install/layout.ts";
import { runProcess } from "../install/run-process.ts";
import { parseReply, startOf } from "../install/self-check.ts";
import { secretOf, type Names } from "./names.ts";
import { SECRET_VARIABLES } from "./attempts/environment.ts";
import type { World } from "./world.ts";

/** What one call ended with. */
export interface CallEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The first call of an engine may build an image. */
const PATIENCE_MS = 20 * 60 * 1000;

/** Puts a secret into a session keyring that only this call has, then becomes the words that follow. */
const WITH_KEYRING =
  '($c, $a, $name, $s) = splice @ARGV, 0, 4; $type = "user"; syscall($c + 0, 1, 0); syscall($a + 0, $type, $name, $s, length $s, -3); exec @ARGV';
const KEY_CALLS: Readonly<Record<string, readonly [keyctl: string, addKey: string]>> = {
  x64: ["250", "248"],
  arm64: ["219", "217"],
};

/** The environment that a careless user starts Claude Code in. */
export function callerEnvironment(world: World, names: Names, proxyPort: string): Record<string, string> {
  return {
    HOME: world.home,
    PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    LANG: "C.UTF-8",
    http_proxy: `http://127.0.0.1:${proxyPort}`,
    ...Object.fromEntries(SECRET_VARIABLES.map((name) => [name, secretOf(names, `env:${name}`)])),
  };
}

/**
 * Asks the hook that an installation registers, as the client does, and gives the rewritten line.
 * @throws EngineError `verify.refused`
 */
export async function askHook(world: World, command: string): Promise<string> {
  const { root } = layoutFor(world.home);
  const registration = REGISTRATIONS.find(({ event }) => event === "PreToolUse");
  if (registration === undefined) throw new TypeError("an installation registers PreToolUse");
  const target = { kind: "own", home: world.home, root, claudeConfigDir: undefined } as const;
  const handler = renderHandler(registration, { ...target, timeout: TIMEOUT_SECONDS.failsClosed });
  const event = {
    session_id: "00000000-0000-0000-0000-000000000000",
    transcript_path: "",
    cwd: world.project,
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command, description: "attempts of sandhook verify" },
    tool_use_id: "toolu_sandhook_verify",
  };
  const answer = await runProcess(startOf(handler, world.project, event));
  const reply = parseReply(answer)?.hookSpecificOutput;
  const line = reply?.updatedInput?.command;
  if (line !== undefined && reply?.permissionDecision !== "deny") return line;
  throw new EngineError({
    code: "verify.refused",
    message: `the hook refused the call: ${reply?.permissionDecisionReason ?? (answer.stderr.trim() || "no answer")}`,
  });
}

/** Runs a line as the client's shell does: in the project, in a process group of its own. */
export function runLine(
  world: World,
  names: Names,
  line: string,
  environment: Readonly<Record<string, string>>,
): Promise<CallEnd> {
  const shell = ["/bin/bash", "-c", 'eval "$1" </dev/null', "bash", line];
  const calls = KEY_CALLS[process.arch];
  const keyring =
    process.platform === "linux" && calls !== undefined
      ? ["perl", "-e", WITH_KEYRING, ...calls, names.key, secretOf(names, "keyring")]
      : [];
  return new Promise((resolve) => {
    const start = ([file = "", ...args]: readonly string[]): void => {
      const child = spawn(file, args, {
        cwd: world.project,
        env: environment,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, PATIENCE_MS);
      child.once("error", () => {
        clearTimeout(timer);
        if (file === "perl")
          start(shell); // Without perl there is no keyring, and its attempt shows nothing.
        else resolve({ code: 127, stdout: "", stderr: `${file} cannot be started` });
      });
      child.once("close", (code, signal) => {
        if (child.pid === undefined) return;
        clearTimeout(timer);
        resolve({
          code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
          stdout: Buffer.concat(stdout).toString("latin1"),
          stderr: Buffer.concat(stderr).toString(),
        });
      });
    };
    start([...keyring, ...shell]);
  });
}
