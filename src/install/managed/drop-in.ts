import { joinHost, type HostPath } from "../../core/paths.ts";
import { type ClientVersion, compareVersions, hasGate, renderVersion } from "../client-version.ts";
import { type HandlerTarget, renderGroup } from "../handler.ts";
import { TIMEOUT_SECONDS, registrationsFor } from "../registration.ts";

/** What an administrator decides about the drop-in. */
export interface ManagedPolicy {
  /** Hooks of users, projects and plugins do not run beside ours: none of them can replace a rewritten command. */
  readonly onlyManagedHooks: boolean;
  /** Older clients refuse to start (those from 2.1.163 on, which know the setting). */
  readonly requiredVersion: ClientVersion | undefined;
  /** Of BLANKED_VARIABLES, those that people of this machine need; a repository can then set them too. */
  readonly keepVariables: readonly string[];
  /** Written as `sandhook.engine`; undefined leaves what is there. */
  readonly engine: string | undefined;
}

/** A settings file as data. */
export type Settings = Readonly<Record<string, unknown>>;

/** The keys of the drop-in that the installer owns; others, such as `sandhook`, are the administrator's. */
export const OWN_KEYS = ["hooks", "env", "allowManagedHooksOnly", "requiredMinimumVersion"] as const;

/**
 * Variables that act in the shell that Claude Code itself starts, or in the start of our own programs, before any line of
 * ours: start-up files, the loader's libraries, Node's options, and another shell. A repository's settings can set them,
 * and a managed value wins. Those that act later are dropped by `env -i` and by the sandbox.
 */
export const BLANKED_VARIABLES: readonly string[] = [
  ...["BASH_ENV", "ENV", "ZDOTDIR", "SHELLOPTS", "BASHOPTS"],
  ...["CLAUDE_ENV_FILE", "CLAUDE_CODE_SHELL"],
  ...["LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "GCONV_PATH", "LOCPATH"],
  ...["DYLD_INSERT_LIBRARIES", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH"],
  ...["DYLD_FALLBACK_LIBRARY_PATH", "DYLD_FALLBACK_FRAMEWORK_PATH"],
  ...["NODE_OPTIONS", "NODE_PATH"],
];

/** The gate: every shell line of the client, on every release. */
function renderEnvironment(root: HostPath, keep: readonly string[]): Settings {
  const blanked = BLANKED_VARIABLES.filter((name) => !keep.includes(name)).map((name) => [name, ""] as const);
  return {
    CLAUDE_CODE_SHELL_PREFIX: joinHost(root, "current/libexec/shell-gate"),
    ...Object.fromEntries(blanked),
  };
}

function renderHooks(root: HostPath, requiredVersion: ClientVersion | undefined): Settings {
  const timeout = hasGate(requiredVersion, "onFailure")
    ? TIMEOUT_SECONDS.failsClosed
    : TIMEOUT_SECONDS.failsOpen;
  const target: HandlerTarget = { kind: "managed", root, timeout };
  const hooks: Record<string, unknown[]> = {};
  for (const registration of registrationsFor(requiredVersion)) {
    (hooks[registration.event] ??= []).push(renderGroup(registration, target));
  }
  return hooks;
}

/** Only a release that knows the setting can be demanded; `true` when the demand has an effect. */
export function isEnforced(version: ClientVersion): boolean {
  return compareVersions(version, [2, 1, 163]) >= 0;
}

/**
 * The drop-in as data: what the administrator wrote in it beside our keys stays. `root` is where the runtime is on the
 * machines that read it. Pure.
 */
export function renderDropIn(existing: Settings, root: HostPath, policy: ManagedPolicy): Settings {
  const { onlyManagedHooks, requiredVersion, keepVariables, engine } = policy;
  const kept = Object.entries(existing).filter(([key]) => !OWN_KEYS.some((own) => own === key));
  const { sandhook, ...others } = Object.fromEntries(kept);
  const section = typeof sandhook === "object" && sandhook !== null ? sandhook : {};
  const options = engine === undefined ? section : { ...section, engine };
  return {
    hooks: renderHooks(root, requiredVersion),
    env: renderEnvironment(root, keepVariables),
    ...(onlyManagedHooks && { allowManagedHooksOnly: true }),
    ...(requiredVersion !== undefined && { requiredMinimumVersion: renderVersion(requiredVersion) }),
    ...others,
    ...(Object.keys(options).length > 0 && { sandhook: options }),
  };
}

/** The text of a settings file. */
export function renderSettings(settings: Settings): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}
