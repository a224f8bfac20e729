import type { Host } from "../core/host.ts";
import { type HostPath, hostPath, joinHost } from "../core/paths.ts";

/** From strongest to weakest, as Claude Code ranks them. */
export type Scope = "managed" | "local" | "project" | "user";

export interface LayerFile {
  readonly scope: Scope;
  readonly file: HostPath;
}

const MANAGED_FOLDERS: Readonly<Record<Host["platform"], string>> = {
  linux: "/etc/claude-code",
  darwin: "/Library/Application Support/ClaudeCode",
};

function managedFiles(host: Host): LayerFile[] {
  const folder = hostPath(MANAGED_FOLDERS[host.platform]);
  const dropIns = joinHost(folder, "managed-settings.d");
  const names = host.list(dropIns).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  const files = [joinHost(folder, "managed-settings.json"), ...names.map((name) => joinHost(dropIns, name))];
  // A later drop-in wins over an earlier one and over the main file.
  return files.reverse().map((file) => ({ scope: "managed", file }));
}

/** Every settings file that counts for a project, strongest first; whether it exists is not looked at. */
export function locateLayers(host: Host, project: HostPath): LayerFile[] {
  return [
    ...managedFiles(host),
    { scope: "local", file: joinHost(project, ".claude", "settings.local.json") },
    { scope: "project", file: joinHost(project, ".claude", "settings.json") },
    { scope: "user", file: joinHost(host.claudeDir, "settings.json") },
  ];
}
