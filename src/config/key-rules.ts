import type { EngineName } from "../core/plan.ts";
import type { ChoiceValues, ListValues, NetworkMode, Reads } from "./keys.ts";
import { type Scope, SCOPES } from "./layers.ts";

export interface ChoiceSpec<T> {
  readonly fallback: T;
  /** True when `value` gives a command no more than `base`. */
  readonly narrows: (value: T, base: T) => boolean;
  /** The same in words. */
  readonly narrowing: string;
  readonly settableBy: readonly Scope[];
}

export interface ListSpec {
  /**
   * `grants`: a managed file that writes the list closes it, and untrusted files add nothing. `denials`: every file
   * adds. `settings`: every file but an untrusted one adds. `rules`: every file adds, and what a rule may do is decided
   * when it applies.
   */
  readonly kind: "grants" | "denials" | "settings" | "rules";
  readonly narrowing: string;
  readonly settableBy: readonly Scope[];
}

/** Programs and proxies that run or see things outside the sandbox are nobody's business but the user's and admin's. */
const NEVER_FROM_PROJECT: readonly Scope[] = ["managed", "launcher", "user"];

function choice<T>(
  fallback: T,
  narrowing: string,
  narrows: (value: T, base: T) => boolean,
  settableBy: readonly Scope[] = SCOPES,
): ChoiceSpec<T> {
  return { fallback, narrowing, narrows, settableBy };
}

/** Values from least to most permissive. */
function ranked<T>(order: readonly T[], fallback: T): ChoiceSpec<T> {
  const words = order.map((value) => `\`${String(value)}\``).join(", then ");
  return choice(
    fallback,
    `Narrowest first: ${words}.`,
    (value, base) => order.indexOf(value) <= order.indexOf(base),
  );
}

function fixed<T>(fallback: T, settableBy: readonly Scope[] = SCOPES): ChoiceSpec<T> {
  return choice(fallback, "No value is narrower than another.", () => false, settableBy);
}

function atMost(what: string): ChoiceSpec<number | undefined> {
  const narrows = (value: number | undefined, base: number | undefined): boolean =>
    value !== undefined && (base === undefined || value <= base);
  return choice<number | undefined>(
    undefined,
    `${what} is narrower; any limit is narrower than none.`,
    narrows,
  );
}

function refinesAuto<T extends string>(): ChoiceSpec<T | "auto"> {
  return choice<T | "auto">("auto", "Any value is narrower than `auto`.", (_, base) => base === "auto");
}

function portsInside(value: boolean | readonly number[], base: boolean | readonly number[]): boolean {
  if (base === true || value === false) return true;
  if (base === false || value === true) return typeof value !== "boolean" && value.length === 0;
  return value.every((port) => base.includes(port));
}

/** The table that decides merging, provenance, `explain` and docs for every key with one value. */
export const CHOICES: { readonly [K in keyof ChoiceValues]: ChoiceSpec<ChoiceValues[K]> } = {
  enabled: ranked<boolean>([true, false], true),
  mechanism: fixed<ChoiceValues["mechanism"]>("auto", NEVER_FROM_PROJECT),
  engine: refinesAuto<EngineName>(),
  profile: fixed<string>("workspace-write"),
  workspace: ranked<ChoiceValues["workspace"]>(["read-only", "write"], "write"),
  reads: choice<Reads>(
    "host",
    "`listed` is narrower than `host`, and fewer folders than more.",
    (value, base) => base === "host" || (value !== "host" && value.every((folder) => base.includes(folder))),
  ),
  autoAllow: ranked<boolean>([false, true], true),
  unsandboxed: ranked<ChoiceValues["unsandboxed"]>(["deny", "ask", "allow"], "deny"),
  tools: ranked<boolean>([true, false], true),
  "network.mode": ranked<NetworkMode>(["none", "allowlist", "open"], "allowlist"),
  "network.allowLocalhost": choice<boolean | readonly number[]>(
    false,
    "`false` is narrower than ports, fewer ports than more, ports than `true`.",
    portsInside,
  ),
  "network.allowedPorts": choice<readonly number[]>([80, 443], "Fewer ports are narrower.", portsInside),
  "network.parentProxy": fixed<string | undefined>(undefined, NEVER_FROM_PROJECT),
  "network.proxyCommand": fixed<readonly string[] | undefined>(undefined, NEVER_FROM_PROJECT),
  "container.image": fixed<string | undefined>(undefined),
  "container.dockerfile": fixed<string | undefined>(undefined),
  "container.devcontainer": fixed<string | undefined>(undefined),
  "container.command": fixed<string | undefined>(undefined, NEVER_FROM_PROJECT),
  "container.host": fixed<string | undefined>(undefined, NEVER_FROM_PROJECT),
  "container.runtime": fixed<string | undefined>(undefined),
  "container.startup": fixed<string | undefined>(undefined),
  "container.idleSeconds": fixed<number | undefined>(undefined),
  "container.memory": atMost("Less memory"),
  "container.cpus": atMost("Fewer processors"),
  "container.pids": atMost("Fewer processes"),
  "container.disk": atMost("Less space"),
  "seatbelt.profile": fixed<string | undefined>(undefined),
  "audit.required": ranked<boolean>([true, false], false),
  "audit.commands": fixed<"text" | "hash">("text"),
  "audit.maxBytes": fixed<number>(10_485_760),
};

const GRANTS: ListSpec = {
  kind: "grants",
  narrowing:
    "A shorter list is narrower. A managed file that writes it closes it; project files that are not trusted add nothing.",
  settableBy: SCOPES,
};

const DENIALS: ListSpec = {
  kind: "denials",
  narrowing: "A longer list is narrower; every file adds to it.",
  settableBy: SCOPES,
};

const SETTINGS: ListSpec = {
  kind: "settings",
  narrowing:
    "The strongest file that names an entry decides its value; project files that are not trusted set nothing.",
  settableBy: SCOPES,
};

/** The same table for lists. */
export const LISTS: { readonly [K in keyof ListValues]: ListSpec } = {
  "filesystem.allowWrite": GRANTS,
  "filesystem.denyWrite": DENIALS,
  "filesystem.denyRead": DENIALS,
  "filesystem.allowRead": GRANTS,
  "network.allowedDomains": GRANTS,
  "network.deniedDomains": DENIALS,
  "network.presets": GRANTS,
  "env.pass": GRANTS,
  "env.deny": DENIALS,
  "env.set": SETTINGS,
  "container.mounts": GRANTS,
  "container.ports": GRANTS,
  "container.caches": GRANTS,
  "container.flags": GRANTS,
  "container.allowFlags": { ...GRANTS, settableBy: NEVER_FROM_PROJECT },
  "container.separate": SETTINGS,
  "container.env": SETTINGS,
  "container.ulimits": SETTINGS,
  "seatbelt.toggles": GRANTS,
  excludedCommands: GRANTS,
  commands: {
    kind: "rules",
    narrowing:
      "A rule counts as much as the file that it stands in: never beyond managed files, and in a project file that is not trusted it can only narrow.",
    settableBy: SCOPES,
  },
};
