import { locateLayers } from "./config/layers.ts";
import {
  launcherLayers,
  type LauncherOptions,
  readLayers,
  type SettingsReader,
} from "./config/read-layers.ts";
import { type PermissionEntries, readPermissionEntries } from "./config/permission-entries.ts";
import { type Config, resolveConfig } from "./config/resolve.ts";
import type { Decision, Permission } from "./core/decision.ts";
import type { Engine } from "./core/engine.ts";
import { EngineError, PolicyError } from "./core/errors.ts";
import type { Host } from "./core/host.ts";
import type { HostPath } from "./core/paths.ts";
import type { Plan, Project, ToolCall } from "./core/plan.ts";
import { chooseEngine } from "./engine/choose.ts";
import type { RuleVerdict } from "./policy/permission/evaluate-rules.ts";
import { identifyProject, planSandbox } from "./policy/plan.ts";

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
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
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

/** Keys of the vocabulary that nothing keeps yet, each with the value that needs nothing. */
const UNBUILT = {
  "audit.commands": undefined,
  "audit.maxBytes": undefined,
  "audit.required": false,
  mechanism: "auto",
  unsandboxed: "deny",
} as const;

/**
 * What is written but cannot be kept yet is refused, never ignored. The client's own `sandbox.excludedCommands` is the
 * exception: it speaks of another sandbox, and a command that runs inside ours keeps every promise.
 */
function requireBuilt(config: Config): void {
  const asked = [
    ...(Object.keys(UNBUILT) as (keyof typeof UNBUILT)[]).filter(
      (key) => config[key].source.scope !== "default" && config[key].value !== UNBUILT[key],
    ),
    ...(config.excludedCommands.some(({ source }) => source.native !== true) ? ["excludedCommands"] : []),
    ...(config.commands.length > 0 ? ["commands"] : []),
  ];
  if (asked.length === 0) return;
  throw new PolicyError({
    code: "config.not-built",
    message: `this version cannot keep sandhook.${asked.join(" and sandhook.")}`,
    hint: "Remove the key, or update sandhook: npx sandhook@latest install",
  });
}

/** The project and its configuration: the first two questions of every command, also of the CLI. */
export function resolveProject(
  host: Host,
  folder: HostPath,
  reader: SettingsReader,
  launcher?: LauncherOptions,
): { readonly project: Project; readonly config: Config; readonly rules: PermissionEntries } {
  const project = identifyProject(host, folder);
  const files = readLayers(host, locateLayers(host, project.root), reader);
  const layers = launcher === undefined ? files : [...files, ...launcherLayers(launcher)];
  return { project, config: resolveConfig(layers), rules: readPermissionEntries(layers) };
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

/**
 * From one tool call to one decision: config → policy → engine. Rewriting is the caller's last step, so that
 * `explain` is this function alone.
 * @throws SandboxError of any area; the caller refuses the command.
 */
export function decide(input: PipelineInput): Decision {
  const { host, call } = input;
  const { project, config, rules } = resolveProject(host, input.projectFolder, input.reader, input.launcher);
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
  requireBuilt(config);
  const engine = chooseEngine(config, host);
  const { temporary } = input;
  const plan = planSandbox({ host, config, project, call, engine: engine.name, temporary });
  requireSupport(engine, plan);
  return {
    kind: "sandbox",
    ...consent(verdict, config, engine.name),
    engine: engine.name,
    plan,
  };
}
