import type { Config } from "../../config/resolve.ts";
import { renderSource, type Sourced } from "../../config/source.ts";
import { InputError, isSandboxError, PolicyError } from "../../core/errors.ts";
import { parseDomainRule } from "./parse-domain-rule.ts";
import { parseParentProxy } from "./parse-parent-proxy.ts";
import { parseProxyCommand } from "./parse-proxy-command.ts";
import { requirePreset } from "./presets.ts";

/** Reads an entry; what is wrong with it is said with the file that it stands in. */
function checked<T>({ value, source }: Sourced<T>, parse: (value: T) => unknown): T {
  try {
    parse(value);
    return value;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const { code, message, hint } = error;
    throw new InputError({
      code,
      message: `${renderSource(source)}: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function isReadable({ value }: Sourced<string>): boolean {
  try {
    parseDomainRule(value);
    return true;
  } catch {
    return false; // The caller leaves it out.
  }
}

/**
 * Hosts that are allowed, each readable. Of Claude Code's own list, which knows other patterns, what cannot be read here
 * grants nothing.
 * @throws InputError `network.rule-*`
 */
export function usableGrants(entries: readonly Sourced<string>[]): readonly string[] {
  return entries
    .filter((entry) => entry.source.native !== true || isReadable(entry))
    .map((entry) => checked(entry, parseDomainRule));
}

/**
 * Hosts that are denied. None is left out, wherever it stands: that would widen the policy.
 * @throws InputError `network.rule-*`
 */
export function usableDenials(entries: readonly Sourced<string>[]): readonly string[] {
  return entries.map((entry) => checked(entry, parseDomainRule));
}

/**
 * Names of presets, each known.
 * @throws InputError `network.preset-unknown`
 */
export function knownPresets(entries: readonly Sourced<string>[]): readonly string[] {
  return entries.map((entry) => checked(entry, requirePreset));
}

/**
 * Checks what connections go through.
 * @throws InputError `network.parent-proxy`, `network.proxy-command`; PolicyError `network.two-parents`
 */
export function requireParent(config: Config): void {
  const proxy = config["network.parentProxy"];
  const command = config["network.proxyCommand"];
  if (proxy.value !== undefined) checked({ ...proxy, value: proxy.value }, parseParentProxy);
  if (command.value !== undefined) checked({ ...command, value: command.value }, parseProxyCommand);
  if (proxy.value === undefined || command.value === undefined) return;
  throw new PolicyError({
    code: "network.two-parents",
    message: `connections can go through network.parentProxy (${renderSource(proxy.source)}) or network.proxyCommand (${renderSource(command.source)}), not through both`,
    hint: "Remove one of them.",
  });
}
