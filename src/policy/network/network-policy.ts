import { InputError } from "../../core/errors.ts";
import { parseAddressRange, type AddressRange } from "./parse-address-range.ts";
import { parseDomainRule, type DomainRule } from "./parse-domain-rule.ts";
import { presetDomains } from "./presets.ts";

export type NetworkMode = "none" | "allowlist" | "open";

/** The `network` block as config resolved it, still text. */
export interface NetworkSettings {
  readonly mode: NetworkMode;
  readonly allowedDomains?: readonly string[];
  readonly deniedDomains?: readonly string[];
  /** Names of presets (`npm`, `github`, …) whose domains are allowed too. */
  readonly presets?: readonly string[];
  /** Ports that an allowing rule without a port means. Default: 80 and 443. */
  readonly allowedPorts?: readonly number[];
  /** The host's own loopback through the proxy: every port, none (default), or these ports. */
  readonly allowLocalhost?: boolean | readonly number[];
  /** Addresses and ranges that allowed names may resolve to although they are not public. Default: none. */
  readonly allowedAddresses?: readonly string[];
}

/** The same, parsed: what decisions are taken on. */
export interface NetworkPolicy {
  readonly mode: NetworkMode;
  readonly allowed: readonly DomainRule[];
  readonly denied: readonly DomainRule[];
  readonly allowedPorts: readonly number[];
  readonly allowLocalhost: boolean | readonly number[];
  readonly allowedAddresses: readonly AddressRange[];
}

const DEFAULT_PORTS: readonly number[] = [80, 443];

function requirePorts(key: string, ports: readonly number[]): readonly number[] {
  const bad = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65535);
  if (bad === undefined) return ports;
  throw new InputError({
    code: "network.port",
    message: `network.${key} holds ${JSON.stringify(bad)}; expected ports between 1 and 65535`,
    hint: `Correct network.${key}.`,
  });
}

/**
 * Turns the settings' text into a policy. Throws InputError `network.*` naming the first entry that cannot be used; an
 * unusable entry is never skipped, for a skipped denial would widen the policy.
 */
export function parseNetworkPolicy(settings: NetworkSettings): NetworkPolicy {
  const domains = [...(settings.allowedDomains ?? []), ...(settings.presets ?? []).flatMap(presetDomains)];
  const localhost = settings.allowLocalhost ?? false;
  return {
    mode: settings.mode,
    allowed: domains.map(parseDomainRule),
    denied: (settings.deniedDomains ?? []).map(parseDomainRule),
    allowedPorts: requirePorts("allowedPorts", settings.allowedPorts ?? DEFAULT_PORTS),
    allowLocalhost: typeof localhost === "boolean" ? localhost : requirePorts("allowLocalhost", localhost),
    allowedAddresses: (settings.allowedAddresses ?? []).map(parseAddressRange),
  };
}
