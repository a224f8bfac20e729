import type { ChoiceValues, ListValues, Pair } from "./keys.ts";
import { parseSize } from "./parse-size.ts";
import type { ProfileDefinition, SandhookSettings } from "./schema.ts";

/** What one place says, by dotted key; what it does not mention is undefined. */
export interface FlatSettings {
  readonly choices: { readonly [K in keyof ChoiceValues]?: ChoiceValues[K] | undefined };
  readonly lists: { readonly [K in keyof ListValues]?: readonly ListValues[K][] | undefined };
}

type NetworkSetting = Exclude<NonNullable<SandhookSettings["network"]>, string>;

function asNetwork(written: SandhookSettings["network"]): NetworkSetting {
  return typeof written === "string" ? { mode: written } : (written ?? {});
}

/** Naming destinations means wanting a list of them. */
function modeOf(network: NetworkSetting): NetworkSetting["mode"] {
  const lists = network.allowedDomains !== undefined || network.presets !== undefined;
  return network.mode ?? (lists ? "allowlist" : undefined);
}

function pairs(written: Readonly<Record<string, string>> | undefined): readonly Pair[] | undefined {
  return written === undefined
    ? undefined
    : Object.entries(written).map(([name, value]) => ({ name, value }));
}

function ulimits(
  written: NonNullable<SandhookSettings["container"]>["ulimits"],
): readonly Pair[] | undefined {
  if (written === undefined) return undefined;
  return Object.entries(written).map(([name, limit]) => {
    const { soft, hard } = typeof limit === "number" ? { soft: limit, hard: limit } : limit;
    return { name, value: `${soft}:${hard}` };
  });
}

function size(written: number | string | undefined): number | undefined {
  return written === undefined ? undefined : parseSize(written);
}

type Shared = Pick<SandhookSettings, "filesystem" | "network" | "env" | "seatbelt">;

/** The blocks that settings and profiles share. */
function flattenShared({ filesystem, network: written, env, seatbelt }: Shared): FlatSettings {
  const network = asNetwork(written);
  return {
    choices: {
      "network.mode": modeOf(network),
      "network.allowLocalhost": network.allowLocalhost,
      "network.allowedPorts": network.allowedPorts,
      "network.parentProxy": network.parentProxy,
      "network.proxyCommand": network.proxyCommand,
      "seatbelt.profile": seatbelt?.profile,
    },
    lists: {
      "filesystem.allowWrite": filesystem?.allowWrite,
      "filesystem.denyWrite": filesystem?.denyWrite,
      "filesystem.denyRead": filesystem?.denyRead,
      "filesystem.allowRead": filesystem?.allowRead,
      "network.allowedDomains": network.allowedDomains,
      "network.deniedDomains": network.deniedDomains,
      "network.presets": network.presets,
      "env.pass": env?.pass,
      "env.deny": env?.deny,
      "env.set": pairs(env?.set),
      "seatbelt.toggles": seatbelt?.toggles,
    },
  };
}

function flattenContainer(container: SandhookSettings["container"]): FlatSettings {
  if (container === undefined) return { choices: {}, lists: {} };
  return {
    choices: {
      "container.image": container.image,
      "container.dockerfile": container.dockerfile,
      "container.devcontainer": container.devcontainer,
      "container.command": container.command,
      "container.host": container.host,
      "container.runtime": container.runtime,
      "container.startup": container.startup,
      "container.idleSeconds": container.idleSeconds,
      "container.memory": size(container.memory),
      "container.cpus": container.cpus,
      "container.pids": container.pids,
      "container.disk": size(container.disk),
    },
    lists: {
      "container.mounts": container.mounts,
      "container.ports": container.ports,
      "container.caches": container.caches,
      "container.flags": container.flags,
      "container.allowFlags": container.allowFlags,
      "container.separate": container.separate,
      "container.env": pairs(container.env),
      "container.ulimits": ulimits(container.ulimits),
    },
  };
}

/** The settings of one file, by dotted key. */
export function flattenSettings(settings: SandhookSettings): FlatSettings {
  const shared = flattenShared(settings);
  const container = flattenContainer(settings.container);
  return {
    choices: {
      ...shared.choices,
      ...container.choices,
      enabled: settings.enabled,
      mechanism: settings.mechanism,
      engine: settings.engine,
      profile: settings.profile,
      autoAllow: settings.autoAllow,
      unsandboxed: settings.unsandboxed,
      tools: settings.tools,
      "audit.required": settings.audit?.required,
      "audit.commands": settings.audit?.commands,
      "audit.maxBytes": settings.audit?.maxBytes,
    },
    lists: {
      ...shared.lists,
      ...container.lists,
      excludedCommands: settings.excludedCommands,
      commands: settings.commands,
    },
  };
}

/** One profile without what it extends, by dotted key; `reads` needs the whole chain. */
export function flattenProfile(profile: ProfileDefinition): FlatSettings {
  const { choices, lists } = flattenShared(profile);
  return { choices: { ...choices, workspace: profile.workspace }, lists };
}

function definedOnly<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `strong` over `weak`: single values replace, lists add up. */
export function overlay(strong: FlatSettings, weak: FlatSettings): FlatSettings {
  const keys = new Set([...Object.keys(strong.lists), ...Object.keys(weak.lists)]) as Set<keyof ListValues>;
  const lists = [...keys].map((key) => {
    const [first, second] = [strong.lists[key], weak.lists[key]];
    return [
      key,
      first === undefined && second === undefined ? undefined : [...(first ?? []), ...(second ?? [])],
    ];
  });
  return {
    choices: { ...weak.choices, ...definedOnly(strong.choices) },
    lists: Object.fromEntries(lists) as FlatSettings["lists"],
  };
}
