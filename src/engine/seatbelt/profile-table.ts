import { EngineError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { joinHost } from "../../core/paths.ts";

/** One entry of `profiles/seatbelt/profiles.json`: which modules make up a named profile. */
export interface ProfileEntry {
  readonly description: string;
  /** The most that can be read; a plan can ask for less. */
  readonly reads: "host" | "listed";
  /** What of the plan's writable folders is granted. */
  readonly writes: "plan" | "temporary";
  readonly modules: readonly string[];
  readonly hostReads: readonly string[];
  readonly listedReads: readonly string[];
  readonly writeModules: readonly string[];
  /** Absent: the profile has no use for a proxy. */
  readonly proxied?: readonly string[];
  /** Absent: the profile never opens the network. */
  readonly open?: readonly string[];
}

/** The profiles that come with sandhook. `supports` knows them without reading a file. */
export const BUILT_IN_PROFILES: readonly string[] = [
  "workspace-write",
  "read-only",
  "strict",
  "permissive-open",
  "permissive-proxied",
  "restrictive-open",
  "restrictive-proxied",
  "strict-open",
  "strict-proxied",
];

/** The built-in profiles that refuse a plan with an open network. */
export const PROXIED_PROFILES: readonly string[] = [
  "strict",
  "permissive-proxied",
  "restrictive-proxied",
  "strict-proxied",
];

function missing(file: HostPath): never {
  throw new EngineError({
    code: "seatbelt.module-missing",
    message: `${file} is missing or unreadable, so no sandbox can be made`,
    hint: "Install sandhook again.",
  });
}

/** Reads one module of the installed product. @throws EngineError `seatbelt.module-missing` */
export function readModule(host: Host, profiles: HostPath, name: string): string {
  const file = joinHost(profiles, "seatbelt", name);
  return host.readText(file) ?? missing(file);
}

/**
 * Reads a named profile of the installed product; undefined when there is none of that name. The table is part of the
 * installation and tested with it, so its shape is not checked again on every command.
 * @throws EngineError `seatbelt.module-missing`
 */
export function readProfileEntry(host: Host, profiles: HostPath, name: string): ProfileEntry | undefined {
  const text = readModule(host, profiles, "profiles.json");
  const table = JSON.parse(text) as Readonly<Record<string, ProfileEntry>>;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
