import rules from "../../profiles/protected-paths.json" with { type: "json" };
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost, ORGANISATION_ROOT, parentOf } from "../core/paths.ts";
import type { ProtectedPath } from "../core/plan.ts";
import { PolicyError } from "../core/errors.ts";
import type { GitLayout } from "./git-layout.ts";

/** A linked work tree looks for its repository here; as a folder it would stop git, as this text it changes nothing. */
const COMMONDIR_TEXT = ".";

export interface ProtectionRequest {
  readonly host: Host;
  /** Real, existing folders that the command may write. */
  readonly writable: readonly HostPath[];
  /** Those of them that somebody may start Claude Code, an editor or git in. */
  readonly roots: readonly HostPath[];
  readonly repositories: readonly GitLayout[];
  /** Further paths from config, real up to their last existing folder. */
  readonly denied: readonly HostPath[];
  /** Paths that the user has opened by name: not protected, unless they hold Claude Code's or our own settings. */
  readonly opened: readonly HostPath[];
}

interface Candidate {
  readonly path: HostPath;
  /** Protect it even though nothing is there yet. */
  readonly always: boolean;
  readonly placeholder?: string;
}

function always(path: HostPath): Candidate {
  return { path, always: true };
}

function ifPresent(path: HostPath): Candidate {
  return { path, always: false };
}

/** Hooks and config run programs; `commondir` and a submodule's own folder lead to another hooks and config. */
function gitCandidates(host: Host, layout: GitLayout): Candidate[] {
  const folders = [layout.commonDir, layout.gitDir, ...nestedGitDirs(host, layout.commonDir)];
  return [...new Set(folders)].flatMap((folder) => [
    ...(folder === layout.commonDir || host.inspect(`${folder}/config`) !== undefined
      ? rules.git.map((name) => always(joinHost(folder, name)))
      : []),
    ...rules.gitIfPresent.map((name) => ifPresent(joinHost(folder, name))),
    { path: joinHost(folder, "commondir"), always: true, placeholder: COMMONDIR_TEXT },
  ]);
}

/** Git folders of submodules and of the other linked work trees. Submodule names may hold slashes; three levels. */
function nestedGitDirs(host: Host, commonDir: HostPath): HostPath[] {
  const worktrees = joinHost(commonDir, "worktrees");
  const linked = host.list(worktrees).map((name) => joinHost(worktrees, name));
  return [...linked, ...submoduleDirs(host, joinHost(commonDir, "modules"), 3)];
}

function submoduleDirs(host: Host, folder: HostPath, levels: number): HostPath[] {
  if (levels === 0) return [];
  return host.list(folder).flatMap((name) => {
    const child = joinHost(folder, name);
    if (host.inspect(child)?.kind !== "directory") return [];
    if (host.inspect(`${child}/HEAD`) === undefined) return submoduleDirs(host, child, levels - 1);
    return [child, ...submoduleDirs(host, joinHost(child, "modules"), levels - 1)];
  });
}

function rootCandidates(request: ProtectionRequest, root: HostPath): Candidate[] {
  const inRepository = request.repositories.some(({ entry }) => parentOf(entry) === root);
  return [
    ...rules.everyRoot.map((name) => always(joinHost(root, name))),
    ...rules.everyRootIfPresent.map((name) => ifPresent(joinHost(root, name))),
    // Without a repository of its own, one made by a command would be run by the host's git, hooks and all.
    ...(inRepository ? [] : [always(joinHost(root, ".git"))]),
  ];
}

/** Work trees keep their pointer; a plain `.git` folder is held in place by the mounts below it. */
function entryCandidates(layout: GitLayout): Candidate[] {
  return layout.entry === layout.gitDir ? [] : [always(layout.entry)];
}

function fixedCandidates({ host }: ProtectionRequest): Candidate[] {
  return [
    ...rules.home.map((name) => joinHost(host.home, name)),
    host.claudeDir,
    hostPath("/etc/claude-code"),
    ORGANISATION_ROOT,
  ].map(always);
}

/** The path with its parent's symlinks resolved; when folders are missing, the first missing one stands for it. */
function locate(host: Host, path: HostPath): HostPath {
  const folder = parentOf(path);
  const parent = host.realPath(folder);
  if (parent === undefined) return locate(host, folder);
  return parent === folder ? path : joinHost(parent, path.slice(path.lastIndexOf("/") + 1));
}

