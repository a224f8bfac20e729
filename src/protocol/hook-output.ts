import type { Permission } from "../core/decision.ts";

/** What the hook prints: the documented reply to PreToolUse, and nothing else. */
export interface HookOutput {
  readonly systemMessage?: string;
  readonly hookSpecificOutput?: {
    readonly hookEventName: "PreToolUse";
    readonly permissionDecision?: "allow" | "ask" | "deny";
    readonly permissionDecisionReason?: string;
    readonly updatedInput?: Readonly<Record<string, unknown>>;
  };
}

/**
 * The call goes on with another command. `updatedInput` replaces the whole object, so every other field is echoed,
 * but the request to leave the (native) sandbox is dropped.
 */
export function rewriteReply(
  toolInput: Readonly<Record<string, unknown>>,
  command: string,
  permission: Permission,
  reason: string,
): HookOutput {
  const kept = Object.entries(toolInput).filter(([name]) => name !== "dangerouslyDisableSandbox");
  const updatedInput = { ...Object.fromEntries(kept), command };
  if (permission === "undecided")
    return { hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput } };
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: permission,
      permissionDecisionReason: reason,
      updatedInput,
    },
  };
}

/** Answers after which the shell gate wraps the call, each with its job: the only ones that may allow without a rewrite. */
const leftToGate = new WeakMap<HookOutput, string>();

/** The call goes on as it is, and the shell gate runs the job that waits for it. */
export function gateReply(permission: Permission, reason: string, job: string): HookOutput {
  const decided =
    permission === "undecided" ? {} : { permissionDecision: permission, permissionDecisionReason: reason };
  const reply: HookOutput = { hookSpecificOutput: { hookEventName: "PreToolUse", ...decided } };
  leftToGate.set(reply, job);
  return reply;
}

/** The job of a call that was left to the shell gate. */
export function jobLeftToGate(reply: HookOutput): string | undefined {
  return leftToGate.get(reply);
}

/** The call does not run; `reason` is read by the model. */
export function denyReply(reason: string): HookOutput {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: reason,
    },
  };
}

/** The call of a tool that is no command waits for a person's word; in a session that nobody watches it is denied. */
export function askReply(reason: string): HookOutput {
  return {
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "ask",
      permissionDecisionReason: reason,
    },
  };
}

/** The call goes on as it is, under Claude Code's own permission flow. */
export function passReply(): HookOutput {
  return {};
}

/** Our copy of the reply's schema: what is printed must pass it, or the hook refuses instead. */
export function isValidReply(value: unknown): value is HookOutput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const output = (value as HookOutput).hookSpecificOutput;
  if (output === undefined) return Object.keys(value).length === 0;
  const decision: unknown = output.permissionDecision;
  const command: unknown = output.updatedInput?.["command"];
  const rewrites = output.updatedInput !== undefined;
  const gated = leftToGate.has(value);
  const bare = gated || decision === "deny" || (decision === "ask" && !rewrites);
  return (
    (output.hookEventName as unknown) === "PreToolUse" &&
    (decision === undefined || decision === "allow" || decision === "ask" || decision === "deny") &&
    (bare ? !rewrites : rewrites && typeof command === "string" && command !== "")
  );
}
