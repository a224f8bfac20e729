import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, joinHost, parentOf } from "../core/paths.ts";

/** The git folders that work in a project writes to. All real paths. */
export interface GitLayout {
  /** The work tree's own git folder: HEAD, index, logs. */
  readonly gitDir: HostPath;
  /** Objects, refs, hooks and config; the same as `gitDir` except in a linked worktree. */
  readonly commonDir: HostPath;
  /** What stands at `<top>/.git`: the folder itself, or the file that points to it. */
  readonly entry: HostPath;
}

/** A git folder that a `.git` file may point to; anything else is not followed. */
const LINKED = /\/(?:worktrees|modules)\/[^/].*$/;

function isGitDir(host: Host, folder: HostPath): boolean {
  return (
    host.inspect(`${folder}/HEAD`)?.kind === "file" || host.inspect(`${folder}/commondir`)?.kind === "file"
  );
}

function readPointer(host: Host, file: HostPath, prefix: string): HostPath | undefined {
  const line = host.readText(file)?.split("\n")[0]?.trim();
  if (line === undefined || !line.startsWith(prefix)) return undefined;
  const target = line.slice(prefix.length).trim();
  if (target === "") return undefined;
  return host.realPath(target.startsWith("/") ? hostPath(target) : joinHost(parentOf(file), target));
}

/**
 * Whether a git folder names this work tree as its own, as git writes it. A command can make a `.git` file that points
 * to any repository, but nothing in that repository.
 */
function pointsBack(host: Host, gitDir: HostPath, entry: HostPath): boolean {
  const linked = readPointer(host, joinHost(gitDir, "gitdir"), "");
  if (linked !== undefined) return linked === entry;
  const [, tree] =
    /^\s*worktree\s*=\s*"?([^"\n]+?)"?\s*$/m.exec(host.readText(joinHost(gitDir, "config")) ?? "") ?? [];
  return (
    tree !== undefined && host.realPath(tree.startsWith("/") ? tree : `${gitDir}/${tree}`) === parentOf(entry)
  );
}

function followGitFile(host: Host, entry: HostPath): GitLayout | undefined {
  const gitDir = readPointer(host, entry, "gitdir:");
  if (gitDir === undefined || !LINKED.test(gitDir) || !isGitDir(host, gitDir)) return undefined;
  if (!pointsBack(host, gitDir, entry)) return undefined;
  const commonDir = readPointer(host, joinHost(gitDir, "commondir"), "") ?? gitDir;
  return { gitDir, commonDir, entry };
}

function layoutAt(host: Host, top: HostPath): GitLayout | undefined {
  const entry = joinHost(top, ".git");
  const facts = host.inspect(entry);
  if (facts?.kind === "file") return followGitFile(host, entry);
  if (facts?.kind !== "directory" || !isGitDir(host, entry)) return undefined;
  return { gitDir: entry, commonDir: entry, entry };
}

/**
 * The repository that `folder` (a real path) belongs to, found by files alone: git itself is never run, because a
 * repository's own config can make it execute programs. The search stops at the user's home and at folders of others.
 */
export function readGitLayout(host: Host, folder: HostPath): GitLayout | undefined {
  for (let at = folder; ; at = parentOf(at)) {
    const layout = layoutAt(host, at);
    if (layout !== undefined) return layout;
    if (at === "/" || at === host.home || host.inspect(at)?.uid !== host.uid) return undefined;
  }
}
