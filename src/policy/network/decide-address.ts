import { isLocalhostName } from "./canonical-host.ts";
import { type AddressClass, carriedAddresses, classifyOn } from "./address-class.ts";
import { allowsLocalhost, type Destination, type Refusal, renderEntry } from "./decide-destination.ts";
import type { IpAddress } from "./ip-address.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { rangeHolds } from "./parse-address-range.ts";
import type { DomainRule } from "./parse-domain-rule.ts";

/** Whether one resolved address may be connected to. */
export type AddressDecision = ({ readonly kind: "allow" } & ClassifiedAddress) | Refusal;

interface ClassifiedAddress {
  readonly address: IpAddress;
  readonly addressClass: AddressClass;
}

function coversPort(rule: DomainRule, policy: NetworkPolicy, port: number): boolean {
  return rule.port === undefined ? policy.allowedPorts.includes(port) : rule.port === port;
}

/** A rule that spells out this very address, or `localhost` for loopback, says that reaching it is meant. */
function isNamedByRule(
  policy: NetworkPolicy,
  { host, port }: Destination,
  { address, addressClass }: ClassifiedAddress,
): boolean {
  return policy.allowed.some((rule) => {
    if (rule.kind !== "exact" || !coversPort(rule, policy, port)) return false;
    if (rule.host === address.text) return true;
    return isLocalhostName(host) && rule.host === host.text && addressClass === "loopback";
  });
}

function isOpened(policy: NetworkPolicy, destination: Destination, classified: ClassifiedAddress): boolean {
  const { address, addressClass: kind } = classified;
  if (kind === "public" || isNamedByRule(policy, destination, classified)) return true;
  if ((kind === "loopback" || kind === "own") && allowsLocalhost(policy, destination.port)) return true;
  const range = policy.allowedAddresses.find((candidate) => rangeHolds(candidate, address));
  if (range === undefined) return false;
  // A range that happens to span a metadata service does not mean it: only the address itself does.
  return kind !== "metadata" || range.bits === range.base.bytes.length * 8;
}

function describeClass(addressClass: AddressClass): string {
  return addressClass === "own" ? "an address of this machine" : `a ${addressClass} address`;
}

/** What a decision is taken on beside the policy. */
export interface AddressQuestion {
  readonly destination: Destination;
  /** What its name resolved to, or what was asked for literally. */
  readonly address: IpAddress;
  /** The addresses of this machine, in canonical text. */
  readonly own: ReadonlySet<string>;
}

/**
 * Decides on an address. Public addresses pass unless denied or this machine's own; every other class needs
 * `allowLocalhost`, `allowedAddresses` or a rule that spells it out.
 */
export function decideAddress(
  policy: NetworkPolicy,
  { destination, address, own }: AddressQuestion,
): AddressDecision {
  const { host, port } = destination;
  // Behind NAT64 the same server has a second address; denying one denies both.
  const texts = [address.text, ...carriedAddresses(address).map((bytes) => bytes.join("."))];
  const denial = policy.denied.find(
    (rule) => texts.includes(rule.host) && (rule.port === undefined || rule.port === port),
  );
  if (denial !== undefined) {
    const reason = `${host.text} is at ${address.text}, and ${denial.text} is in network.deniedDomains`;
    const key = "network.deniedDomains";
    return { kind: "deny", code: "address-denied", rule: denial.text, reason, key, entry: undefined };
  }
  const classified = { address, addressClass: classifyOn(own, address) };
  if (isOpened(policy, destination, classified)) return { kind: "allow", ...classified };
  const { addressClass } = classified;
  const loopback = addressClass === "loopback";
  return {
    kind: "deny",
    code: "address-refused",
    rule: undefined,
    reason: `${host.text} is at ${address.text}, ${describeClass(addressClass)}`,
    key: loopback ? "network.allowLocalhost" : "network.allowedDomains",
    entry: loopback
      ? String(port)
      : renderEntry({ host: { kind: "address", text: address.text, address }, port }, policy.allowedPorts),
  };
}
