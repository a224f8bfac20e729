import rules from "../../profiles/protected-paths.json" with { type: "json" };
import type { Config } from "../config/resolve.ts";
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost, parentOf } from "../core/paths.ts";
import type { FilesystemPlan, HiddenPath } from "../core/plan.ts";
import { expandPattern } from "./expand-pattern.ts";
import { type GitLayout, readGitLayout } from "./git-layout.ts";
import { planHiddenPaths } from "./hidden-paths.ts";
import { refuseReplaceableLink } from "./replaceable-link.ts";
import { isSettings, planProtectedPaths } from "./protected-paths.ts";
import { readWrittenPaths, type WrittenPaths } from "./written-paths.ts";

export interface FilesystemRequest {
  readonly host: Host;
  readonly config: Config;
  /** Real path of the project. */
  readonly root: HostPath;
  /** The call's working folder. */
  readonly cwd: HostPath;
  readonly temporary: HostPath;
  /** What config adds to a container, for an engine that has one. */
  readonly mounts: Config["container.mounts"];
}

/** Folders that every sandbox replaces by private ones. */
const REPLACED: readonly string[] = ["/tmp", "/var/tmp", "/run"];

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
 * output of the project's background tasks, which the model is told to look at.
 */
function clientFolders(host: Host, root: HostPath): HostPath[] {
  const slug = root.replace(/[^A-Za-z0-9]/g, "-");
  return [
    joinHost(host.claudeDir, "shell-snapshots"),
    hostPath(`/tmp/claude-${host.uid}/${slug}`),
    hostPath(`/tmp/claude/${slug}`),
  ];
}

/** A home folder below one of the replaced folders would be lost with them; where reads are listed, it is not in the list. */
function replacedHome({ host, config }: FilesystemRequest): HostPath[] {
  const lost = REPLACED.some((folder) => isInside(host.home, folder));
  return lost && config.reads.value === "host" ? [host.home] : [];
}

function existing(host: Host, paths: readonly HostPath[]): HostPath[] {
  return paths.flatMap((path) => host.realPath(path) ?? []);
}

/** Real paths that can be written: none in a workspace that is read-only, and none that a denial covers. */
function planWritable(
  { host, config, root }: FilesystemRequest,
  written: WrittenPaths,
  repositories: readonly GitLayout[],
): HostPath[] {
  if (config.workspace.value === "read-only") return [];
  const again = existing(
    host,
    rules.writableAgain.map((name) => joinHost(root, name)),
  );
  const gitDirs = repositories.flatMap(({ commonDir, gitDir }) => [commonDir, gitDir]);
  const outside = gitDirs.filter((folder) => !isInside(folder, root));
  const opened = written.writable.filter((path) => !isSettings(host, path));
  return unique([root, ...again, ...opened, ...outside]).filter(
    (path) => !written.unwritable.some((denied) => isInside(path, denied)),
  );
}

/** The repositories of folders beside the project that the user has opened: git runs their hooks and reads their config too. */
function openedRepositories(host: Host, root: HostPath, { writable }: WrittenPaths): GitLayout[] {
  const beside = writable.filter((path) => !isInside(path, root));
  return distinctLayouts(beside.map((path) => readGitLayout(host, path)));
}

/** Listed folders show nothing that is hidden: they say less than `host`, never more. */
function planToolchains(
  { host, config, root }: FilesystemRequest,
  hidden: readonly HiddenPath[],
): HostPath[] {
  const reads = config.reads.value;
  if (reads === "host") return [];
  const folders = existing(
    host,
    reads.flatMap((written) => expandPattern(host, written, root)),
  );
  return folders.filter((folder) => !hidden.some(({ path }) => isInside(folder, path)));
}

/** The folders that a policy speaks of, before anything is protected in them. */
export interface Reach {
  readonly written: WrittenPaths;
  /** Also those of folders that the user has opened. */
  readonly repositories: readonly GitLayout[];
  readonly writable: readonly HostPath[];
  /** Those of the writable folders that somebody may start Claude Code, an editor or git in. */
  readonly roots: readonly HostPath[];
  readonly readable: readonly HostPath[];
  readonly hidden: readonly HiddenPath[];
}

/**
 * What may be read and written by config, the project and its repository: for commands and for the client's own tools.
 * @throws PolicyError from `refuseReplaceableLink`
 */
export function planReach(request: FilesystemRequest): Reach {
  const { host, config, root } = request;
  const written = readWrittenPaths(host, config, root, request.mounts);
  const trees = workTrees(host, root, request.cwd);
  const own = distinctLayouts(trees.map(({ layout }) => layout));
  const writable = planWritable(request, written, own);
  for (const grant of written.linked) refuseReplaceableLink(host, grant, writable);
  const beside = openedRepositories(host, root, written);
  const tops = [...trees.map(({ top }) => top), ...beside.map(({ entry }) => parentOf(entry))];
  const roots = unique([root, ...tops].filter((top) => writable.some((folder) => isInside(top, folder))));
  const hidden = planHiddenPaths(host, written.hidden, written.exposed);
  const shown = [root, ...own.flatMap(({ commonDir, gitDir }) => [commonDir, gitDir])];
  const readable = unique([
    ...shown.filter((path) => !writable.some((folder) => isInside(path, folder))),
    ...written.exposed,
    ...planToolchains(request, hidden),
    ...existing(host, [...clientFolders(host, root), ...replacedHome(request)]),
  ]);
  const repositories = distinctLayouts([...own, ...beside]);
  return { written, repositories, writable, roots, readable, hidden };
}

/**
 * What a command of this project may read and write: the project, its repository's git folders, its temp folder and
 * what the user allowed; minus protected and hidden paths.
 * @throws PolicyError from `planProtectedPaths` and `planReach`
 */
export function planFilesystem(request: FilesystemRequest): FilesystemPlan {
  const { host, config, temporary } = request;
  const { written, repositories, writable, roots, readable, hidden } = planReach(request);
  return {
    reads: config.reads.value === "host" ? "host" : "listed",
    readable,
    writable,
    protectedPaths: planProtectedPaths({
      host,
      writable,
      roots,
      repositories,
      denied: written.unwritable,
      opened: written.opened,
    }),
    hidden,
    temporary,
  };
}
