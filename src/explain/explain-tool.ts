import type { Config } from "../config/resolve.ts";
import { isSandboxError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";
import type { ToolDecision } from "../core/tool-use.ts";
import { locateTarget } from "../policy/file-tools/locate-target.ts";
import { decideToolUse, type ToolPipelineInput } from "../tool-pipeline.ts";
import { type ExplainedSettings, explainSettings } from "./explain-settings.ts";

/** Everything that was decided about a call of a file or web tool. Nothing was read or written. */
export interface ToolExplanation extends ExplainedSettings {
  /** `pass`: the policy has nothing against it, and Claude Code's own permissions decide. */
  readonly verdict: {
    readonly kind: ToolDecision["kind"];
    readonly code: string;
    readonly reason: string;
    readonly rule?: string;
    readonly key?: string;
    readonly change?: string;
    /** Words after `sandhook allow` that make that change. */
    readonly allow?: readonly string[];
  };
  /** Every place that the path means, symlinks resolved; each of them was judged. */
  readonly places: readonly HostPath[];
}

type Verdict = ToolExplanation["verdict"];

function readVerdict(decision: ToolDecision): Verdict {
  const { kind, code, reason } = decision;
  if (decision.kind === "pass") return { kind, code, reason };
  const { rule, key, change, allow } = decision;
  const known = { ...(key === undefined ? {} : { key }), ...(allow === undefined ? {} : { allow }) };
  return { kind, code, reason, rule, change, ...known };
}

function placesOf({ host, use: { target, cwd } }: ToolPipelineInput): readonly HostPath[] {
  if (target.kind === "fetch") return [];
  const located = locateTarget(host, target.path, cwd);
  return located.kind === "found" ? located.places : [];
}

/**
 * What would become of a call of one of the client's own tools, with the reasons.
 * @throws SandboxError when the settings cannot be read: then nothing about the call is known
 */
export function explainTool(input: ToolPipelineInput): ToolExplanation {
  let settings: ExplainedSettings | undefined;
  const resolved = (config: Config): void => {
    settings = explainSettings(config);
  };
  const places = placesOf(input);
  try {
    const verdict = readVerdict(decideToolUse({ ...input, resolved }));
    return { verdict, places, settings: [], ignored: [], ...settings };
  } catch (error) {
    if (settings === undefined || !isSandboxError(error)) throw error;
    const { code, message, hint } = error;
    const change = hint === undefined ? {} : { change: hint };
    return { verdict: { kind: "refuse", code, reason: message, ...change }, places, ...settings };
  }
}
