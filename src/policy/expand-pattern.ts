import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, joinHost } from "../core/paths.ts";

/** Folders that a `**` looks into before it stops: a bound on what one command may cost. */
const MOST_FOLDERS = 2_000;

/** Made by tools, and large. A pattern that names one of them is still followed into it. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", ".git", ".venv", "__pycache__", "target"]);

/** `~/x` counts from the home folder, `x` and `./x` from the project; a trailing `/**` is the folder itself. */
export function expandPath(written: string, home: HostPath, root: HostPath): HostPath {
  const folder = written.replace(/(?:\/\*\*?)+$/, "") || "/";
  if (folder === "~") return home;
  if (folder.startsWith("~/")) return joinHost(home, folder.slice(2));
  return folder.startsWith("/") ? hostPath(folder) : joinHost(root, folder);
}

function matcher(part: string): RegExp {
  const source = part
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

function folderNames(host: Host, folder: HostPath): readonly string[] {
  return host.inspect(folder)?.kind === "directory" ? host.list(folder) : [];
}

/** The folder and everything below it, nearest first, not through symlinks. */
function foldersBelow(host: Host, top: HostPath): HostPath[] {
  const found = [top];
  for (let next = 0; next < found.length && found.length < MOST_FOLDERS; next++) {
    const folder = found[next];
    if (folder === undefined) break;
    const children = folderNames(host, folder).filter((name) => !SKIPPED.has(name));
    for (const name of children) {
      const child = joinHost(folder, name);
      if (host.inspect(child)?.kind === "directory") found.push(child);
    }
  }
  return found.slice(0, MOST_FOLDERS);
}

function step(host: Host, folders: readonly HostPath[], part: string): HostPath[] {
  if (part === "**") return folders.flatMap((folder) => foldersBelow(host, folder));
  if (!/[*?]/.test(part)) return folders.map((folder) => joinHost(folder, part));
  const matches = matcher(part);
  return folders.flatMap((folder) =>
    folderNames(host, folder)
      .filter((name) => matches.test(name))
      .map((name) => joinHost(folder, name)),
  );
}

/**
 * The paths that a pattern of config means. Without a wildcard one path, whether or not it exists; `*` and `?` stand
 * for names that exist in one folder, a folder named `**` for any folders between. A `**` looks into 2,000 folders, the
 * nearest first.
 */
export function expandPattern(host: Host, written: string, root: HostPath): HostPath[] {
  const pattern = expandPath(written, host.home, root);
  if (!/[*?]/.test(pattern)) return [pattern];
  const parts = pattern.slice(1).split("/");
  const found = parts.reduce((folders, part) => step(host, folders, part), [hostPath("/")]);
  return [...new Set(found)].filter((path) => host.inspect(path) !== undefined);
}
