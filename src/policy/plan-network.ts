import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import { PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import type { HostPath } from "../core/paths.ts";
import type { EngineName, LoopbackPlan, NetworkPlan, NetworkRules } from "../core/plan.ts";
import { knownPresets, requireParent, usableDenials, usableGrants } from "./network/check-entries.ts";
import { findPresets } from "./network/find-presets.ts";

/** What a network is planned from. */
export interface NetworkRequest {
  readonly host: Host;
  readonly config: Config;
  /** The project's folder. */
  readonly root: HostPath;
  readonly engine: EngineName;
}

function planRules({ host, config, root }: NetworkRequest): NetworkRules {
  const parentProxy = config["network.parentProxy"].value;
  const proxyCommand = config["network.proxyCommand"].value;
  return {
    allowedDomains: usableGrants(config["network.allowedDomains"]),
    deniedDomains: usableDenials(config["network.deniedDomains"]),
    presets: config.presetsChosen ? knownPresets(config["network.presets"]) : findPresets(host, root),
    allowedPorts: config["network.allowedPorts"].value,
    allowLocalhost: config["network.allowLocalhost"].value,
    ...(parentProxy === undefined ? {} : { parentProxy }),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
  };
}

function refuseUnkeptDenial(config: Config): void {
  const [denied] = config["network.deniedDomains"];
  if (denied === undefined) return;
  throw new PolicyError({
    code: "network.denial-not-kept",
    message: `the network is open (${renderSource(config["network.mode"].source)}), which would reach ${JSON.stringify(denied.value)} that ${renderSource(denied.source)} denies`,
    hint: 'Set sandhook.network.mode to "allowlist" and list what may be reached, or remove the denial.',
  });
}

/** The host's loopback belongs to nobody else only when it is asked for. */
function planLoopback(config: Config): LoopbackPlan | undefined {
  const allowed = config["network.allowLocalhost"].value;
  if (allowed === false) return undefined;
  return { bind: "localhost", connect: allowed === true ? "any" : allowed };
}

/** Where no way leads to the proxy yet: a socket of this machine's does not reach into a virtual machine. */
function lacksProxy({ host, engine }: NetworkRequest): boolean {
  return host.platform === "darwin" || engine === "seatbelt";
}

/**
 * What a command may reach. An allow-list that nobody asked for is no network at all where it cannot be kept.
 * @throws PolicyError `network.denial-not-kept`: an open network goes past every proxy; `network.two-parents`
 * @throws InputError `network.*` for an entry that cannot be used, with its file
 */
export function planNetwork(request: NetworkRequest): {
  readonly network: NetworkPlan;
  readonly loopback: LoopbackPlan | undefined;
} {
  const { config } = request;
  const loopback = planLoopback(config);
  const { value, source } = config["network.mode"];
  const mode = value === "allowlist" && source.scope === "default" && lacksProxy(request) ? "none" : value;
  switch (mode) {
    case "none":
      return { network: { mode }, loopback };
    case "open":
      refuseUnkeptDenial(config);
      return { network: { mode }, loopback };
    case "allowlist":
      requireParent(config);
      return { network: { mode, rules: planRules(request) }, loopback };
  }
}
