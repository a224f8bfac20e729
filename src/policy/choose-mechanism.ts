import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import type { Mechanism, Permission } from "../core/decision.ts";
import { PolicyError } from "../core/errors.ts";
import type { ToolCall } from "../core/plan.ts";

/**
 * Programs whose exit code 1 the client does not take for a failure, when it sees them in the line that it runs (2.1.330).
 * A word too many costs one start of the gate.
 */
const JUDGED_BY_NAME = /(?:^|[;|&({\n])\s*(?:(?:[ef]?grep|rg|find|diff|test|\[)|git (?:diff|grep))\s/;

interface Question {
  readonly config: Config;
  readonly call: ToolCall;
  readonly permission: Permission;
  /** Whether the shell gate is there for this session's calls. */
  readonly gateTakesCalls: () => boolean;
}

/** Why the client should see the original: it refuses our line, asks about it, or would misread how it ended. */
function rewriteHarms({ call, permission }: Question): boolean {
  return call.permissionMode === "plan" || permission !== "allow" || JUDGED_BY_NAME.test(call.command);
}

/**
 * Whether the hook rewrites a call or leaves it to the shell gate.
 * @throws PolicyError `mechanism.no-gate` when the gate is demanded and this session has none
 */
export function chooseMechanism(question: Question): Mechanism {
  const { value, source } = question.config.mechanism;
  switch (value) {
    case "rewrite":
      return "rewrite";
    case "auto":
      return rewriteHarms(question) && question.gateTakesCalls() ? "gate" : "rewrite";
    case "gate":
      if (question.gateTakesCalls()) return "gate";
      throw new PolicyError({
        code: "mechanism.no-gate",
        message: `sandhook.mechanism is gate (${renderSource(source)}), and this session has no shell gate`,
        hint: "Start a new session. If this repeats, type: sandhook doctor",
      });
  }
}
