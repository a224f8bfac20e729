import { InputError } from "../core/errors.ts";
import { type HostPath, hostPath } from "../core/paths.ts";

/** The events of a session that we answer beside PreToolUse. */
export type SessionEventName = "SessionStart" | "UserPromptSubmit" | "ConfigChange";

/** One event, with what we use of it. */
export interface SessionEvent {
  readonly cwd: HostPath;
  readonly sessionId: string | undefined;
  /** Of ConfigChange: whose settings; of SessionStart: why. */
  readonly source: string | undefined;
  /** Of ConfigChange: the settings file. */
  readonly file: string | undefined;
}

/** The documented reply to these events: nothing, a block with its reason, or words for the model. */
export type SessionReply =
  | Readonly<Record<string, never>>
  | { readonly decision: "block"; readonly reason: string }
  | {
      readonly hookSpecificOutput: {
        readonly hookEventName: SessionEventName;
        readonly additionalContext: string;
      };
    };

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Reads one event from stdin's text. Unknown fields pass through.
 * @throws InputError `hook.invalid-input`
 */
export function parseSessionEvent(text: string, name: SessionEventName): SessionEvent {
  let event: Readonly<Record<string, unknown>> | undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) event = value as Readonly<Record<string, unknown>>;
  } catch {
    event = undefined;
  }
  const cwd = optionalText(event?.["cwd"]);
  if (event?.["hook_event_name"] !== name || cwd === undefined) {
    throw new InputError({
      code: "hook.invalid-input",
      message: `the hook's input is not what Claude Code documents for ${name}`,
      hint: "This release of Claude Code may need a newer sandhook: type sandhook doctor",
    });
  }
  return {
    cwd: hostPath(cwd),
    sessionId: optionalText(event["session_id"]),
    source: optionalText(event["source"]),
    file: optionalText(event["file_path"]),
  };
}

/** Nothing to say. */
export function silentReply(): SessionReply {
  return {};
}

/** What was asked does not happen. */
export function blockReply(reason: string): SessionReply {
  return { decision: "block", reason };
}

/** Words that the model reads. */
export function contextReply(hookEventName: SessionEventName, additionalContext: string): SessionReply {
  return { hookSpecificOutput: { hookEventName, additionalContext } };
}

/** Our copy of the reply's schema: what is printed must pass it. */
export function isSessionReply(value: unknown): value is SessionReply {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value).join();
  const { decision, reason, hookSpecificOutput } = value as Readonly<Record<string, unknown>>;
  if (keys === "decision,reason") return decision === "block" && typeof reason === "string" && reason !== "";
  if (keys !== "hookSpecificOutput") return keys === "";
  const output = (hookSpecificOutput ?? {}) as Readonly<Record<string, unknown>>;
  return typeof output["hookEventName"] === "string" && typeof output["additionalContext"] === "string";
}
