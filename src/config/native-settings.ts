import { InputError } from "../core/errors.ts";
import type { HostPath } from "../core/paths.ts";

/**
 * What we take from Claude Code's own keys, each list as written. Absent lists are empty.
 * `allow` and `deny` hold only the rules of Read and Edit that name a path.
 */
export interface NativeSettings {
  readonly allowWrite: readonly string[];
  readonly denyWrite: readonly string[];
  readonly denyRead: readonly string[];
  readonly allowRead: readonly string[];
  readonly allowedDomains: readonly string[];
  readonly deniedDomains: readonly string[];
  readonly excludedCommands: readonly string[];
  readonly additionalDirectories: readonly string[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** `sandbox.network.allowManagedDomainsOnly`: lists of weaker files do not count. Managed files only. */
  readonly managedDomainsOnly: boolean;
  /** `sandbox.filesystem.allowManagedReadPathsOnly`, the same for `allowRead`. */
  readonly managedReadsOnly: boolean;
}

/** The tools whose path rules say what may be read and written. `Edit` covers every tool that writes files. */
const PATH_RULE = /^(?:Read|Edit|Write|MultiEdit|NotebookEdit)\([\s\S]+\)$/;

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function texts(settings: unknown, path: readonly string[], file: HostPath): readonly string[] {
  const value = path.reduce(at, settings);
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
  throw new InputError({
    code: "config.invalid",
    message: `${file}: ${path.join(".")}: expected a list of texts`,
    hint: `Correct ${path.join(".")}; Claude Code ignores the whole file otherwise.`,
  });
}

/**
 * The part of Claude Code's own settings that means the same as ours: `sandbox.filesystem`, `sandbox.network`,
 * `sandbox.excludedCommands`, `permissions.additionalDirectories` and path rules of Read and Edit. Undefined when none
 * is there. Other keys are Claude Code's business.
 * @throws InputError `config.invalid` for one that is no list of texts
 */
export function parseNativeSettings(
  settings: Readonly<Record<string, unknown>>,
  file: HostPath,
): NativeSettings | undefined {
  if (settings["sandbox"] === undefined && settings["permissions"] === undefined) return undefined;
  const read = (...path: string[]): readonly string[] => texts(settings, path, file);
  const rules = (key: "allow" | "deny"): readonly string[] =>
    read("permissions", key).filter((rule) => PATH_RULE.test(rule));
  return {
    allowWrite: read("sandbox", "filesystem", "allowWrite"),
    denyWrite: read("sandbox", "filesystem", "denyWrite"),
    denyRead: read("sandbox", "filesystem", "denyRead"),
    allowRead: read("sandbox", "filesystem", "allowRead"),
    allowedDomains: read("sandbox", "network", "allowedDomains"),
    deniedDomains: read("sandbox", "network", "deniedDomains"),
    excludedCommands: read("sandbox", "excludedCommands"),
    additionalDirectories: read("permissions", "additionalDirectories"),
    allow: rules("allow"),
    deny: rules("deny"),
    managedDomainsOnly: ["sandbox", "network", "allowManagedDomainsOnly"].reduce(at, settings as unknown) === true,
    managedReadsOnly: ["sandbox", "filesystem", "allowManagedReadPathsOnly"].reduce(at, settings as unknown) === true,
  };
}
