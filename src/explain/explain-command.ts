import type { Config } from "../config/resolve.ts";
import type { Decision } from "../core/decision.ts";
import { isSandboxError } from "../core/errors.ts";
import type { EngineName } from "../core/plan.ts";
import { findEngine } from "../engine/choose.ts";
import { type Mount, planMounts } from "../engine/mounts.ts";
import { decide, type PipelineInput, resolveCall } from "../pipeline.ts";
import type { RuleVerdict } from "../policy/permission/evaluate-rules.ts";
import { renderCommand, type RewriteSite } from "../rewrite/render-command.ts";
import { type ExplainedSettings, explainSettings } from "./explain-settings.ts";
import { type SortedNames, sortNames } from "./variable-names.ts";

/** An engine that was looked at, and what speaks against it. */
export interface ConsideredEngine {
  readonly engine: EngineName;
  readonly available: boolean;
  readonly reasons: readonly string[];
}

/** Everything that was decided about a command. Nothing was run or written. */
export interface Explanation extends ExplainedSettings {
  readonly project: string;
  readonly verdict: {
    readonly kind: Decision["kind"];
    readonly permission?: string;
    readonly code?: string;
    readonly reason: string;
    readonly hint?: string;
  };
  /** The user's permission rule that speaks of the command. */
  readonly rule?: {
    readonly behavior: string;
    readonly rule: string;
    readonly source: string;
    readonly part?: string;
  };
  readonly engine?: EngineName;
  readonly considered: readonly ConsideredEngine[];
  readonly mounts: readonly Mount[];
  readonly environment?: SortedNames;
  readonly network?: string;
  readonly limits: Readonly<Record<string, unknown>>;
  /** What Claude Code runs instead; the job's id is an example. */
  readonly line?: string;
}

export interface ExplainInput extends PipelineInput {
  readonly site: RewriteSite;
  /** Names of the variables that the command would be started with. */
  readonly variables: readonly string[];
}

const EXAMPLE_ID = "0123456789abcdef";

function consider({ host }: PipelineInput, config: Config): ConsideredEngine[] {
  const wishes = { command: config["container.command"].value, address: config["container.host"].value };
  return (["bubblewrap", "docker", "podman", "seatbelt"] as const).map((engine) => {
    const probe = findEngine(engine)?.probe(host, wishes);
    if (probe?.kind === "available") return { engine, available: true, reasons: probe.notes };
    return { engine, available: false, reasons: probe?.reasons ?? ["not supported by this version"] };
  });
}

function describeRule(verdict: RuleVerdict): Pick<Explanation, "rule"> {
  const sourced =
    verdict.kind === "allow" ? verdict.rules[0] : verdict.kind === "none" ? undefined : verdict.rule;
  if (sourced === undefined) return {};
  const { behavior, rule, source } = sourced;
  const part = verdict.kind === "allow" || verdict.kind === "none" ? {} : { part: verdict.part };
  return { rule: { behavior, rule: rule.text, source: source.file, ...part } };
}

function decideOrRefuse(input: PipelineInput): Explanation["verdict"] & { readonly decision?: Decision } {
  try {
    const decision = decide(input);
    return {
      kind: decision.kind,
      ...("permission" in decision ? { permission: decision.permission } : {}),
      ...("code" in decision ? { code: decision.code } : {}),
      reason: decision.reason,
      decision,
    };
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const { code, message, hint } = error;
    return { kind: "refuse", code, reason: message, ...(hint === undefined ? {} : { hint }) };
  }
}

/**
 * The pipeline without its last step, with the reasons.
 * @throws SandboxError when the settings cannot be read: then nothing about the command is known
 */
export function explainCommand(input: ExplainInput): Explanation {
  const { call, judge, toolInput, site, variables } = input;
  const { project, config, rules } = resolveCall(input);
  const ruleVerdict: RuleVerdict =
    rules.entries.length === 0
      ? { kind: "none" }
      : judge({ ...rules, command: call.command, input: toolInput });
  const { decision, ...verdict } = decideOrRefuse(input);
  const common = {
    project: project.root,
    verdict,
    ...describeRule(ruleVerdict),
    considered: consider(input, config),
    ...explainSettings(config),
  };
  if (decision?.kind !== "sandbox") return { ...common, mounts: [], limits: {} };
  const { engine, plan } = decision;
  const hasContainer = engine === "docker" || engine === "podman";
  return {
    ...common,
    engine,
    mounts: planMounts(plan.filesystem),
    environment: sortNames(variables, plan.environment, hasContainer),
    network: plan.network.mode,
    limits: { ...plan.limits },
    line: renderCommand(site, EXAMPLE_ID, call.command),
  };
}
