import { settingsReader } from "../../config/settings-reader.ts";
import { isSandboxError, renderFailure } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { chooseEngine } from "../../engine/choose.ts";
import { resolveProject } from "../../pipeline.ts";
import { renderNetwork } from "../../policy/network/render-network.ts";
import { planNetwork } from "../../policy/plan-network.ts";
import { readProject } from "../../policy/resolve-project.ts";
import { readProjectSay, trustState, type TrustState } from "../../policy/trust.ts";
import { findLaunch } from "../launch-store.ts";

/** What becomes of the next command in a folder. */
export type SandboxStatus =
  | {
      readonly kind: "on";
      readonly engine: string;
      readonly profile: string;
      readonly network: { readonly mode: string; readonly reach: string };
    }
  /** Commands run without a sandbox. */
  | { readonly kind: "off"; readonly reason: string }
  /** Commands are refused. */
  | { readonly kind: "refused"; readonly code: string; readonly reason: string };

/** A folder as the next command would find it. */
export interface ProjectStatus {
  readonly folder: string;
  readonly sandbox: SandboxStatus;
  /** Undefined when the settings cannot be read. */
  readonly trust: TrustState | undefined;
}

function refusal(error: unknown): Extract<SandboxStatus, { kind: "refused" }> {
  if (!isSandboxError(error)) throw error;
  return { kind: "refused", code: error.code, reason: renderFailure(error) };
}

function readSandbox(host: Host, folder: HostPath, state: HostPath): SandboxStatus {
  try {
    const launcher = findLaunch(state, settingsReader);
    const { project, config } = resolveProject(host, folder, settingsReader, { launcher });
    if (!config.enabled.value) return { kind: "off", reason: "sandhook.enabled is false" };
    const engine = chooseEngine(config, host).name;
    const { network } = planNetwork({ host, config, root: project.root, engine });
    const reach = renderNetwork(network);
    return { kind: "on", engine, profile: config.profile.value, network: { mode: network.mode, reach } };
  } catch (error) {
    return refusal(error);
  }
}

function readTrust(host: Host, folder: HostPath): TrustState | undefined {
  try {
    const { project, layers } = readProject(host, folder, settingsReader);
    return trustState(host, project, readProjectSay(host, project, layers));
  } catch (error) {
    if (isSandboxError(error)) return undefined; // `readSandbox` says it.
    throw error;
  }
}

/** Never throws for settings that cannot be used: that is part of the answer. */
export function readProjectStatus(host: Host, folder: HostPath, state: HostPath): ProjectStatus {
  return { folder, sandbox: readSandbox(host, folder, state), trust: readTrust(host, folder) };
}
