import { foldersBetween, type HostPath, isInside } from "../core/paths.ts";
import type { FilesystemPlan } from "../core/plan.ts";

/** One mount, at the same path on both sides, and what it puts there. */
export interface Mount {
  readonly path: HostPath;
  readonly view: "read-only" | "writable" | "empty-file" | "empty-folder";
}

/** Later wins when two mounts name the same path. */
const STRENGTH: readonly Mount["view"][] = ["read-only", "writable", "empty-file", "empty-folder"];

function depth(path: string): number {
  let slashes = 0;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) slashes += 1;
  return path === "/" ? 0 : slashes;
}

function strength(mount: Mount): number {
  return STRENGTH.indexOf(mount.view);
}

/**
 * Every parent of a protected or hidden path, and of the temp folder, inside its writable root must itself be a mount
 * point: a mount point cannot be renamed, so `mv .git x; cp -a x .git` cannot carry the protection away, and
 * `mv secret x` cannot show the next call what is hidden in it.
 */
function pinnedParents(plan: FilesystemPlan): Mount[] {
  const innermostFirst = [...plan.writable].sort((a, b) => b.length - a.length);
  const held = [...plan.protectedPaths, ...plan.hidden].map(({ path }) => path);
  return [...held, plan.temporary].flatMap((path) => {
    const root = innermostFirst.find((writable) => isInside(path, writable));
    return root === undefined
      ? []
      : foldersBetween(root, path).map((folder): Mount => ({ path: folder, view: "writable" }));
  });
}

/**
 * The mounts above what an engine shows anyway, outermost first: a deeper mount decides over an outer one, so a writable
 * project inside a hidden folder works, and a secret inside a writable project stays hidden.
 * At one path: hidden over protected over writable over readable.
 */
export function planMounts(plan: FilesystemPlan): Mount[] {
  const weak: Mount[] = [
    ...plan.readable.map((path): Mount => ({ path, view: "read-only" })),
    ...pinnedParents(plan),
    ...plan.writable.map((path): Mount => ({ path, view: "writable" })),
  ];
  const strong: Mount[] = [
    ...plan.protectedPaths.map(({ path, kind, placeholder }): Mount => {
      const emptied = kind === "missing" && placeholder === undefined;
      return { path, view: emptied ? "empty-folder" : "read-only" };
    }),
    ...plan.hidden.map(({ path, kind }): Mount => ({
      path,
      view: kind === "file" ? "empty-file" : "empty-folder",
    })),
  ];
  const byPath = new Map<HostPath, Mount>();
  for (const mount of weak) {
    const known = byPath.get(mount.path);
    if (known === undefined || strength(mount) > strength(known)) byPath.set(mount.path, mount);
  }
  for (const mount of strong) byPath.set(mount.path, mount);
  return [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
}
