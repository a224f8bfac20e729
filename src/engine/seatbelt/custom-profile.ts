import { InputError, PolicyError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import type { HostPath } from "../../core/paths.ts";
import { isInside, joinHost } from "../../core/paths.ts";
import type { Plan, SeatbeltToggle } from "../../core/plan.ts";
import { renderCustomRules } from "./custom-rules.ts";
import { TOGGLE_MODULES } from "./toggles.ts";

/** A profile of the user's own: a built-in one and what it adds. */
export interface CustomProfile {
  readonly base: string;
  readonly toggles: readonly SeatbeltToggle[];
  readonly rules: readonly string[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DEFAULT_BASE = "workspace-write";

function reject(file: string, what: string): never {
  throw new InputError({
    code: "seatbelt.custom-profile",
    message: `${file}: ${what}`,
    hint: 'Expected, for example: {"extends": "strict", "toggles": ["pty"], "machLookup": ["com.example.service"]}',
  });
}

function isToggle(value: unknown): value is SeatbeltToggle {
  return typeof value === "string" && Object.hasOwn(TOGGLE_MODULES, value);
}

function parseServices(file: string, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) reject(file, "machLookup must be a list of service names");
  return value.map((name: unknown) => {
    if (typeof name !== "string" || !/^[A-Za-z0-9._@-]+\*?$/.test(name))
      reject(file, "machLookup has a name that is not a service");
    return name.endsWith("*")
      ? `(allow mach-lookup (global-name-prefix "${name.slice(0, -1)}"))`
      : `(allow mach-lookup (global-name "${name}"))`;
  });
}

/** Parses a custom profile in JSON. @throws InputError `seatbelt.custom-profile` */
function parseJsonProfile(file: string, text: string): CustomProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    reject(file, "not valid JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) reject(file, "not a JSON object");
  const known = new Set(["extends", "toggles", "machLookup"]);
  const extra = Object.keys(value).find((key) => !known.has(key));
  if (extra !== undefined) reject(file, `unknown key ${JSON.stringify(extra)}`);
  const { extends: base = DEFAULT_BASE, toggles = [], machLookup } = value as Record<string, unknown>;
  if (typeof base !== "string") reject(file, "extends must be the name of a profile");
  if (!Array.isArray(toggles) || !toggles.every(isToggle)) reject(file, "toggles has an unknown toggle");
  return { base, toggles, rules: parseServices(file, machLookup) };
}

/** Parses a custom profile in SBPL. A first line `; extends: NAME` names the built-in profile it adds to. */
function parseSbProfile(text: string): CustomProfile {
  const base = /^;+\s*extends:\s*([A-Za-z0-9._-]+)\s*$/m.exec(text.split("\n", 1)[0] ?? "")?.[1];
  return { base: base ?? DEFAULT_BASE, toggles: [], rules: renderCustomRules(text) };
}

/**
 * A file that a sandboxed command or a project could have written decides nothing. The user's folder itself is never
 * writable inside a sandbox, whatever the plan says; a link out of it counts for where it leads.
 */
function requireUsersOwn(file: HostPath, plan: Plan, host: Host): void {
  const real = host.realPath(file) ?? file;
  if (isInside(real, joinHost(host.home, ".config", "sandhook"))) return;
  const { temporary, writable } = plan.filesystem;
  if (![plan.project.root, temporary, ...writable].some((place) => isInside(real, place))) return;
  throw new PolicyError({
    code: "seatbelt.custom-profile-in-project",
    message: `The sandbox profile ${file} leads to ${real}, which sandboxed commands can write`,
    hint: "Keep custom profiles in ~/.config/sandhook/profiles, outside every project.",
  });
}

/**
 * Reads `<name>.sb`, else `<name>.json`, from the user's folder `~/.config/sandhook/profiles`; undefined when there is
 * neither. Never looks into a project.
 * @throws InputError `seatbelt.profile-name`, `seatbelt.custom-profile`, `seatbelt.custom-rule`, `seatbelt.syntax`;
 * PolicyError `seatbelt.custom-profile-in-project`
 */
export function readCustomProfile(name: string, plan: Plan, host: Host): CustomProfile | undefined {
  if (!NAME.test(name)) {
    throw new InputError({
      code: "seatbelt.profile-name",
      message: `${JSON.stringify(name)} cannot be the name of a sandbox profile`,
      hint: "Use letters, digits, dots, dashes and underscores.",
    });
  }
  const folder = joinHost(host.home, ".config", "sandhook", "profiles");
  for (const [ending, parse] of [
    [".sb", (_: string, text: string) => parseSbProfile(text)],
    [".json", parseJsonProfile],
  ] as const) {
    const file = joinHost(folder, `${name}${ending}`);
    const text = host.readText(file);
    if (text === undefined) continue;
    requireUsersOwn(file, plan, host);
    return parse(file, text);
  }
  return undefined;
}
