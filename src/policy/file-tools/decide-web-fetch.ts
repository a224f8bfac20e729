import type { Config } from "../../config/resolve.ts";
import { renderSource } from "../../config/source.ts";
import { isSandboxError, renderFailure } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import type { ToolDecision, ToolObjection } from "../../core/tool-use.ts";
import { type CanonicalHost, parseHost } from "../network/canonical-host.ts";
import { knownPresets, usableDenials, usableGrants } from "../network/check-entries.ts";
import { decideAddress } from "../network/decide-address.ts";
import {
  decideDestination,
  type Destination,
  type Refusal,
  renderEntry,
} from "../network/decide-destination.ts";
import { findPresets } from "../network/find-presets.ts";
import { type NetworkPolicy, parseNetworkPolicy } from "../network/network-policy.ts";

/** What an address is judged by. */
export interface WebPlace {
  readonly host: Host;
  readonly config: Config;
  /** The project's folder, whose files choose the presets when nobody did. */
  readonly root: HostPath;
}

function refuse(detail: Omit<ToolObjection, "kind">): ToolObjection {
  return { kind: "refuse", ...detail };
}

function readPolicy({ host, config, root }: WebPlace): NetworkPolicy {
  return parseNetworkPolicy({
    mode: config["network.mode"].value,
    allowedDomains: usableGrants(config["network.allowedDomains"]),
    deniedDomains: usableDenials(config["network.deniedDomains"]),
    presets: config.presetsChosen ? knownPresets(config["network.presets"]) : findPresets(host, root),
    allowedPorts: config["network.allowedPorts"].value,
    allowLocalhost: config["network.allowLocalhost"].value,
  });
}

/**
 * Where the client may connect to: the port that is written, else that of the scheme; and 443, because the client makes
 * http addresses into https.
 */
function destinations(url: URL): Destination[] {
  const host = parseHost(url.hostname);
  const ports = url.port === "" ? (url.protocol === "http:" ? [80, 443] : [443]) : [Number(url.port)];
  return ports.map((port) => ({ host, port }));
}

/** A name's address is looked up by the client later; an address that is written is judged here. */
function judge(policy: NetworkPolicy, destination: Destination): Refusal | undefined {
  const byName = decideDestination(policy, destination);
  if (byName.kind === "deny") return byName;
  const { host }: { host: CanonicalHost } = destination;
  if (policy.mode === "open" || host.kind === "name") return undefined;
  // Which addresses are this machine's own is not known here: one that is written passes only where a rule names it.
  const question = { destination, address: host.address, own: new Set<string>() };
  const byAddress = decideAddress(policy, question);
  return byAddress.kind === "deny" ? byAddress : undefined;
}

function explain(refusal: Refusal, destination: Destination, config: Config): ToolObjection {
  const entry = renderEntry(destination, config["network.allowedPorts"].value);
  const names = refusal.code === "host-denied" || refusal.code === "address-denied";
  const sourced = names
    ? config["network.deniedDomains"].find(({ value }) => value === refusal.rule)?.source
    : undefined;
  const from = renderSource(sourced ?? config["network.mode"].source);
  const wanted = refusal.entry !== undefined && refusal.code !== "mode-none" ? refusal.entry : entry;
  return refuse({
    code: `web.${refusal.code}`,
    reason: refusal.code === "mode-none" ? "the policy has no network" : refusal.reason,
    rule: names
      ? `network.deniedDomains ${refusal.rule ?? ""} of ${from}`
      : `network.mode ${config["network.mode"].value} (${from})`,
    key: names ? refusal.key : "network.allowedDomains",
    change: names
      ? "A person can take the entry out."
      : `To allow it, a person adds ${JSON.stringify(wanted)} to sandhook.network.allowedDomains in the user settings; commands can reach it then, too.`,
    ...(names ? {} : { allow: ["network", wanted] }),
  });
}

function unusable(reason: string): ToolObjection {
  return refuse({
    code: "web.malformed",
    reason,
    rule: "web addresses",
    key: undefined,
    change: "Write an address such as https://example.org/page.",
  });
}

/**
 * What the network policy of commands says about a page that the client would fetch. Refused whole where the policy has
 * no network: an address is a way out for whatever the model has read.
 */
export function decideWebFetch(address: string, place: WebPlace): ToolDecision {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return unusable(`${JSON.stringify(address.slice(0, 200))} is not an http or https address`);
  try {
    const policy = readPolicy(place);
    for (const destination of destinations(url)) {
      const refusal = judge(policy, destination);
      if (refusal !== undefined) return explain(refusal, destination, place.config);
    }
  } catch (error) {
    if (isSandboxError(error)) return unusable(renderFailure(error));
    throw error;
  }
  return { kind: "pass", code: "web.inside", reason: "inside the network policy" };
}
