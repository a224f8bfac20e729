import { locateLayers } from "../config/layers.ts";
import type { DoctorContext } from "./context.ts";

export interface SettingsSeen {
  readonly scope: string;
  readonly file: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The settings files of a project that Claude Code can read, strongest first. What cannot be read is the config check's. */
export function readSettingsFiles({ host, project }: DoctorContext): readonly SettingsSeen[] {
  const root = host.realPath(project) ?? project;
  return locateLayers(host, root).flatMap(({ scope, file }) => {
    try {
      const settings: unknown = JSON.parse(host.readText(file) ?? "null");
      return isRecord(settings) ? [{ scope, file, settings }] : [];
    } catch {
      return []; // Claude Code ignores such a file as well.
    }
  });
}

export interface HandlerSeen {
  readonly event: string;
  readonly matcher: unknown;
  readonly group: Readonly<Record<string, unknown>>;
  readonly handler: unknown;
}

/** Every hook handler of one settings file. */
export function handlersOf({ settings }: SettingsSeen): readonly HandlerSeen[] {
  const hooks = settings["hooks"];
  if (!isRecord(hooks)) return [];
  return Object.entries(hooks).flatMap(([event, groups]) =>
    (Array.isArray(groups) ? groups : []).filter(isRecord).flatMap((group) => {
      const handlers: unknown = group["hooks"];
      const list: readonly unknown[] = Array.isArray(handlers) ? (handlers as unknown[]) : [];
      return list.map((handler) => ({ event, matcher: group["matcher"], group, handler }));
    }),
  );
}
