import { isLocalhostName } from "./canonical-host.ts";
import { carriedAddresses, classifyAddress, type AddressClass } from "./address-class.ts";
import { allowsLocalhost, type Destination, type Refusal, renderEntry } from "./decide-destination.ts";
import type { IpAddress } from "./ip-address.ts";
import type { NetworkPolicy } from "./network-policy.ts";
import { rangeHolds } from "./parse-address-range.ts";
import type { DomainRule } from "./parse-domain-rule.ts";

/** Whether one resolved address may be connected to. */
export type AddressDecision =
  { readonly kind: "allow"; readonly address: IpAddress; readonly addressClass: AddressClass } | Refusal;

function coversPort(rule: DomainRule, policy: NetworkPolicy, port: number): boolean {
  return rule.port === undefined ? policy.allowedPorts.includes(port) : rule.port === port;
}

/** A rule that spells out this very address, or `localhost` for loopback, says that reaching it is meant. */
function isNamedByRule(policy: NetworkPolicy, { host, port }: Destination, address: IpAddress): boolean {
  return policy.allowed.some((rule) => {
    if (rule.kind !== "exact" || !coversPort(rule, policy, port)) return false;
    if (rule.host === address.text) return true;
    return isLocalhostName(host) && rule.host === host.text && classifyAddress(address) === "loopback";
  });
}

function isOpened(policy: NetworkPolicy, destination: Destination, address: IpAddress): boolean {
  const kind = classifyAddress(address);
  if (kind === "public" || isNamedByRule(policy, destination, address)) return true;
  if (kind === "loopback" && allowsLocalhost(policy, destination.port)) return true;
  const range = policy.allowedAddresses.find((candidate) => rangeHolds(candidate, address));
  if (range === undefined) return false;
  // A range that happens to span a metadata service does not mean it: only the address itself does.
  return kind !== "metadata" || range.bits === range.base.bytes.length * 8;
}

/**
 * Decides on an address that the destination's name resolved to (or that was asked for literally). Public addresses
 * pass unless denied; every other class needs `allowLocalhost`, `allowedAddresses` or a rule that spells it out.
 */
export function decideAddress(
  policy: NetworkPolicy,
  destination: Destination,
  address: IpAddress,
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
  const addressClass = classifyAddress(address);
  if (isOpened(policy, destination, address)) return { kind: "allow", address, addressClass };
  const loopback = addressClass === "loopback";
  return {
    kind: "deny",
    code: "address-refused",
    rule: undefined,
    reason: `${host.text} is at ${address.text}, a ${addressClass} address`,
    key: loopback ? "network.allowLocalhost" : "network.allowedDomains",
    entry: loopback
      ? String(port)
      : renderEntry({ host: { kind: "address", text: address.text, address }, port }, policy.allowedPorts),
  };
}
