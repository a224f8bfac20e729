import { z } from "zod";
import { quote } from "../rewrite/quote.ts";
import type { HookHandler } from "./handler.ts";

/** One process to run to its end. */
export interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly stdin: string;
  /** Added to the caller's environment. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface RunResult {
  /** 128 + signal when it was killed. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Runner = (run: Run) => Promise<RunResult>;

/** What a sample call through the registered command showed. */
export type SelfCheck =
  | {
      readonly kind: "sandboxed";
      readonly before: string;
      readonly after: string;
      readonly rewritten: string;
    }
  /** The hook works and said no: nothing runs unsandboxed, but nothing runs at all. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The rewritten command did not end well. */
  | { readonly kind: "failed"; readonly rewritten: string; readonly reason: string }
  /** Claude Code would have run the sample as it is. */
  | { readonly kind: "unprotected"; readonly reason: string };

/**
 * Prints lines that differ in a sandbox: who, on which machine, in which process namespace (where the system has any),
 * how many processes can be seen, and whether the client's settings can be written. Needs nothing but a POSIX shell.
 */
export const SAMPLE_COMMAND = [
  `printf 'user %s\\n' "$(id -un 2>/dev/null || id -u)"`,
  `printf 'machine %s\\n' "$(uname -n)"`,
  `printf 'namespace %s\\n' "$(readlink /proc/self/ns/pid 2>/dev/null || echo none)"`,
  `set -- /proc/[0-9]*; printf 'processes seen %s\\n' "$#"`,
  `if [ -w "$HOME/.claude" ]; then echo 'settings writable'; else echo 'settings protected'; fi`,
].join("; ");

/** Same number, same processes: nothing was entered. A system without namespaces prints `none`. */
const NAMESPACE = /^namespace (pid:.+)$/m;

const reply = z.looseObject({
  hookSpecificOutput: z.looseObject({
    hookEventName: z.literal("PreToolUse"),
    permissionDecision: z.enum(["allow", "deny", "ask", "defer"]).optional(),
    permissionDecisionReason: z.string().optional(),
    updatedInput: z.looseObject({ command: z.string() }).optional(),
  }),
});

export interface SelfCheckOptions {
  /** Exactly as it was registered. */
  readonly handler: HookHandler;
  /** The registered shell prefix; undefined when the scope has none. */
  readonly gate: string | undefined;
  /** An existing folder, in the place of the session's project. */
  readonly project: string;
  readonly run: Runner;
}

/** Sends a sample call through the hook that was registered, and a sample line through the gate, and compares. */
export async function checkInstallation(options: SelfCheckOptions): Promise<SelfCheck> {
  const hook = await checkHook(options);
  if (hook.kind !== "sandboxed" || options.gate === undefined) return hook;
  const line = sampleLine(options.project);
  const after = await options.run(shell(`${quote(options.gate)} ${quote(line)}`, options.project));
  return judgeRun({ before: hook.before, after, rewritten: hook.rewritten });
}

/** What Claude Code hands to a shell for a Bash call, in the form of the newest release. */
function sampleLine(project: string): string {
  const snapshot = `source ${project}/shell-snapshots/snapshot-bash-0.sh 2>/dev/null || true`;
  return `${snapshot} && eval ${quote(SAMPLE_COMMAND)} < /dev/null && pwd -P >| /dev/null`;
}

async function checkHook({ handler, project, run }: SelfCheckOptions): Promise<SelfCheck> {
  const answer = await run(startOf(handler, project, sampleCall(project)));
  if (answer.exitCode === 2) return { kind: "refused", reason: answer.stderr.trim() };
  const parsed = parseReply(answer);
  if (parsed === undefined) return { kind: "unprotected", reason: describe(answer) };
  const { permissionDecision, permissionDecisionReason = "", updatedInput } = parsed.hookSpecificOutput;
  if (permissionDecision === "deny") return { kind: "refused", reason: permissionDecisionReason };
  const rewritten = updatedInput?.command;
  if (rewritten === undefined || rewritten === SAMPLE_COMMAND) {
    return {
      kind: "unprotected",
      reason: permissionDecisionReason || "the hook did not rewrite the command",
    };
  }
  const before = await run(shell(SAMPLE_COMMAND, project));
  const after = await run(shell(rewritten, project));
  return judgeRun({ before: before.stdout, after, rewritten });
}

function judgeRun(samples: {
  readonly before: string;
  readonly after: RunResult;
  readonly rewritten: string;
}): SelfCheck {
  const { before, after, rewritten } = samples;
  if (after.exitCode !== 0) return { kind: "failed", rewritten, reason: describe(after) };
  const outside = NAMESPACE.exec(before)?.[1];
  if (outside !== undefined && NAMESPACE.exec(after.stdout)?.[1] === outside) {
    return {
      kind: "unprotected",
      reason: `the rewritten command saw what the machine sees:\n${after.stdout}`,
    };
  }
  return { kind: "sandboxed", before, after: after.stdout, rewritten };
}

/** How the client starts a handler for an event: exec form when it has `args`, else through a shell. */
export function startOf({ command, args }: HookHandler, project: string, event: unknown): Run {
  const variables = { CLAUDE_PROJECT_DIR: project };
  const stdin = `${JSON.stringify(event)}\n`;
  if (args === undefined) return { file: "/bin/sh", args: ["-c", command], cwd: project, stdin, variables };
  const filled = args.map((word) => word.split("${CLAUDE_PROJECT_DIR}").join(project));
  return { file: command, args: filled, cwd: project, stdin, variables };
}

function shell(line: string, cwd: string): Run {
  return { file: "/bin/bash", args: ["-c", line], cwd, stdin: "", variables: {} };
}

function sampleCall(project: string): unknown {
  return {
    session_id: "00000000-0000-0000-0000-000000000000",
    transcript_path: "",
    cwd: project,
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: SAMPLE_COMMAND, description: "Check of the installation" },
    tool_use_id: "toolu_sandhook_check",
  };
}

/** As the client does: an answer that is not valid JSON of the documented form is none. */
export function parseReply({ exitCode, stdout }: RunResult): z.infer<typeof reply> | undefined {
  if (exitCode !== 0) return undefined;
  try {
    return reply.safeParse(JSON.parse(stdout)).data;
  } catch {
    return undefined;
  }
}

function describe({ exitCode, stdout, stderr }: RunResult): string {
  const words = stderr.trim() || stdout.trim() || "nothing was printed";
  return `exit code ${String(exitCode)}: ${words}`;
}
