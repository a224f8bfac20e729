import { locateLayers } from "../../config/layers.ts";
import type { SettingsOf } from "../../config/protection.ts";
import type { Host } from "../../core/host.ts";
import { type HostPath, hostPath } from "../../core/paths.ts";
import type { HookContext } from "../hook-context.ts";

/** As the client reads a file: one that is no plain JSON object says nothing. */
function readAsClient(host: Host, file: HostPath): SettingsOf["settings"] {
  try {
    const value: unknown = JSON.parse(host.readText(file) ?? "{}");
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as SettingsOf["settings"]) : {};
  } catch {
    return {}; // The client ignores it, and so would our registration in it be.
  }
}

/** Every settings file of a session that started in a folder, strongest first, as the client reads them. */
export function settingsAsClient({ host, projectFolder }: HookContext, cwd: HostPath): readonly SettingsOf[] {
  const folder = projectFolder === undefined ? cwd : hostPath(projectFolder);
  return locateLayers(host, host.realPath(folder) ?? folder).map((layer) => ({
    ...layer,
    settings: readAsClient(host, layer.file),
  }));
}
