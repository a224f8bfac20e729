import type { AuditEvent, AuditSettings } from "../../core/audit.ts";
import type { Decision } from "../../core/decision.ts";
import { isSandboxError, renderFailure } from "../../core/errors.ts";
import type { ToolCall } from "../../core/plan.ts";
import type { ToolDecision, ToolTarget, ToolUse } from "../../core/tool-use.ts";
import type { Digest } from "./place.ts";

/** Characters of a command that are recorded; the rest is in its digest. */
const MOST_TEXT = 8192;

/** The part of an event that says what was asked, and where. */
export type Subject = Pick<AuditEvent, "session" | "toolUse" | "agent" | "cwd" | "tool"> & {
  /** The command, path or address. */
  readonly about: string;
};

/** The part of an event that says what was answered. */
export type Outcome = Pick<
  AuditEvent,
  "decision" | "permission" | "code" | "rule" | "reason" | "engine" | "profile" | "job"
>;

function placeOf({
  sessionId,
  toolUseId,
  agentId,
  cwd,
  tool,
}: Pick<ToolCall, "sessionId" | "toolUseId" | "agentId" | "cwd" | "tool">): Omit<Subject, "about"> {
  return { session: sessionId, toolUse: toolUseId, agent: agentId, cwd, tool };
}

export function subjectOfCall(call: ToolCall): Subject {
  return { ...placeOf(call), about: call.command };
}

function targetText(target: ToolTarget): string {
  switch (target.kind) {
    case "fetch":
      return target.url;
    case "list":
      return target.pattern === undefined ? target.path : `${target.path} ${target.pattern}`;
    case "read":
    case "write":
    case "search":
      return target.path;
  }
}

export function subjectOfUse(use: ToolUse): Subject {
  return { ...placeOf(use), about: targetText(use.target) };
}

/** `job`: the one that was written for it. */
export function outcomeOfDecision(decision: Decision, job?: string): Outcome {
  switch (decision.kind) {
    case "refuse":
      return { decision: "refuse", code: decision.code, reason: decision.reason };
    case "pass":
      return { decision: "outside", permission: decision.permission, reason: decision.reason };
    case "outside":
      return { decision: "outside", permission: decision.permission, reason: decision.reason, job };
    case "sandbox":
      return {
        decision: "sandbox",
        permission: decision.permission,
        reason: decision.reason,
        engine: decision.engine,
        profile: decision.plan.profile,
        job,
      };
  }
}

export function outcomeOfTool(decision: ToolDecision): Outcome {
  const { kind, code, reason } = decision;
  return { decision: kind, code, reason, ...(kind === "pass" ? {} : { rule: decision.rule }) };
}

export function outcomeOfFailure(error: unknown): Outcome {
  const code = isSandboxError(error) ? error.code : "failure";
  return { decision: "refuse", code, reason: renderFailure(error) };
}

/**
 * The subject as policy lets it be recorded. A reason can hold parts of the command and a rule the path, so a policy that
 * wants digests gets neither.
 */
export function recordable(
  { about, ...place }: Subject,
  outcome: Outcome,
  { commands }: Pick<AuditSettings, "commands">,
  digest: Digest,
): Omit<AuditEvent, "id" | "time" | "event"> {
  if (commands === "hash") {
    return { ...place, commandHash: digest(about), ...outcome, reason: undefined, rule: undefined };
  }
  const cut = about.length > MOST_TEXT;
  const text = {
    command: cut ? about.slice(0, MOST_TEXT) : about,
    ...(cut ? { commandHash: digest(about) } : {}),
  };
  return { ...place, ...text, ...outcome };
}
