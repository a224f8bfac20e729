import { InputError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { type HostPath, hostPath, joinHost, parentOf } from "../core/paths.ts";

/** From strongest to weakest, as Claude Code ranks them. `launcher`: options of the command line. */
export const SCOPES = ["managed", "launcher", "local", "project", "user"] as const;

export type Scope = (typeof SCOPES)[number];

export interface LayerFile {
  readonly scope: Scope;
  readonly file: HostPath;
}

const MANAGED_FOLDERS: Readonly<Record<Host["platform"], string>> = {
  linux: "/etc/claude-code",
  darwin: "/Library/Application Support/ClaudeCode",
};

function listDropIns(host: Host, folder: HostPath): readonly string[] {
  try {
    return host.list(folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch (cause) {
    throw new InputError({
      code: "config.unreadable",
      message: `${folder} exists but cannot be listed`,
      hint: `Make it readable (ls -ld ${folder}) or remove it.`,
      cause,
    });
  }
}

function managedFiles(host: Host, folder: HostPath): LayerFile[] {
  const dropIns = joinHost(folder, "managed-settings.d");
  const names = [...listDropIns(host, dropIns)].sort();
  const files = [joinHost(folder, "managed-settings.json"), ...names.map((name) => joinHost(dropIns, name))];
  // A later drop-in wins over an earlier one and over the main file.
  return files.reverse().map((file) => ({ scope: "managed", file }));
}

/** Newer clients read the local file at the top of the repository, older ones in the folder of the session. */
function localFolders(host: Host, project: HostPath): HostPath[] {
  for (let at = project; at !== "/" && at !== host.home; at = parentOf(at)) {
    if (host.inspect(`${at}/.git`) !== undefined) return at === project ? [project] : [project, at];
  }
  return [project];
}

/**
 * Every settings file that counts for a project, strongest first; whether it exists is not looked at. `managed` is the
 * folder of the managed settings.
 * @throws InputError `config.unreadable` when the folder of drop-ins cannot be listed
 */
export function locateLayers(
  host: Host,
  project: HostPath,
  managed: HostPath = hostPath(MANAGED_FOLDERS[host.platform]),
): LayerFile[] {
  return [
    ...managedFiles(host, managed),
    ...localFolders(host, project).map((folder): LayerFile => ({
      scope: "local",
      file: joinHost(folder, ".claude", "settings.local.json"),
    })),
    { scope: "project", file: joinHost(project, ".claude", "settings.json") },
    { scope: "user", file: joinHost(host.claudeDir, "settings.json") },
  ];
}
