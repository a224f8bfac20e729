import type { NetworkPlan, NetworkRules } from "../../core/plan.ts";

/** Names that are written out of a list; of more, their number is said. */
const MOST_NAMES = 12;

function renderNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 1 ? `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more` : names.join(", ");
}

function renderLocalhost(allowed: NetworkRules["allowLocalhost"]): string | undefined {
  if (allowed === false) return undefined;
  if (allowed === true) return "every port of this machine's localhost";
  return allowed.length === 0 ? undefined : `localhost ports ${renderNames(allowed.map(String))}`;
}

function renderRules(rules: NetworkRules): string {
  const { presets, allowedDomains, deniedDomains, allowLocalhost } = rules;
  const reached = [
    presets.length === 0 ? undefined : `the hosts of ${renderNames(presets)}`,
    allowedDomains.length === 0 ? undefined : renderNames(allowedDomains),
    renderLocalhost(allowLocalhost),
  ].filter((part) => part !== undefined);
  if (reached.length === 0) return "nothing (an empty allow-list)";
  const but = deniedDomains.length === 0 ? "" : `, but not ${renderNames(deniedDomains)}`;
  return `only ${reached.join("; ")}${but}`;
}

/**
 * What a command may reach, in one line without an end: for `status`, for the installer, and for the model at the start
 * of a session, as in `Commands reach ${renderNetwork(plan)}.`
 */
export function renderNetwork(network: NetworkPlan): string {
  switch (network.mode) {
    case "none":
      return "no network";
    case "open":
      return "everything that this machine reaches";
    case "allowlist":
      return network.rules === undefined ? "nothing" : renderRules(network.rules);
  }
}
