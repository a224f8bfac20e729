import type { LauncherOptions, SettingsReader } from "./config/read-layers.ts";
import type { Config } from "./config/resolve.ts";
import type { Host } from "./core/host.ts";
import { type HostPath, joinHost } from "./core/paths.ts";
import type { ToolDecision, ToolObjection, ToolUse } from "./core/tool-use.ts";
import { resolveProject } from "./pipeline.ts";
import { decideFileTool } from "./policy/file-tools/decide-file-tool.ts";
import type { WebPlace } from "./policy/file-tools/decide-web-fetch.ts";
import { quote } from "./rewrite/quote.ts";

export interface ToolPipelineInput {
  readonly host: Host;
  readonly reader: SettingsReader;
  /** The folder that the session started in. */
  readonly projectFolder: HostPath;
  readonly use: ToolUse;
  /** What the session was launched with; undefined without a launcher. */
  readonly launcher: LauncherOptions | undefined;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
  /** Decides about web addresses; asked only for one. */
  readonly judgeAddress: (address: string, place: WebPlace) => ToolDecision;
  /** Hears of the configuration before anything is decided by it. */
  readonly resolved?: (config: Config) => void;
}

/**
 * From one call of the client's own file and web tools to one decision: the policy of commands, applied to a process that
 * no sandbox holds. `explain --tool` is this function alone.
 * @throws SandboxError of any area; the caller refuses the call.
 */
export function decideToolUse(input: ToolPipelineInput): ToolDecision {
  const { host, use } = input;
  const { project, config } = resolveProject(host, input.projectFolder, input.reader, {
    launcher: input.launcher,
    planMode: use.permissionMode === "plan",
  });
  input.resolved?.(config);
  if (!config.enabled.value) return { kind: "pass", code: "off", reason: "sandhook is switched off" };
  if (!config.tools.value) return { kind: "pass", code: "tools.off", reason: "sandhook.tools is false" };
  const { target, cwd, transcript } = use;
  if (target.kind === "fetch") return input.judgeAddress(target.url, { host, config, root: project.root });
  const temporary = joinHost(input.temporary, project.key);
  return decideFileTool(target, { host, config, root: project.root, cwd, temporary, transcript });
}

/** An objection in words: that the tool did not run, why, by which rule, and what would change it. */
export function renderObjection(tool: string, { kind, reason, rule, change, allow }: ToolObjection): string {
  const opening = kind === "ask" ? tool : `${tool} was not run`;
  const typed = allow === undefined ? "" : ` Or they type: sandhook allow ${allow.map(quote).join(" ")}`;
  return `sandhook: ${opening}: ${reason} (rule: ${rule}). ${change}${typed}`;
}
