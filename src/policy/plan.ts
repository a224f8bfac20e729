import type { Config } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, joinHost } from "../core/paths.ts";
import type { EngineName, Plan, Project, ToolCall } from "../core/plan.ts";
import { planContainerSettings, planLimits } from "./plan-container-settings.ts";
import { planEnvironment } from "./plan-environment.ts";
import { planFilesystem } from "./plan-filesystem.ts";
import { planNetwork } from "./plan-network.ts";
import { planSeatbelt } from "./plan-seatbelt.ts";

export interface PlanRequest {
  readonly host: Host;
  readonly config: Config;
  readonly project: Project;
  readonly call: ToolCall;
  readonly engine: EngineName;
  /** Root of the per-project temp folders. */
  readonly temporary: HostPath;
}

/**
 * Decides everything about one sandboxed command before an engine renders it.
 * @throws PolicyError when a path cannot be protected, or a denial cannot be kept.
 */
export function planSandbox(request: PlanRequest): Plan {
  const { host, config, project, call, engine } = request;
  const hasContainer = engine === "docker" || engine === "podman";
  const { loopback, network } = planNetwork({ host, config, root: project.root, engine });
  return {
    call,
    project,
    profile: config.profile.value,
    filesystem: planFilesystem({
      host,
      config,
      root: project.root,
      cwd: call.cwd,
      temporary: joinHost(request.temporary, project.key),
      mounts: hasContainer ? config["container.mounts"] : [],
    }),
    network,
    ...(loopback === undefined ? {} : { loopback }),
    environment: planEnvironment(config),
    limits: hasContainer ? planLimits(config) : {},
    container: planContainerSettings(host, config, project.root),
    seatbelt: planSeatbelt(config),
    ...(config["audit.required"].value ? { recordRequired: true } : {}),
  };
}
