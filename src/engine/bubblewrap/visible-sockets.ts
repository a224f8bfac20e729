import type { Host } from "../../core/host.ts";
import { hostPath, type HostPath, isInside } from "../../core/paths.ts";
import type { FilesystemPlan, Plan } from "../../core/plan.ts";
import { SYSTEM_FOLDERS } from "../../core/system-folders.ts";
import type { Mount } from "../mounts.ts";

/** Folders that every sandbox has for itself. */
const PRIVATE = ["/dev", "/proc", "/run", "/tmp", "/var/tmp"];

/** Columns of the kernel's table: Num RefCount Protocol Flags Type St Inode Path. */
const LINE = /^\w+: \w+ \w+ (\w+) (\w+) \w+ +\d+ (\/.*)$/;

const ACCEPTS_CONNECTIONS = 0x10000;
const DATAGRAM = "0002";

/**
 * Paths of the sockets that can be connected to or written to by name, as their owners wrote them. Most lie in /run, and are
 * told apart before anything else is asked.
 */
function addressedSockets(table: string, inRun: boolean): string[] {
  return table.split("\n").flatMap((line) => {
    const at = line.indexOf(" /");
    if (at === -1 || (!inRun && line.startsWith(" /run/", at))) return [];
    const [, flags = "", type = "", path = ""] = LINE.exec(line) ?? [];
    const open = type === DATAGRAM || (Number.parseInt(flags, 16) & ACCEPTS_CONNECTIONS) !== 0;
    return path !== "" && open ? [path] : [];
  });
}

/** What a command sees at a place: the innermost mount around it decides. */
function viewAt(
  path: HostPath,
  mounts: readonly Mount[],
  reads: FilesystemPlan["reads"],
): Mount["view"] | "nothing" {
  const around = mounts.filter((mount) => isInside(path, mount.path)).at(-1);
  const own = PRIVATE.find((folder) => isInside(path, folder));
  if (around !== undefined && (own === undefined || isInside(around.path, own))) return around.view;
  if (own !== undefined) return "nothing";
  return reads === "host" || SYSTEM_FOLDERS.some((folder) => isInside(path, folder))
    ? "read-only"
    : "nothing";
}

/**
 * The sockets of the host's programs that a command would see outside of what it may write: a read-only view does not keep it
 * from connecting to them. One that the settings name itself stays.
 */
export function visibleSockets(
  { filesystem }: Pick<Plan, "filesystem">,
  mounts: readonly Mount[],
  host: Host,
): HostPath[] {
  const table = host.readText(hostPath("/proc/net/unix")) ?? "";
  const shown = (path: HostPath): boolean => viewAt(path, mounts, filesystem.reads) === "read-only";
  const named = [...filesystem.readable, ...filesystem.writable];
  // Of /run nothing is shown that is not mounted again.
  const again = mounts.some(({ path }) => isInside(path, "/run"));
  const real = new Set(addressedSockets(table, again).flatMap((path) => host.realPath(path) ?? []));
  return [...real].filter(
    (path) => shown(path) && !named.includes(path) && host.inspect(path)?.kind === "other",
  );
}
