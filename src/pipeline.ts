import type { AppliedRule } from "./config/opinions.ts";
import type { PermissionEntries } from "./config/permission-entries.ts";
import type { LauncherOptions, SettingsReader } from "./config/read-layers.ts";
import type { Config } from "./config/resolve.ts";
import { renderSource } from "./config/source.ts";
import type { Decision, Permission } from "./core/decision.ts";
import type { Engine } from "./core/engine.ts";
import { EngineError } from "./core/errors.ts";
import type { Host } from "./core/host.ts";
import type { HostPath } from "./core/paths.ts";
import type { Plan, Project, ToolCall } from "./core/plan.ts";
import { chooseEngine } from "./engine/choose.ts";
import type { RuleVerdict } from "./policy/permission/evaluate-rules.ts";
import type { LinePatterns } from "./policy/permission/line-patterns.ts";
import { chooseMechanism } from "./policy/choose-mechanism.ts";
import { type LeavePlan, planLeave } from "./policy/plan-leave.ts";
import { planSandbox } from "./policy/plan.ts";
import { withTrustHint } from "./policy/trust-hint.ts";
import { requireGate } from "./policy/require-gate.ts";
import { requireOneSandbox } from "./policy/require-one-sandbox.ts";
import { type ResolvedProject, resolveProject } from "./policy/resolve-project.ts";

export { resolveProject };

export interface PipelineInput {
  readonly host: Host;
  readonly reader: SettingsReader;
  /** What the session was launched with; undefined without a launcher. */
  readonly launcher: LauncherOptions | undefined;
  /** The folder that the session started in. */
  readonly projectFolder: HostPath;
  readonly call: ToolCall;
  /** The tool's whole input, which a rule may name a field of. */
  readonly toolInput: Readonly<Record<string, unknown>>;
  /** Evaluates permission rules; asked only when there are any. */
  readonly judge: (question: RuleQuestion) => RuleVerdict;
  /** Matches patterns of commands; asked only when there are any. */
  readonly patterns: LinePatterns;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
  /** Whether the shell gate is there for the session's calls; absent: the question does not arise. */
  readonly gateTakesCalls?: () => boolean;
  /** Hears of the configuration before anything is decided by it. */
  readonly resolved?: (config: Config) => void;
}

/** The rules of every settings file, and the command that the model asked for. */
export interface RuleQuestion extends PermissionEntries {
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
}

function refuse(code: string, reason: string): Decision {
  return { kind: "refuse", code, reason };
}

function requireSupport(engine: Engine, plan: Plan): void {
  const support = engine.supports(plan);
  if (support.kind === "full") return;
  const lacks =
    support.kind === "partial" ? `lacks: ${support.missing.join(", ")}` : support.reasons.join("; ");
  throw new EngineError({
    code: "engine.unsupported",
    message: `${engine.name} cannot enforce this policy (${lacks})`,
    hint: "Choose another engine, or change the part of the policy that it lacks.",
  });
}

function judgeRules({ judge, call, toolInput }: PipelineInput, rules: PermissionEntries): RuleVerdict {
  if (rules.entries.length === 0) return { kind: "none" };
  return judge({ ...rules, command: call.command, input: toolInput });
}

interface Consent {
  readonly permission: Permission;
  readonly reason: string;
}

/** What Claude Code is told when the command may run sandboxed: an ask rule asks, an allow rule or `autoAllow` allows. */
function consent(verdict: Exclude<RuleVerdict, { kind: "deny" }>, config: Config, engine: string): Consent {
  const sandboxed = `sandboxed by ${engine}`;
  switch (verdict.kind) {
    case "ask": {
      const because =
        verdict.rule === undefined
          ? verdict.reason
          : `rule ${verdict.rule.rule.text} of ${verdict.rule.source.file}`;
      return { permission: "ask", reason: `${verdict.part}: ${because}; ${sandboxed}` };
    }
    case "allow":
      return { permission: "allow", reason: sandboxed };
    case "none":
      return { permission: config.autoAllow.value ? "allow" : "undecided", reason: sandboxed };
  }
}

