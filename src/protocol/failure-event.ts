import { type HostPath, hostPath } from "../core/paths.ts";

/** What PostToolUseFailure tells of a shell command. */
export interface FailureEvent {
  readonly tool: string;
  /** As it was run: the rewritten line, when the hook wrote one. */
  readonly line: string;
  readonly toolUseId: string | undefined;
  readonly sessionId: string | undefined;
  readonly cwd: HostPath;
  /** `Exit code N`, then the output; at most 10,000 characters. */
  readonly error: string;
}

/** The job in a line that our hook wrote. */
export function jobIdOf(line: string): string | undefined {
  return /\/sandhook-run'? ([0-9a-f]{16}) && /.exec(line)?.[1];
}

/** Reads the event; undefined for anything that is not a failed shell command, or that the user broke off. */
export function readFailureEvent(text: string): FailureEvent | undefined {
  const event = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  const { tool_name: tool, tool_input: input, cwd, error, is_interrupt: interrupted } = event ?? {};
  const line = typeof input === "object" && input !== null && "command" in input ? input.command : undefined;
  if (typeof tool !== "string" || typeof line !== "string" || typeof error !== "string") return undefined;
  if (typeof cwd !== "string" || !cwd.startsWith("/") || interrupted === true) return undefined;
  const named = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const toolUseId = named(event?.["tool_use_id"]);
  return { tool, line, toolUseId, sessionId: named(event?.["session_id"]), cwd: hostPath(cwd), error };
}

/** The reply that puts a text beside the tool's result; an empty one says nothing. */
export function contextReply(text: string | undefined): string {
  if (text === undefined) return "{}";
  return JSON.stringify({
    hookSpecificOutput: { hookEventName: "PostToolUseFailure", additionalContext: text },
  });
}
