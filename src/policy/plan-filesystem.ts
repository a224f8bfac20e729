import rules from "../../profiles/protected-paths.json" with { type: "json" };
import type { Config, WrittenPath } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost, parentOf } from "../core/paths.ts";
import type { FilesystemPlan } from "../core/plan.ts";
import { type GitLayout, readGitLayout } from "./git-layout.ts";
import { planHiddenPaths } from "./hidden-paths.ts";
import { isSettings, planProtectedPaths } from "./protected-paths.ts";

export interface FilesystemRequest {
  readonly host: Host;
  readonly config: Config;
  /** Real path of the project. */
  readonly root: HostPath;
  /** The call's working folder. */
  readonly cwd: HostPath;
  readonly temporary: HostPath;
}

/** Folders that every sandbox replaces by private ones. */
const REPLACED: readonly string[] = ["/tmp", "/var/tmp", "/run"];

/** `~/x` counts from the home folder, `x` and `./x` from the project. */
export function expandPath(written: string, home: HostPath, root: HostPath): HostPath {
  if (written === "~") return home;
  if (written.startsWith("~/")) return joinHost(home, written.slice(2));
  return written.startsWith("/") ? hostPath(written) : joinHost(root, written);
}

/** The real path of what exists of `path`, with the rest as written: a path that does not exist yet can be denied. */
function realAsFarAsPossible(host: Host, path: HostPath): HostPath {
  const real = host.realPath(path);
  if (real !== undefined || path === "/") return real ?? path;
  return joinHost(realAsFarAsPossible(host, parentOf(path)), path.slice(path.lastIndexOf("/") + 1));
}

function unique(paths: readonly HostPath[]): HostPath[] {
  return [...new Set(paths)].sort();
}

/** The work tree that the call runs in, when it is another one than the project's and inside the project. */
function workTrees(
  host: Host,
  root: HostPath,
  cwd: HostPath,
): { top: HostPath; layout: GitLayout | undefined }[] {
  const real = host.realPath(cwd) ?? root;
  const layouts = [root, ...(isInside(real, root) ? [real] : [])].map((folder) =>
    readGitLayout(host, folder),
  );
  const tops = layouts.map((layout) => (layout === undefined ? root : parentOf(layout.entry)));
  return layouts.map((layout, index) => ({ top: tops[index] ?? root, layout }));
}

function distinctLayouts(layouts: readonly (GitLayout | undefined)[]): GitLayout[] {
  const byEntry = new Map(
    layouts.flatMap((layout) => (layout === undefined ? [] : [[layout.entry, layout] as const])),
  );
  return [...byEntry.values()];
}

/**
 * What of Claude Code's own files a command needs: the shell snapshots, which its shell evaluates first, and the
 * output of the project's background tasks, which the model is told to look at. A home folder below one of the replaced
 * folders is named too, because it would be lost with them.
 */
function clientFolders(host: Host, root: HostPath): HostPath[] {
  const slug = root.replace(/[^A-Za-z0-9]/g, "-");
  return [
    joinHost(host.claudeDir, "shell-snapshots"),
    hostPath(`/tmp/claude-${host.uid}/${slug}`),
    hostPath(`/tmp/claude/${slug}`),
    ...(REPLACED.some((folder) => isInside(host.home, folder)) ? [host.home] : []),
  ];
}

/**
 * What a command of this project may read and write: the project, its repository's git folders, its temp folder and
 * what the user allowed; minus protected and hidden paths.
 * @throws PolicyError from `planProtectedPaths`
 */
export function planFilesystem(request: FilesystemRequest): FilesystemPlan {
  const { host, config, root, temporary } = request;
  const written = (paths: readonly WrittenPath[]): HostPath[] =>
    paths.map(({ value }) => expandPath(value, host.home, root));
  const existing = (paths: readonly HostPath[]): HostPath[] =>
    paths.flatMap((path) => {
      const real = host.realPath(path);
      return real === undefined ? [] : [real];
    });
  const trees = workTrees(host, root, request.cwd);
  const repositories = distinctLayouts(trees.map(({ layout }) => layout));
  const opened = existing(written(config.allowWrite)).filter((path) => !isSettings(host, path));
  const again = existing(rules.writableAgain.map((name) => joinHost(root, name)));
  const gitDirs = repositories.flatMap(({ commonDir, gitDir }) => [commonDir, gitDir]);
  const outside = gitDirs.filter((folder) => !isInside(folder, root));
  const writable = unique([root, ...again, ...opened, ...outside]);
  const roots = unique([
    root,
    ...trees.map(({ top }) => top).filter((top) => writable.some((folder) => isInside(top, folder))),
  ]);
  const exposed = existing(written(config.allowRead));
  const denied = existing(written(config.denyRead));
  return {
    reads: "host",
    readable: unique([...exposed, ...existing(clientFolders(host, root))]),
    writable,
    protectedPaths: planProtectedPaths({
      host,
      writable,
      roots,
      repositories,
      denied: written(config.denyWrite).map((path) => realAsFarAsPossible(host, path)),
      opened,
    }),
    hidden: planHiddenPaths(host, denied, exposed),
    temporary,
  };
}
