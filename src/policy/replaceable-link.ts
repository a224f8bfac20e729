import { PolicyError } from "../core/errors.ts";
import type { Host } from "../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost } from "../core/paths.ts";

/** A grant of the settings as it is written, and the real path that was made of it, as far as that exists. */
export interface Grant {
  readonly written: HostPath;
  readonly path: HostPath;
}

/**
 * The first link on the way to a path that lies in a folder which commands may write. A background command can swap link and
 * folder while we look: so nothing is asked twice, and a way that does not end at the grant's real path counts as a link too.
 */
function findReplaceableLink(
  host: Host,
  { written, path }: Grant,
  writable: readonly HostPath[],
): HostPath | undefined {
  const names = written.slice(1).split("/");
  let folder = hostPath("/");
  for (const [index, name] of names.entries()) {
    const at = joinHost(folder, name);
    const real = host.realPath(at);
    const within = writable.some((root) => root !== at && isInside(at, root));
    if (within && (real === undefined ? host.inspect(at)?.kind === "symlink" : real !== at)) return at;
    if (real === undefined) return joinHost(at, ...names.slice(index + 1)) === path ? undefined : at;
    folder = real;
  }
  return folder === path ? undefined : written;
}

/**
 * Refuses a grant that goes through a link which a command can replace: by another link the command would choose itself
 * what is opened, for its next call.
 * @throws PolicyError `grant.symlink`
 */
export function refuseReplaceableLink(host: Host, grant: Grant, writable: readonly HostPath[]): void {
  const link = findReplaceableLink(host, grant, writable);
  if (link === undefined) return;
  throw new PolicyError({
    code: "grant.symlink",
    message: `the settings open ${grant.written}, and ${link} is a symbolic link in a folder that commands may write: a command could let it lead anywhere`,
    hint: `Name what it leads to (${JSON.stringify(grant.path)}) in the settings, or replace the link by a folder.`,
  });
}
