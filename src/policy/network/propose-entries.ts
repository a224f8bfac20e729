import { parseHost } from "./canonical-host.ts";
import { decideDestination, type RefusalCode, type SettingsChange } from "./decide-destination.ts";
import type { NetworkPolicy } from "./network-policy.ts";

/** A refusal of the log, as far as a proposal needs it. */
export interface SeenRefusal {
  readonly code: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly change?: SettingsChange;
}

/** An entry that would allow something that was refused. */
export interface Proposal {
  readonly entry: string;
  readonly host: string;
  readonly port: number;
  /** How often it was refused. */
  readonly times: number;
}

/**
 * What a further entry lifts. Not private addresses, and not what contradicts itself: whoever means those writes them
 * by hand, knowing why.
 */
const LIFTED: ReadonlySet<string> = new Set<RefusalCode>(["host-not-listed", "port-not-listed"]);

function isAllowedNow(policy: NetworkPolicy, host: string, port: number): boolean {
  return decideDestination(policy, { host: parseHost(host), port }).kind === "allow";
}

/**
 * The smallest additions to `network.allowedDomains` that would have allowed what was refused: exact hosts, never a
 * wildcard, most wanted first. What the policy allows by now, or denies by name, is left out.
 */
export function proposeEntries(policy: NetworkPolicy, refusals: readonly SeenRefusal[]): readonly Proposal[] {
  const found = new Map<string, Proposal>();
  for (const { code, host, port, change } of refusals) {
    if (!LIFTED.has(code) || port === undefined || change?.key !== "network.allowedDomains") continue;
    const { entry } = change;
    if (parseHost(host).kind === "address" || isAllowedNow(policy, host, port)) continue;
    found.set(entry, { entry, host, port, times: (found.get(entry)?.times ?? 0) + 1 });
  }
  return [...found.values()].sort((a, b) => b.times - a.times || (a.entry < b.entry ? -1 : 1));
}
