import { GATE_VARIABLE } from "../../config/own-registration.ts";
import type { WantedGroup } from "../edit-settings.ts";
import { BLANKED_VARIABLES } from "../managed/drop-in.ts";

type Settings = Readonly<Record<string, unknown>>;

export interface SessionSettings {
  /** What the person gave with `--settings`. */
  readonly given: Settings;
  readonly groups: readonly WantedGroup[];
  /** The shell prefix that registers the gate; undefined where a home's name does not allow one. */
  readonly gate: string | undefined;
  /** The user's own environment, their settings' `env` over the process's. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

function section(settings: Settings, key: string): Settings {
  const value = settings[key];
  return typeof value === "object" && value !== null ? (value as Settings) : {};
}

function listAt(hooks: Settings, event: string): readonly unknown[] {
  const value = hooks[event];
  return Array.isArray(value) ? value : [];
}

/**
 * The settings that the client gets on its command line, where they outrank a repository's: a repository can then
 * neither switch the hooks off, nor blank the gate, nor set the variables that act before any program of ours. Those
 * keep the user's own values. Pure.
 */
export function renderSessionSettings({ given, groups, gate, environment }: SessionSettings): Settings {
  const hooks: Record<string, unknown> = { ...section(given, "hooks") };
  for (const { event, group } of groups) hooks[event] = [...listAt(hooks, event), group];
  const pinned = BLANKED_VARIABLES.map((name) => [name, environment[name] ?? ""] as const);
  return {
    ...given,
    disableAllHooks: false,
    hooks,
    env: {
      ...Object.fromEntries(pinned),
      ...section(given, "env"),
      ...(gate === undefined ? {} : { [GATE_VARIABLE]: gate }),
    },
  };
}
