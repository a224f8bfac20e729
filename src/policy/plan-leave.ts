import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import type { Leave } from "../core/decision.ts";
import type { ToolCall } from "../core/plan.ts";
import type { LinePatterns } from "./permission/line-patterns.ts";

export interface LeaveRequest {
  readonly config: Config;
  readonly call: ToolCall;
  readonly patterns: LinePatterns;
  /** A project file that is not trusted and sets environment variables, if there is one. */
  readonly foreignEnvironment: string | undefined;
}

/** What becomes of the wish to run outside: nobody has it, it is not granted (and why), or it is. */
export type LeavePlan =
  | { readonly kind: "unasked" }
  | { readonly kind: "withheld"; readonly reason: string }
  | { readonly kind: "granted"; readonly ask: boolean; readonly leave: Leave };

/** Why a call would run outside, in words; undefined when nothing says so. */
function findWish({ config, call, patterns }: LeaveRequest): string | undefined {
  if (call.wantsUnsandboxed) return "dangerouslyDisableSandbox";
  const excluded = config.excludedCommands;
  // With `deny` an exclusion has no effect, so that nothing is loaded to match it.
  if (excluded.length === 0 || config.unsandboxed.value === "deny") return undefined;
  const covers = patterns.covers(
    call.command,
    excluded.map(({ value }) => value),
  );
  return covers
    ? `excludedCommands of ${renderSource(excluded[0]?.source ?? config.unsandboxed.source)}`
    : undefined;
}

/**
 * Whether one tool call may run outside of the sandbox. Only a call that can be named gets a leave: the shell gate sees
 * lines, not calls, and so never gives one. Variables of a project that is not trusted (PATH, LD_PRELOAD) would decide
 * what runs on the host.
 */
export function planLeave(request: LeaveRequest): LeavePlan {
  const { config, call, foreignEnvironment } = request;
  const wish = findWish(request);
  if (wish === undefined) return { kind: "unasked" };
  const { value, source } = config.unsandboxed;
  const withheld = (reason: string): LeavePlan => ({
    kind: "withheld",
    reason: `${wish} has no effect: ${reason}`,
  });
  if (value === "deny") return withheld(`sandhook.unsandboxed is deny (${renderSource(source)})`);
  if (foreignEnvironment !== undefined)
    return withheld(`${foreignEnvironment} sets variables and is not trusted (type: sandhook trust)`);
  const { sessionId, toolUseId } = call;
  if (sessionId === undefined || toolUseId === undefined)
    return withheld("this release of Claude Code does not name its calls");
  const denied = config["env.deny"].map(({ value: pattern }) => pattern);
  return { kind: "granted", ask: value === "ask", leave: { because: wish, sessionId, toolUseId, denied } };
}
