import type { Plan } from "../../core/plan.ts";
import type { Site } from "../../core/engine.ts";
import { CONNECT_PROGRAM, NODE_PRELOAD } from "../../core/network-place.ts";
import { type HostPath, isInside, joinHost } from "../../core/paths.ts";
import { SYSTEM_FOLDERS } from "../../core/system-folders.ts";
import { escapeField, type Placing } from "../mount-table.ts";
import type { Mount } from "../mounts.ts";

/** Descriptor that carries the seccomp program; opened by the runner. */
export const SECCOMP_DESCRIPTOR = 8;

function renderMount(mount: Mount): string[] {
  switch (mount.view) {
    case "writable":
      return ["--bind", mount.path, mount.path];
    case "read-only":
      return ["--ro-bind", mount.path, mount.path];
    case "empty-file":
      return ["--ro-bind", "/dev/null", mount.path];
    case "empty-folder":
      return ["--tmpfs", mount.path];
  }
}

/** An emptied folder becomes read-only last, when every mount point below it has been made. */
function seal(mounts: readonly Mount[]): string[] {
  return mounts
    .filter((mount) => mount.view === "empty-folder")
    .flatMap((mount) => ["--remount-ro", mount.path]);
}

function renderRoot(plan: Plan): string[] {
  if (plan.filesystem.reads === "host") return ["--ro-bind", "/", "/"];
  return SYSTEM_FOLDERS.flatMap((folder) => ["--ro-bind-try", folder, folder]);
}

/** The resolver's file usually points into /run, which is hidden; a command that asks DNS itself needs its content. */
function renderResolver(plan: Plan, resolver: HostPath | undefined): string[] {
  if (plan.network.mode !== "open" || resolver === undefined || !isInside(resolver, "/run")) return [];
  return ["--ro-bind", resolver, resolver];
}

/** What leads ssh and Node to the proxy is ours; its folder is hidden, so that it gets paths of its own. */
function renderHelpers(plan: Plan, libexec: HostPath): string[] {
  if (plan.network.mode !== "allowlist") return [];
  return [
    ...["--ro-bind", joinHost(libexec, "container/connect"), CONNECT_PROGRAM],
    ...["--ro-bind", joinHost(libexec, "container/node-proxy.cjs"), NODE_PRELOAD],
  ];
}

/**
 * Nothing but its own loopback, unless the plan opens the network. With an allow-list the runner has entered the network
 * of the project's proxy before bubblewrap starts, and that one is kept.
 */
function renderNetwork(plan: Plan): string[] {
  return plan.network.mode === "none" ? [] : ["--share-net"];
}

/**
 * bubblewrap's arguments, in the order that they are carried out:
 *  1. namespaces: all of them, the network only kept when the plan has one; user namespaces inside are switched off,
 *     so that no nested one can bring capabilities and mounts back; no capability survives, root's either.
 *  2. life: dies with the runner; a session of its own, so that the terminal cannot be written to (TIOCSTI).
 *  3. root: read-only, because everything later only adds to it.
 *  4. kernel views: private /dev and /proc; /proc is read-only as a whole, since /proc/sys and sysrq-trigger would
 *     otherwise obey a sandbox that root started.
 *  5. /run and the shared temp folders are replaced: they hold the sockets of the host's daemons.
 *  6. the plan's mounts, outermost first, then emptied folders are sealed.
 *  7. seccomp and the working folder.
 */
export function bubblewrapArguments(
  plan: Plan,
  mounts: readonly Mount[],
  site: Pick<Site, "libexec">,
  resolver?: HostPath,
): string[] {
  return [
    ...["--unshare-user", "--unshare-all", ...renderNetwork(plan)],
    ...["--disable-userns", "--cap-drop", "ALL"],
    ...["--die-with-parent", "--new-session"],
    ...renderRoot(plan),
    ...["--dev", "/dev", "--proc", "/proc", "--remount-ro", "/proc"],
    ...["--tmpfs", "/run", ...renderResolver(plan, resolver), ...renderHelpers(plan, site.libexec)],
    ...["--bind", plan.filesystem.temporary, "/tmp", "--tmpfs", "/var/tmp"],
    ...mounts.flatMap(renderMount),
    ...["--bind", plan.filesystem.temporary, plan.filesystem.temporary],
    ...seal(mounts),
    ...["--seccomp", SECCOMP_DESCRIPTOR.toString()],
    ...["--chdir", plan.call.cwd],
  ];
}

/** True for a place whose name a command of another call can give to something else while this call is made. */
function isReplaceable(path: HostPath, { writable }: Plan["filesystem"]): boolean {
  return isInside(path, "/tmp") || writable.some((root) => root !== path && isInside(path, root));
}

/** `<device> <path in its file system> <mount point>` as the kernel's table has it; of an emptied folder what is certain. */
function tableFields({ path, view }: Mount, place: Placing): string {
  const at = escapeField(path);
  switch (view) {
    case "writable":
    case "read-only":
      return `${place(path)} ${at}`;
    case "empty-file":
      return `${place("/dev/null")} ${at}`;
    case "empty-folder":
      return `/ ${at}`;
  }
}

/**
 * What the kernel's table of mounts must hold inside, one line each, before a command may run: bubblewrap follows a link that
 * has taken the place of a planned folder, and so would mount another one of the host, or protect another one.
 */
export function plannedMounts({ filesystem }: Plan, mounts: readonly Mount[], place: Placing): string[] {
  const replaceable = mounts.filter(({ path }) => isReplaceable(path, filesystem));
  const { temporary } = filesystem;
  const own = isReplaceable(temporary, filesystem) ? [temporary, "/tmp"] : [];
  return [
    ...replaceable.map((mount) => tableFields(mount, place)),
    ...own.map((at) => `${place(temporary)} ${escapeField(at)}`),
  ];
}
