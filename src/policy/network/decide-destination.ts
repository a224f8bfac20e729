import { isLocalhostName, type CanonicalHost } from "./canonical-host.ts";
import { classifyAddress } from "./address-class.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import type { DomainRule } from "./parse-domain-rule.ts";

/** Where a client wants to go, in canonical form. */
export interface Destination {
  readonly host: CanonicalHost;
  readonly port: number;
}

/** Stable names of refusals; they appear in events, in 403 bodies and in tests. */
export type RefusalCode =
  | "mode-none"
  | "host-denied"
  | "host-not-listed"
  | "port-not-listed"
  | "address-denied"
  | "address-refused"
  | "sni-missing"
  | "sni-mismatch"
  | "host-header-mismatch"
  | "protocol-refused";

export interface Refusal {
  readonly kind: "deny";
  readonly code: RefusalCode;
  /** The rule that denied, as written; undefined when nothing allowed it. */
  readonly rule: string | undefined;
  readonly reason: string;
  /** The config key to change, and the entry to add to it (or to take out of it, for a denial). */
  readonly key: string;
  readonly entry: string | undefined;
}

/** A change of the settings that would allow what was refused. */
export interface SettingsChange {
  /** E.g. `network.allowedDomains`. */
  readonly key: string;
  /** What to add to it. */
  readonly entry: string;
}

/** The smallest change that allows it; undefined when a denial stands in the way. */
export function changeFor({ key, entry }: Refusal): SettingsChange | undefined {
  return entry === undefined ? undefined : { key, entry };
}

export interface Permit {
  readonly kind: "allow";
  readonly rule: string;
  readonly reason: string;
  readonly key: string;
  /** The rule names the port, so protocols other than TLS and HTTP are meant too. */
  readonly namesPort: boolean;
}

export type DestinationDecision = Permit | Refusal;

/** The destination as a rule would be written for it: port left out when `ports` has it, IPv6 in brackets. */
export function renderEntry({ host, port }: Destination, ports: readonly number[] = []): string {
  const name = host.kind === "address" && host.address.version === 6 ? `[${host.text}]` : host.text;
  return ports.includes(port) ? name : `${name}:${port}`;
}

function matchesHost(rule: DomainRule, host: CanonicalHost): boolean {
  if (rule.kind === "exact") return rule.host === host.text;
  return host.kind === "name" && host.text.endsWith(`.${rule.host}`);
}

/** True when the policy opens the host's loopback on this port. */
export function allowsLocalhost(policy: NetworkPolicy, port: number): boolean {
  return typeof policy.allowLocalhost === "boolean"
    ? policy.allowLocalhost
    : policy.allowLocalhost.includes(port);
}

function isLoopback(host: CanonicalHost): boolean {
  return isLocalhostName(host) || (host.kind === "address" && classifyAddress(host.address) === "loopback");
}

function findDenial(policy: NetworkPolicy, { host, port }: Destination): DomainRule | undefined {
  return policy.denied.find(
    (rule) => matchesHost(rule, host) && (rule.port === undefined || rule.port === port),
  );
}

function permitByRule(policy: NetworkPolicy, { host, port }: Destination): Permit | undefined {
  const rules = policy.allowed.filter((rule) => matchesHost(rule, host));
  const named = rules.find((rule) => rule.port === port);
  const general = policy.allowedPorts.includes(port)
    ? rules.find((rule) => rule.port === undefined)
    : undefined;
  const rule = named ?? general;
  if (rule === undefined) return undefined;
  return {
    kind: "allow",
    rule: rule.text,
    reason: `${rule.text} is in network.allowedDomains`,
    key: "network.allowedDomains",
    namesPort: named !== undefined,
  };
}

function permitBySetting(policy: NetworkPolicy, destination: Destination): Permit | undefined {
  if (isLoopback(destination.host) && allowsLocalhost(policy, destination.port)) {
    const reason = "network.allowLocalhost opens this port of loopback";
    return { kind: "allow", rule: "allowLocalhost", reason, key: "network.allowLocalhost", namesPort: true };
  }
  if (policy.mode !== "open") return undefined;
  const reason = 'network.mode is "open"';
  return { kind: "allow", rule: "open", reason, key: "network.mode", namesPort: true };
}

function refuseUnlisted(policy: NetworkPolicy, destination: Destination): Refusal {
  const { host, port } = destination;
  const listed = policy.allowed.some((rule) => matchesHost(rule, host));
  const entry = renderEntry(destination, policy.allowedPorts);
  const base = { kind: "deny", rule: undefined, key: "network.allowedDomains", entry } as const;
  if (listed)
    return { ...base, code: "port-not-listed", reason: `${host.text} is allowed, but not on port ${port}` };
  return {
    ...base,
    code: "host-not-listed",
    reason: `no entry of network.allowedDomains allows ${host.text}`,
  };
}

/**
 * Decides by host and port alone, before any name is looked up. A denial beats every permission. The address that the
 * name resolves to still has to pass `decideAddress`.
 */
export function decideDestination(policy: NetworkPolicy, destination: Destination): DestinationDecision {
  const denial = findDenial(policy, destination);
  if (denial !== undefined) {
    const reason = `${denial.text} is in network.deniedDomains`;
    const key = "network.deniedDomains";
    return { kind: "deny", code: "host-denied", rule: denial.text, reason, key, entry: undefined };
  }
  if (policy.mode === "none") {
    const reason = 'network.mode is "none": this sandbox has no network';
    return {
      kind: "deny",
      code: "mode-none",
      rule: undefined,
      reason,
      key: "network.mode",
      entry: "allowlist",
    };
  }
  const permit = permitByRule(policy, destination) ?? permitBySetting(policy, destination);
  return permit ?? refuseUnlisted(policy, destination);
}
