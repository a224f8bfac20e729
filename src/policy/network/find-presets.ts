import type { Host } from "../../core/host.ts";
import { type HostPath, joinHost } from "../../core/paths.ts";
import { presetsByFile } from "./presets.ts";

/** What every project gets: dependencies and tools of all ecosystems come from there. */
const ALWAYS = "github";

/** Subfolders that are looked into, in their order by name; a repository of many parts has its parts there. */
const MOST_FOLDERS = 40;

/** Folders of other people's code. */
const SKIPPED = new Set(["node_modules", "vendor", "target", "dist", "build", "venv"]);

function foldersOf(host: Host, root: HostPath, names: readonly string[]): readonly HostPath[] {
  return names
    .filter((name) => !name.startsWith(".") && !SKIPPED.has(name))
    .map((name) => joinHost(root, name))
    .filter((folder) => host.inspect(folder)?.kind === "directory")
    .slice(0, MOST_FOLDERS);
}

/**
 * The presets that a project needs by the look of it, sorted: those of the ecosystems whose files lie in its folder or
 * one below, and `github`. A command can make such a file, so this never gives more than the built-in presets.
 */
export function findPresets(host: Host, root: HostPath): readonly string[] {
  const byFile = presetsByFile();
  const names = host.list(root);
  const below = foldersOf(host, root, names).flatMap((folder) => host.list(folder));
  const found = [...names, ...below].flatMap((name) => byFile.get(name) ?? []);
  return [...new Set([ALWAYS, ...found])].sort();
}
