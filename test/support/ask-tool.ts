import { execFileSync } from "node:child_process";
import path from "node:path";
import { hostPath } from "../../src/core/paths.ts";
import { nodeHost } from "../../src/host/node-host.ts";
import { rememberingHost } from "../../src/host/remembering-host.ts";
import type { HookOutput } from "../../src/protocol/hook-output.ts";
import { answerToolCall } from "../../src/runtime/answer-tool-call.ts";
import { cachedReader } from "../../src/runtime/cached-reader.ts";
import { locateSite } from "../../src/runtime/site.ts";
import { type Ground, hookCall } from "../engines/ground.ts";

/** What the hook says about a call of one of the client's own tools. */
export interface ToolReply {
  readonly kind: "pass" | "ask" | "deny";
  readonly reason: string;
}

type Fields = Readonly<Record<string, unknown>>;

function eventText(ground: Ground, tool: string, input: Fields): string {
  const event = JSON.parse(hookCall(ground, "").input) as object;
  return JSON.stringify({ ...event, tool_name: tool, tool_input: input });
}

function read({ hookSpecificOutput: output }: HookOutput): ToolReply {
  const { permissionDecision: decision, permissionDecisionReason: reason = "" } = output ?? {};
  if (decision === undefined) return { kind: "pass", reason };
  return { kind: decision === "ask" ? "ask" : "deny", reason };
}

/** Asks the hook's program in this process, with the parts of the ground's installation; for many questions. */
export function askTool(ground: Ground, tool: string, input: Fields): ToolReply {
  const libexec = hostPath(path.join(ground.home, ".local/share/sandhook/current/libexec"));
  const host = rememberingHost(nodeHost({ HOME: ground.home }));
  const site = locateSite(host, libexec);
  const context = {
    host,
    site,
    reader: cachedReader(host, site),
    launcher: undefined,
    projectFolder: ground.project,
  };
  return read(answerToolCall(eventText(ground, tool, input), context));
}

/** Asks the installed hook, started as the client starts it. */
export function askInstalledHook(ground: Ground, tool: string, input: Fields): ToolReply {
  const [file = "", ...args] = hookCall(ground, "").words;
  const text = eventText(ground, tool, input);
  return read(
    JSON.parse(execFileSync(file, args, { input: text, encoding: "utf8", cwd: "/" })) as HookOutput,
  );
}
