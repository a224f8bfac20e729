import type { Host } from "../../core/host.ts";
import { hostPath, type HostPath, parentOf } from "../../core/paths.ts";
import { privateSpellings } from "./spellings.ts";

/** The name in /private of a path below /tmp, /var or /etc; any other path as it is. */
export function physicalSpelling(path: HostPath): HostPath {
  return privateSpellings(path).find((spelling) => spelling.startsWith("/private/")) ?? path;
}

/** Where a path leads when its nearest existing folder is resolved. The rest, which is missing, keeps its spelling. */
function resolveNearest(host: Host, path: HostPath): HostPath {
  for (let at = path; at !== "/"; at = parentOf(at)) {
    const real = host.realPath(at);
    if (real !== undefined) return hostPath(`${real}${path.slice(at.length)}`);
  }
  return path;
}

/**
 * The names under which the kernel may know a path: as it is given, and as it is on the disk. They are the same where
 * the plan was made from resolved paths; rules go by path, so a link on the way would make a rule about nothing.
 */
export function physicalPaths(host: Host, path: HostPath): readonly HostPath[] {
  const given = physicalSpelling(path);
  return [...new Set([given, physicalSpelling(resolveNearest(host, given))])];
}