function refuseSymlink(path: HostPath): never {
  throw new PolicyError({
    code: "protected.symlink",
    message: `${path} must stay as it is during sandboxed commands, but it is a symbolic link, which a command could replace`,
    hint: `Replace the link by the file or folder itself, or open the path by adding ${JSON.stringify(path)} to sandhook.filesystem.allowWrite in your user settings.`,
  });
}

function missing({ path, placeholder }: Candidate): ProtectedPath {
  return placeholder === undefined ? { path, kind: "missing" } : { path, kind: "missing", placeholder };
}

/** True for what another call's placeholder looks like: it may be gone before ours is mounted. */
function isPlaceholder(host: Host, { path, placeholder }: Candidate, kind: string): boolean {
  if (placeholder !== undefined)
    return kind === "file" && (host.readText(path) ?? placeholder).trim() === placeholder;
  return kind === "directory" && host.list(path).length === 0;
}

function judge(host: Host, candidate: Candidate): ProtectedPath[] {
  const facts = host.inspect(candidate.path);
  if (facts === undefined) return candidate.always ? [missing(candidate)] : [];
  if (facts.kind === "symlink") refuseSymlink(candidate.path);
  if (candidate.always && isPlaceholder(host, candidate, facts.kind)) return [missing(candidate)];
  return [{ path: candidate.path, kind: facts.kind === "directory" ? "directory" : "file" }];
}

/** A path below a protected folder needs no entry of its own, unless something between is writable again. */
function isRedundant(path: HostPath, all: readonly ProtectedPath[], writable: readonly HostPath[]): boolean {
  const outer = all.filter((other) => other.path !== path && isInside(path, other.path));
  return outer.some(
    (other) =>
      !writable.some((root) => root !== other.path && isInside(root, other.path) && isInside(path, root)),
  );
}

/** True for settings that decide what Claude Code or sandhook runs: no config opens these to commands. */
export function isSettings(host: Host, path: HostPath): boolean {
  const ours = [
    host.claudeDir,
    joinHost(host.home, ".local/share/sandhook"),
    joinHost(host.home, ".claude.json"),
  ];
  return (
    ours.some((folder) => isInside(path, folder)) || /\/\.claude(\/(settings[^/]*\.json|hooks))?$/.test(path)
  );
}

/** Every path that policy protects, with the symlinks of its parent resolved; also outside the writable folders. */
function locateCandidates(request: ProtectionRequest): Candidate[] {
  const { host, writable, opened } = request;
  const candidates = [
    ...request.roots.flatMap((root) => rootCandidates(request, root)),
    ...writable.flatMap((root) =>
      [...rules.everyRoot, ...rules.everyRootIfPresent].map((name) => ifPresent(joinHost(root, name))),
    ),
    ...request.repositories.flatMap((layout) => [...entryCandidates(layout), ...gitCandidates(host, layout)]),
    ...fixedCandidates(request),
    ...request.denied.map(always),
  ];
  return candidates
    .map((candidate) => ({ ...candidate, path: locate(host, candidate.path) }))
    .filter(({ path }) => !opened.includes(path) || isSettings(host, path));
}

/**
 * The same for the client's own tools, which need no mount: also outside the writable folders, and where a symlink stands
 * in the place of a protected path, the link and what it leads to.
 */
export function protectedPlaces(request: ProtectionRequest): HostPath[] {
  const { host } = request;
  const places = locateCandidates(request)
    .filter(({ always, path }) => always || host.inspect(path) !== undefined)
    .map(({ path }) => path);
  return [...new Set(places.flatMap((path) => [path, host.realPath(path) ?? path]))];
}

/**
 * What a command must neither change nor create inside the folders that it may write.
 * @throws PolicyError `protected.symlink`: a link in a writable folder can be replaced, so it cannot be protected.
 */
export function planProtectedPaths(request: ProtectionRequest): ProtectedPath[] {
  const { host, writable } = request;
  const inside = new Map<HostPath, Candidate>();
  for (const candidate of locateCandidates(request)) {
    const { path } = candidate;
    const reachable = writable.some((root) => root !== path && isInside(path, root));
    if (reachable && !(inside.get(path)?.always ?? false)) inside.set(path, candidate);
  }
  const all = [...inside.values()].flatMap((candidate) => judge(host, candidate));
  return all
    .filter(({ path }) => !isRedundant(path, all, writable))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
