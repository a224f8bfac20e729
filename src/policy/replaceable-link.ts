import { PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost } from "../core/paths.ts";

/** The first link on the way to a path that lies in a folder which commands may write. */
function findReplaceableLink(
  host: Host,
  path: HostPath,
  writable: readonly HostPath[],
): HostPath | undefined {
  let folder: HostPath | undefined = hostPath("/");
  for (const name of path.slice(1).split("/")) {
    const at: HostPath = joinHost(folder, name);
    const within = writable.some((root) => root !== at && isInside(at, root));
    if (within && host.inspect(at)?.kind === "symlink") return at;
    folder = host.realPath(at);
    if (folder === undefined) return undefined;
  }
  return undefined;
}

/**
 * Refuses a grant that goes through a link which a command can replace: by another link the command would choose itself
 * what is opened, for its next call.
 * @throws PolicyError `grant.symlink`
 */
export function refuseReplaceableLink(host: Host, path: HostPath, writable: readonly HostPath[]): void {
  const link = findReplaceableLink(host, path, writable);
  if (link === undefined) return;
  throw new PolicyError({
    code: "grant.symlink",
    message: `the settings open ${path}, and ${link} is a symbolic link in a folder that commands may write: a command could let it lead anywhere`,
    hint: `Name what it leads to (${JSON.stringify(host.realPath(path) ?? path)}) in the settings, or replace the link by a folder.`,
  });
}
