import { InputError } from "../core/errors.ts";
import { type HostPath, parentOf } from "../core/paths.ts";
import type { FlatSettings } from "./flatten-settings.ts";
import type { ListValues } from "./keys.ts";

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
  /** What the client's own shells read before a command, on the host. */
  readonly startupFiles: readonly string[];
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

/** Variables that name a file, or a folder of files, that a shell evaluates when it starts. */
const STARTUP_VARIABLES = ["BASH_ENV", "ENV", "CLAUDE_ENV_FILE", "ZDOTDIR"];

/** One that needs a shell to be read is not looked at. */
function startupFiles(settings: unknown): readonly string[] {
  const values = STARTUP_VARIABLES.map((name) => ["env", name].reduce(at, settings));
  return values.filter((value) => typeof value === "string").filter((value) => /^[^$`*?[]+$/.test(value));
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
 * `sandbox.excludedCommands`, `permissions.additionalDirectories`, path rules of Read and Edit, and start-up files that `env`
 * names. Undefined when none is there. Other keys are Claude Code's business.
 * @throws InputError `config.invalid` for one that is no list of texts
 */
export function parseNativeSettings(
  settings: Readonly<Record<string, unknown>>,
  file: HostPath,
): NativeSettings | undefined {
  const startup = startupFiles(settings);
  const silent = ["sandbox", "permissions"].every((key) => settings[key] === undefined);
  if (silent && startup.length === 0) return undefined;
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
    startupFiles: startup,
    managedDomainsOnly:
      ["sandbox", "network", "allowManagedDomainsOnly"].reduce<unknown>(at, settings) === true,
    managedReadsOnly:
      ["sandbox", "filesystem", "allowManagedReadPathsOnly"].reduce<unknown>(at, settings) === true,
  };
}

const RULE = /^(Read|Edit|Write|MultiEdit|NotebookEdit)\(([\s\S]+)\)$/;

/** A path of `sandbox.filesystem`, as sandhook writes it: relative ones of user files count from their folder. */
function sandboxPath(written: string, base: string | undefined): string {
  if (written.startsWith("//")) return written.slice(1);
  return rebase(written, base);
}

function rebase(relative: string, base: string | undefined): string {
  if (base === undefined || /^[/~]/.test(relative)) return relative;
  return `${base}/${relative.replace(/^\.\//, "")}`;
}

/** A path of a permission rule: `//x` is absolute, `/x` counts from the settings' place, a bare name is at any depth. */
function rulePath(written: string, base: string | undefined): string {
  if (written.startsWith("//")) return written.slice(1);
  if (written.startsWith("~")) return written;
  if (written.startsWith("/")) return rebase(written.slice(1), base);
  return written.replace(/\/\*\*$/, "").includes("/") ? written : `**/${written}`;
}

function ruleTexts(rules: readonly string[], reading: boolean, base: string | undefined): readonly string[] {
  return rules.flatMap((rule) => {
    const [, tool = "", written = ""] = RULE.exec(rule) ?? [];
    return (tool === "Read") === reading && written !== "" ? [rulePath(written, base)] : [];
  });
}

/** A pattern in the middle of a path names no folder that could be opened. */
function isPlain(path: string): boolean {
  return !/[*?[]/.test(path.replace(/\/\*\*$/, ""));
}

/** The same by our keys. What a grant cannot say with a plain path it does not grant. */
export function flattenNative(
  native: NativeSettings,
  { scope, file }: { readonly scope: string; readonly file: HostPath | undefined },
): FlatSettings {
  const base = scope === "user" && file !== undefined ? parentOf(file) : undefined;
  const paths = (list: readonly string[]): readonly string[] => list.map((path) => sandboxPath(path, base));
  const allowed = (reading: boolean): readonly string[] =>
    ruleTexts(native.allow, reading, base).filter(isPlain);
  return {
    choices: {},
    lists: {
      "filesystem.allowWrite": [
        ...paths(native.allowWrite),
        ...native.additionalDirectories.map((path) => rebase(path, undefined)),
        ...allowed(false),
      ],
      "filesystem.denyWrite": [
        ...paths(native.denyWrite),
        ...ruleTexts(native.deny, false, base),
        ...native.startupFiles,
      ],
      "filesystem.denyRead": [...paths(native.denyRead), ...ruleTexts(native.deny, true, base)],
      "filesystem.allowRead": [...paths(native.allowRead).filter(isPlain), ...allowed(true)],
      "network.allowedDomains": native.allowedDomains,
      "network.deniedDomains": native.deniedDomains,
      excludedCommands: native.excludedCommands,
    },
  };
}

/** The lists that a managed file closes by Claude Code's own switches. */
export function closedByNative(native: NativeSettings): readonly (keyof ListValues)[] {
  return [
    ...(native.managedDomainsOnly ? (["network.allowedDomains", "network.presets"] as const) : []),
    ...(native.managedReadsOnly ? (["filesystem.allowRead"] as const) : []),
  ];
}
