import type { EngineName, NetworkPlan, Plan } from "../../core/plan.ts";

const SHOWN = 6;

function list(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return names.slice(0, SHOWN).join(", ") + more;
}

function describeNetwork(network: NetworkPlan): string {
  switch (network.mode) {
    case "none":
      return "they have no network";
    case "open":
      return "they have the network";
    case "allowlist": {
      const { allowedDomains = [], presets = [] } = network.rules ?? {};
      const known = [...allowedDomains, ...presets.map((name) => `the preset ${name}`)];
      return known.length === 0
        ? "they reach no host of the network"
        : `they reach ${list(known)}, and no other host`;
    }
  }
}

/** Two lines for the model: what commands may do, and what to do when that is too little. Pure. */
export function describePlan(engine: EngineName, { filesystem, network }: Plan): string {
  const where = engine === "docker" || engine === "podman" ? `the project's ${engine} container` : engine;
  return [
    `Shell commands run in a sandbox (sandhook, ${where}): they can write ${list(filesystem.writable)} and /tmp, and ${describeNetwork(network)}.`,
    "Secrets, and settings that act later (.git/hooks, .git/config, .claude, .mcp.json, editors), are out of their reach. When that stops a command, say what it needs; do not work around it.",
  ].join("\n");
}
