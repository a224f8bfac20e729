import { EngineError, PolicyError } from "../../core/errors.ts";
import type { Host } from "../../core/host.ts";
import { hostPath, type HostPath, isInside, joinHost } from "../../core/paths.ts";
import type { ContainerMount, FilesystemPlan } from "../../core/plan.ts";
import { type Mount, planMounts } from "../mounts.ts";
import { INSIDE, type SpecMount } from "./container-spec.ts";

/** Places of the host that hand over the host, or an engine's socket. */
const NEVER_MOUNTED: readonly string[] = ["/proc", "/sys", "/dev", "/run", "/var/run", "/boot"].concat([
  "/var/lib/docker",
  "/var/lib/containers",
  "/var/lib/containerd",
]);

/** Places inside that the container or sandhook needs as they are. */
const NEVER_COVERED: readonly string[] = [
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/tmp",
  "/etc",
  "/usr",
  "/bin",
].concat(["/sbin", "/lib", "/lib64", INSIDE]);

/**
 * What of a plan's reads a container gets. The home folder inside is a volume of its own, and the shell snapshots define
 * what only the host has. The client's folders below /tmp appear during a session, and would have the container made anew.
 */
function isShown(path: HostPath, host: Host): boolean {
  const snapshots = joinHost(host.claudeDir, "shell-snapshots");
  return !isInside(host.home, path) && path !== snapshots && !/^\/tmp\/claude(-\d+)?\//.test(path);
}

/** The part of a plan that a container shows. */
export function mountedRoots(plan: FilesystemPlan, host: Host): FilesystemPlan {
  const readable = plan.readable.filter((path) => isShown(path, host));
  const roots = [...readable, ...plan.writable, plan.temporary];
  const hidden = plan.hidden.filter(({ path }) => roots.some((root) => isInside(path, root)));
  return { ...plan, readable, hidden };
}

function specMount(mount: Mount, plan: FilesystemPlan, folder: HostPath, host: Host): SpecMount {
  const { path } = mount;
  const hidden = plan.hidden.find((place) => place.path === path);
  if (hidden !== undefined) {
    const source = joinHost(folder, hidden.kind === "file" ? "empty-file" : "empty-folder");
    return { source, target: path, kind: hidden.kind, readOnly: true, covers: path };
  }
  const missing = plan.protectedPaths.find((place) => place.path === path && place.kind === "missing");
  if (missing !== undefined) {
    const { placeholder } = missing;
    const kind = placeholder === undefined ? "directory" : "file";
    const text = placeholder === undefined ? {} : { text: placeholder };
    return { source: path, target: path, kind, readOnly: true, placeholder: text };
  }
  const kind = host.inspect(path)?.kind === "directory" ? "directory" : "file";
  return { source: path, target: path, kind, readOnly: mount.view !== "writable" };
}

function refuse(code: string, path: string, why: string, hint: string): never {
  throw new PolicyError({ code, message: `sandhook.container.mounts names ${path}, ${why}`, hint });
}

function checkMount({ source, target }: ContainerMount, host: Host): HostPath {
  const real = host.realPath(source);
  if (real === undefined)
    throw new EngineError({
      code: "container.mount-missing",
      message: `sandhook.container.mounts names ${source}, which does not exist`,
      hint: "Make it, or remove it from the settings.",
    });
  const opens = [...NEVER_MOUNTED, joinHost(host.home, ".local/share/sandhook"), host.claudeDir];
  if (
    opens.some((place) => isInside(real, place) || isInside(hostPath(place), real)) ||
    isInside(host.home, real)
  )
    refuse(
      "container.mount-source",
      real,
      "which would open the sandbox (the root folder, your whole home, system folders and engines' sockets)",
      "Name a folder below it.",
    );
  const covers = [...NEVER_COVERED, host.home];
  const within = (place: string): boolean => place !== host.home && isInside(target, place);
  if (target !== real && covers.some((place) => within(place) || isInside(hostPath(place), target)))
    refuse(
      "container.mount-target",
      target,
      "as a place inside, which the container needs as it is",
      "Choose another target.",
    );
  return real;
}

/** A mount that is shown elsewhere brings along what is hidden and protected below it. */
function moved(mounts: readonly SpecMount[], { target }: ContainerMount, real: HostPath): SpecMount[] {
  return mounts
    .filter((mount) => isInside(mount.target, real))
    .map((mount) => ({ ...mount, target: `${target}${mount.target.slice(real.length)}` }));
}

/**
 * Everything that is bound into a container, in the order in which it must be mounted: the plan's mounts, then those of
 * `container.mounts` whose place inside is another one. The plan holds the sources already.
 * @throws PolicyError `container.mount-source`, `container.mount-target`; EngineError `container.mount-missing`
 */
export function planSpecMounts(
  plan: FilesystemPlan,
  asked: readonly ContainerMount[],
  folder: HostPath,
  host: Host,
): SpecMount[] {
  const mounts = planMounts(plan).map((mount) => specMount(mount, plan, folder, host));
  const others = asked.flatMap((mount) => {
    const real = checkMount(mount, host);
    return mount.target === real ? [] : moved(mounts, mount, real);
  });
  const taken = others.find(({ target }) => mounts.some((mount) => mount.target === target));
  if (taken !== undefined)
    refuse(
      "container.mount-target",
      taken.target,
      "as a place inside that is taken",
      "Choose another target.",
    );
  return [...mounts, ...others];
}
