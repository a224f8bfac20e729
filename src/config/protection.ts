import { GATE_VARIABLE, isOwnHandler, isOwnPrefix } from "./own-registration.ts";
import type { Scope } from "./layers.ts";

/** A settings file as the client reads it. */
export interface SettingsOf {
  readonly scope: Scope;
  readonly file: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** How the shell gate stands: registered and in effect, put aside by a stronger file, or nowhere. */
export type GateState =
  | { readonly kind: "in-effect" }
  | { readonly kind: "replaced"; readonly scope: Scope; readonly file: string; readonly value: string }
  | { readonly kind: "absent" };

/** Whether the hook runs: registered, registered but switched off by a file, or nowhere. */
export type HookState =
  | { readonly kind: "in-effect" }
  | { readonly kind: "disabled"; readonly file: string }
  | { readonly kind: "absent" };

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As the client reads a matcher: nothing or `*` is every tool, else names joined by `|`, else a pattern. */
function seesBash(matcher: unknown): boolean {
  if (typeof matcher !== "string" || matcher === "" || matcher === "*") return true;
  return matcher.split("|").includes("Bash");
}

function holdsHook({ settings }: SettingsOf): boolean {
  const events = settings["hooks"];
  const groups: unknown = isRecord(events) ? events["PreToolUse"] : undefined;
  return (Array.isArray(groups) ? (groups as unknown[]) : []).filter(isRecord).some((group) => {
    const handlers: unknown = group["hooks"];
    return (
      seesBash(group["matcher"]) &&
      Array.isArray(handlers) &&
      (handlers as unknown[]).some((handler) => isOwnHandler(handler))
    );
  });
}

/**
 * What settings, strongest first, make of the shell gate. Per variable the strongest file wins, and a repository's file
 * is stronger than a user's.
 */
export function gateState(files: readonly SettingsOf[]): GateState {
  const values = files.flatMap(({ scope, file = "the command line", settings }) => {
    const env = settings["env"];
    const value = isRecord(env) ? env[GATE_VARIABLE] : undefined;
    return typeof value === "string" ? [{ scope, file, value }] : [];
  });
  const [strongest] = values;
  if (strongest === undefined || !values.some(({ value }) => isOwnPrefix(value))) return { kind: "absent" };
  return isOwnPrefix(strongest.value) ? { kind: "in-effect" } : { kind: "replaced", ...strongest };
}

/**
 * What settings, strongest first, make of the hook. `disableAllHooks` of the strongest file that says anything counts,
 * but not against the organisation's hooks.
 */
export function hookState(files: readonly SettingsOf[]): HookState {
  if (files.some((layer) => layer.scope === "managed" && holdsHook(layer))) return { kind: "in-effect" };
  const others = files.filter(({ scope }) => scope !== "managed");
  if (!others.some(holdsHook)) return { kind: "absent" };
  const switched = files.find(({ settings }) => typeof settings["disableAllHooks"] === "boolean");
  return switched?.settings["disableAllHooks"] === true
    ? { kind: "disabled", file: switched.file ?? "the command line" }
    : { kind: "in-effect" };
}
