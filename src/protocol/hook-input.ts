import { InputError } from "../core/errors.ts";
import { type HostPath, hostPath } from "../core/paths.ts";
import type { ToolCall } from "../core/plan.ts";
import type { ToolUse } from "../core/tool-use.ts";
import { FILE_TOOLS, readToolTarget } from "./file-tools.ts";

/** The tools whose input is a shell command. */
const SHELL_TOOLS: readonly string[] = ["Bash", "Monitor", "PowerShell"];

/** One PreToolUse event. `toolInput` is kept whole: the reply must echo every field that it does not change. */
export interface HookInput {
  readonly toolInput: Readonly<Record<string, unknown>>;
  /** Undefined when the tool runs no shell command (a file tool, a Monitor that watches a web socket). */
  readonly call: ToolCall | undefined;
  /** A call of one of the client's own file and web tools. */
  readonly use?: ToolUse;
}

function invalid(expected: string): never {
  throw new InputError({
    code: "hook.invalid-input",
    message: `the hook's input is not what Claude Code documents: ${expected}`,
    hint: "This release of Claude Code may need a newer sandhook: type sandhook doctor",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid("it is not JSON");
  }
  return isRecord(value) ? value : invalid("it is not an object");
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function requireFolder(value: unknown): HostPath {
  const text = optionalText(value);
  return text === undefined ? invalid("cwd is missing") : hostPath(text);
}

function requireCommand(tool: string, input: Readonly<Record<string, unknown>>): string | undefined {
  const { command } = input;
  if (typeof command === "string") return command;
  if (tool === "Monitor" && command === undefined && input["ws"] !== undefined) return undefined;
  return invalid(`tool_input.command of ${tool} is missing`);
}

function optionalPath(value: unknown): HostPath | undefined {
  const text = optionalText(value);
  return text?.startsWith("/") === true ? hostPath(text) : undefined;
}

/** What every event of a tool says about its place in the session. */
function placeOf(
  event: Readonly<Record<string, unknown>>,
): Pick<ToolCall, "cwd" | "sessionId" | "toolUseId" | "agentId" | "permissionMode"> {
  return {
    cwd: requireFolder(event["cwd"]),
    sessionId: optionalText(event["session_id"]),
    toolUseId: optionalText(event["tool_use_id"]),
    agentId: optionalText(event["agent_id"]),
    permissionMode: optionalText(event["permission_mode"]),
  };
}

/**
 * Reads one PreToolUse event from stdin's text. Unknown fields pass through; what we rely on is required.
 * @throws InputError `hook.invalid-input`, `path.not-absolute`
 */
export function parseHookInput(text: string): HookInput {
  const event = parseJson(text);
  const tool = optionalText(event["tool_name"]);
  if (event["hook_event_name"] !== "PreToolUse") invalid("hook_event_name is not PreToolUse");
  if (tool === undefined || !(SHELL_TOOLS.includes(tool) || FILE_TOOLS.includes(tool)))
    return invalid(`tool_name is ${JSON.stringify(event["tool_name"])}`);
  const toolInput = isRecord(event["tool_input"]) ? event["tool_input"] : invalid("tool_input is missing");
  const place = placeOf(event);
  if (!SHELL_TOOLS.includes(tool)) {
    const target =
      readToolTarget(tool, toolInput) ?? invalid(`tool_input of ${tool} does not say what it is about`);
    const transcript = optionalPath(event["transcript_path"]);
    return { toolInput, call: undefined, use: { tool, target, transcript, ...place } };
  }
  const command = requireCommand(tool, toolInput);
  if (command === undefined) return { toolInput, call: undefined };
  const call: ToolCall = {
    tool,
    command,
    ...place,
    background: toolInput["run_in_background"] === true,
    wantsUnsandboxed: toolInput["dangerouslyDisableSandbox"] === true,
  };
  return { toolInput, call };
}