/** @throws EngineError, PolicyError when no engine can run the command under its policy */
function planOn(
  { host, call, temporary }: PipelineInput,
  project: Project,
  config: Config,
): { readonly engine: Engine; readonly plan: Plan } {
  const engine = chooseEngine(config, host);
  const plan = planSandbox({ host, config, project, call, engine: engine.name, temporary });
  requireSupport(engine, plan);
  return { engine, plan };
}

function renderRoute({ rule, source, narrowsOnly }: AppliedRule): string {
  return `${narrowsOnly ? "narrowed by" : "by"} the command rule ${rule.match} of ${renderSource(source)}`;
}

/** An allow rule lifts the prompt for a run outside only where the user wrote it. */
function allowsOutside(verdict: RuleVerdict): boolean {
  return (
    verdict.kind === "allow" &&
    verdict.rules.every(({ source }) => source.scope !== "project" && source.scope !== "local")
  );
}

/** The decision for a granted leave; `autoAllow` speaks of sandboxed commands and does not count. */
function goOutside(
  { ask, leave }: Extract<LeavePlan, { kind: "granted" }>,
  verdict: Exclude<RuleVerdict, { kind: "deny" }>,
): Decision {
  const reason = `runs OUTSIDE of the sandbox (${leave.because})`;
  const undecided = allowsOutside(verdict) ? "allow" : "undecided";
  return { kind: "outside", permission: ask || verdict.kind === "ask" ? "ask" : undecided, reason, leave };
}

/** The project and its configuration for one call: routed by its command, narrowed by its permission mode. */
export function resolveCall({
  host,
  projectFolder,
  reader,
  launcher,
  call,
  patterns,
}: PipelineInput): ResolvedProject {
  const planMode = call.permissionMode === "plan";
  const command = { text: call.command, patterns };
  return resolveProject(host, projectFolder, reader, { launcher, planMode, command });
}

/**
 * From one tool call to one decision: config → policy → engine. Rewriting is the caller's last step, so that
 * `explain` is this function alone.
 * @throws SandboxError of any area; the caller refuses the command.
 */
export function decide(input: PipelineInput): Decision {
  const { call, gateTakesCalls } = input;
  const { project, config, rules, routes, foreignEnvironment, gate, nativeSandbox } = resolveCall(input);
  input.resolved?.(config);
  if (!config.enabled.value) {
    return {
      kind: "pass",
      permission: "undecided",
      reason: "sandhook is switched off (sandhook.enabled is false)",
    };
  }
  if (call.tool === "PowerShell") {
    return refuse("tool.powershell", "PowerShell cannot run inside this sandbox. Use the Bash tool instead.");
  }
  if (call.command.includes("\0")) {
    return refuse("command.nul", "The command holds a NUL character, which no shell can run. Remove it.");
  }
  const verdict = judgeRules(input, rules);
  if (verdict.kind === "deny") {
    const { rule, source } = verdict.rule;
    return refuse(
      "rule.deny",
      `The command was not run: ${verdict.part} is denied by the rule ${rule.text} of ${source.file}.`,
    );
  }
  requireGate(gate, config.trusted);
  requireOneSandbox(nativeSandbox);
  const leave = planLeave({ config, call, patterns: input.patterns, foreignEnvironment });
  if (leave.kind === "granted") return goOutside(leave, verdict);
  const { engine, plan } = withTrustHint(config, () => planOn(input, project, config));
  const { permission, reason } = consent(verdict, config, engine.name);
  const withheld = leave.kind === "withheld" ? [leave.reason] : [];
  return {
    kind: "sandbox",
    permission,
    reason: [reason, ...routes.map(renderRoute), ...withheld].join("; "),
    engine: engine.name,
    plan,
    mechanism:
      gateTakesCalls === undefined
        ? "rewrite"
        : chooseMechanism({
            ...{ config, call, permission },
            gateTakesCalls: () => gate.kind === "in-effect" && gateTakesCalls(),
          }),
  };
}
