import type { Config } from "../config/resolve.ts";
import { renderSource } from "../config/source.ts";
import { PolicyError } from "../core/errors.ts";
import type { LoopbackPlan, NetworkPlan, NetworkRules } from "../core/plan.ts";

function planRules(config: Config): NetworkRules {
  const parentProxy = config["network.parentProxy"].value;
  const proxyCommand = config["network.proxyCommand"].value;
  return {
    allowedDomains: config["network.allowedDomains"].map(({ value }) => value),
    deniedDomains: config["network.deniedDomains"].map(({ value }) => value),
    presets: config["network.presets"].map(({ value }) => value),
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

/**
 * What a command may reach.
 * @throws PolicyError `network.denial-not-kept`: an open network goes past every proxy.
 */
export function planNetwork(config: Config): {
  readonly network: NetworkPlan;
  readonly loopback: LoopbackPlan | undefined;
} {
  const loopback = planLoopback(config);
  const mode = config["network.mode"].value;
  switch (mode) {
    case "none":
      return { network: { mode }, loopback };
    case "open":
      refuseUnkeptDenial(config);
      return { network: { mode }, loopback };
    case "allowlist":
      return { network: { mode, rules: planRules(config) }, loopback };
  }
}
