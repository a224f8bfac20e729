import { locateLayers } from "./config/layers.ts";
import { readLayers, type SettingsReader } from "./config/read-layers.ts";
import { type Config, resolveConfig } from "./config/resolve.ts";
import type { Decision } from "./core/decision.ts";
import type { Engine } from "./core/engine.ts";
import { EngineError } from "./core/errors.ts";
import type { Host } from "./core/host.ts";
import type { HostPath } from "./core/paths.ts";
import type { Plan, Project, ToolCall } from "./core/plan.ts";
import { chooseEngine } from "./engine/choose.ts";
import { identifyProject, planSandbox } from "./policy/plan.ts";

export interface PipelineInput {
  readonly host: Host;
  readonly reader: SettingsReader;
  /** The folder that the session started in. */
  readonly projectFolder: HostPath;
  readonly call: ToolCall;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
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

/** The project and its configuration: the first two questions of every command, also of the CLI. */
export function resolveProject(
  host: Host,
  folder: HostPath,
  reader: SettingsReader,
): { readonly project: Project; readonly config: Config } {
  const project = identifyProject(host, folder);
  return { project, config: resolveConfig(readLayers(host, locateLayers(host, project.root), reader)) };
}

/**
 * From one tool call to one decision: config → policy → engine. Rewriting is the caller's last step, so that
 * `explain` is this function alone.
 * @throws SandboxError of any area; the caller refuses the command.
 */
export function decide(input: PipelineInput): Decision {
  const { host, call } = input;
  const { project, config } = resolveProject(host, input.projectFolder, input.reader);
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
  const engine = chooseEngine(config, host);
  const plan = planSandbox({ host, config, project, call, temporary: input.temporary });
  requireSupport(engine, plan);
  return {
    kind: "sandbox",
    permission: config.autoAllow.value ? "allow" : "undecided",
    reason: `sandboxed by ${engine.name}`,
    engine: engine.name,
    plan,
  };
}
