import { settingsReader } from "../config/settings-reader.ts";
import { isSandboxError, renderFailure } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import type { NetworkPlan } from "../core/plan.ts";
import { chooseEngine } from "../engine/choose.ts";
import { resolveProject } from "../pipeline.ts";
import { renderNetwork } from "../policy/network/render-network.ts";
import { planNetwork } from "../policy/plan-network.ts";

/**
 * What the commands of a project may reach, as the next one would find it.
 * @throws SandboxError of any area: what would refuse the command too
 */
export function readNetwork(host: Host, folder: HostPath): NetworkPlan {
  const { project, config } = resolveProject(host, folder, settingsReader);
  const engine = chooseEngine(config, host).name;
  return planNetwork({ host, config, root: project.root, engine }).network;
}

/** The same in a line for people; what stands in its way is said instead. */
export function describeNetwork(host: Host, folder: HostPath): string {
  try {
    return `network: commands here reach ${renderNetwork(readNetwork(host, folder))}`;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    return `network: none, since commands are refused here: ${renderFailure(error)}`;
  }
}
